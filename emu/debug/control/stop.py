"""Why the program stands still, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

REASONS = {
    "step": "the step is done",
    "breakpoint": "a breakpoint was met",
    "watchpoint": "a watched place was accessed or changed",
    "catch": "a catchpoint was met: an event of the kernel or of the hardware",
    "finished": "the function returned",
    "location": "the place was reached",
    "scope": "the block was left in which a watchpoint is valid",
    "limit": "the asked number of instructions or cycles has passed",
    "exit": "the program ended",
    "signal": "a fault is about to kill the program: it stands at the instruction",
    "deadlock": "no task can ever run again",
    "interrupted": "the user stopped it",
    "start": "the beginning of the recorded time",
    "goto": "time travel",
    "output": "as much output as was allowed",
    "gone": "the process that was stepped has ended",
}


@dataclass(slots=True)
class Stop:
    """One of REASONS; the hart and task concerned, and where they are.

    detail depends on the reason: old, new, address of a watchpoint; kind and fields of a catch; value of a return.
    """

    reason: str
    hart: int
    pid: int
    pc: int
    symbol: str
    source: tuple[str, int] | None
    tick: int
    cycle: int
    detail: dict[str, Any] = field(default_factory=dict)
    breakpoint: int | None = None
    exit: Any = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        ended = self.exit
        return {
            "reason": self.reason, "hart": self.hart, "pid": self.pid, "pc": self.pc, "symbol": self.symbol,
            "file": self.source[0] if self.source else None, "line": self.source[1] if self.source else None,
            "tick": self.tick, "cycle": self.cycle, "breakpoint": self.breakpoint,
            "detail": {key: each.as_dict() if hasattr(each, "as_dict") else each for key, each in self.detail.items()},
            "exit": None if ended is None else {"status": ended.status, "signal": ended.signal, "reason": ended.reason},
        }  # fmt: skip
