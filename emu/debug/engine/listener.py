"""The engine's ear in the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.trace import Record, Tracer

if TYPE_CHECKING:
    from emu.debug.engine.engine import Engine


class Listener(Tracer):
    """Keeps records, and asks whether to stop."""

    def __init__(self, engine: Engine, kinds: frozenset[str]) -> None:
        super().__init__(self.hear, kinds)
        self.engine = engine

    def hear(self, record: Record) -> bool:
        """Keep a record; whether to stop."""
        self.engine.archive.kernel(record, max(0, self.engine.tick - 1))
        return self.engine.wanted(record)
