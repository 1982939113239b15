"""Ctrl-C while the guest runs: the first one stops it, the second one gives up the command."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_ctrl_c(stop: Callable[[], None]) -> Iterator[None]:
    """While this lasts, SIGINT calls `stop`; a second SIGINT raises KeyboardInterrupt. In the main thread only."""

    def handler(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
