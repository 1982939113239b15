"""Compiling the doors ahead of the first run, with progress. Loading them from the cache reports nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import contextmanager, nullcontext

from numba.core import event

FUNCTIONS = 210  # about how many functions a door is made of: the measure of progress
LAST = 0.95  # what remains is LLVM's work on the whole module


class _Progress(event.Listener):
    """Turns numba's compile events into (function name, fraction)."""

    def __init__(self, report: Callable[[str, float], None]) -> None:
        self.report, self.done = report, 0

    def on_start(self, event) -> None:
        self.report(event.data["dispatcher"].py_func.__name__, min(LAST, self.done / FUNCTIONS))

    def on_end(self, event) -> None:
        self.done += 1


@contextmanager
def reporting(report: Callable[[str, float], None] | None):
    """While this context lasts, `report(what, fraction)` hears of every function that is really compiled."""
    collecting = gc.isenabled()
    gc.disable()  # compiling makes millions of objects that live on: looking for garbage among them costs a tenth
    try:
        with event.install_listener("numba:compile", _Progress(report)) if report else nullcontext():
            yield
    finally:
        if collecting:
            gc.enable()
