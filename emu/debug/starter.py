"""A session in the making while the prompt is shown already: numba is imported, the machine compiled and booted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from emu.debug.registry import Registry, registry


class Starter:
    """`make(progress)` gives the session; call the starter to get it. What `make` raises is raised there, each time."""

    def __init__(self, make: Callable[[Callable[[str, float], None]], Any]) -> None:
        self.make = make
        self.session: Any = None
        self.failure: BaseException | None = None
        self.fraction, self.what = 0.0, ""
        self.thread: threading.Thread | None = None
        self.imported = threading.Event()

    def commands(self) -> Registry:
        """The commands. Two threads must not import what imports each other: the background one goes first."""
        if self.thread is not None:
            self.imported.wait()
        return registry()

    @property
    def ready(self) -> bool:
        """Whether there is a session."""
        return self.session is not None

    def begin(self) -> None:
        """Make it in the background."""
        self.thread = threading.Thread(target=self.work, name="start", daemon=True)
        self.thread.start()

    def work(self, progress: Callable[[str, float], None] | None = None) -> None:
        """The thread; or, with somebody who waits and wants to be told, this one."""
        try:
            registry()
            self.imported.set()
            self.session = self.make(progress or self.progress)
        except BaseException as error:  # told to whoever asks for the session
            self.failure = error
        finally:
            self.imported.set()

    def progress(self, what: str, fraction: float) -> None:
        """How far the compiler is."""
        self.what, self.fraction = what, fraction

    def __call__(self, waiting: Callable[[str, float], None] = lambda what, fraction: None) -> Any:
        """The session, made now or when the thread has made it; `waiting` is told how far that is."""
        if self.thread is None and not self.ready and self.failure is None:
            self.work(waiting)
        while self.thread is not None and self.thread.is_alive():
            time.sleep(0.01)
            if self.fraction:
                waiting(self.what, self.fraction)
        if self.failure is not None:
            raise self.failure
        return self.session
