"""Ctrl-C: ask the machine to stop, wherever the run is; the second one insists."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from emu.cli.streams import Input, Interrupted


@contextmanager
def stopped_by_ctrl_c(machine: Any, stdin: Input) -> Iterator[None]:
    """While this context lasts, SIGINT stops the machine; a second SIGINT raises KeyboardInterrupt."""

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stdin.stopped = True
        machine.stop()
        if stdin.waiting:
            raise Interrupted

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
