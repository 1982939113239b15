"""The past in stretches: where the kernel was entered, and what lies between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.debug.engine.engine import Engine


class Entries:
    """The part of an Engine that lives through the past again from entry to entry."""

    def boundaries(self: Engine, low: int, high: int) -> Iterator[int]:
        """Live through low … high again, and be at its ends and before and after each entry of the kernel: the ticks.

        Between two of them that are more than one tick apart there are only instructions.
        """
        self.goto(low)
        yield low
        entries = self.entries_between(low, high)
        self.goto(low)
        for tick in sorted({each for entry in entries for each in (entry, entry + 1)} | {high}):
            if low < tick <= high and not self._interrupted:
                with self.quietly():
                    self._run_surely_to(tick)
                yield tick

    def entries_between(self: Engine, low: int, high: int) -> list[int]:
        """The ticks in low … high - 1 that are entries of the kernel. Time is at `low`, and is then at `high`."""
        found, closely, self.closely = [], self.closely, True
        try:
            with self.quietly():
                while self.tick < high and not self._interrupted:
                    before = self.kernel.entries
                    reason = self._advance(high)
                    found += [self.tick - 1] if self.kernel.entries > before else []
                    if reason is not None and reason.kind in ("exit", "deadlock"):
                        break
                    self._interrupted = self._interrupted or (reason is not None and reason.kind == "interrupted")
        finally:
            self.closely = closely
        return found
