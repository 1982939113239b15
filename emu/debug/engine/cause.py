"""Why the engine stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KINDS = {
    "limit": "the asked tick, cycle or number of instructions is reached",
    "breakpoint": "before an instruction with a breakpoint",
    "watchpoint": "before an access to a watched place: the hart's watch_va and watch_kind",
    "event": "after an instruction that met a catch of a hardware event; detail: (the catch's index, the event)",
    "catch": "after the kernel passed a tracepoint whose listener asked for a stop; detail: the record",
    "exit": "the program has ended",
    "deadlock": "no task can ever run again",
    "interrupted": "the user wanted it",
    "output": "as much output as was allowed",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One of KINDS; the hart it concerns; what more there is to say. tick: when."""

    kind: str
    hart: int = 0
    tick: int = 0
    detail: Any = None
