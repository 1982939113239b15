"""The hardware's event log as text: one event a line, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emu.isa.causes import cause_name

STATES = "ISEM"
LEVELS = ("l1i", "l1d", "l2", "llc")
UNITS = ("itlb", "dtlb", "l2tlb")
HEADING = "     cycle  hart                  pc  event"


def details(event: Any) -> str:
    """What a, b and c say, in words."""
    kind, a, b, c = event.kind, event.a & (1 << 64) - 1, event.b, event.c
    if kind == "trap":
        return f"{cause_name(c)}, tval {a:#x}"
    if kind == "mesi":
        return f"line {a:#x} of hart {b}: {STATES[c >> 4]} -> {STATES[c & 15]}"
    if kind == "intervention":
        return f"line {a:#x} supplied by hart {b}"
    if kind in ("cache_miss", "cache_fill", "cache_evict", "write_back"):
        state = {"cache_fill": f", state {STATES[b & 3]}", "cache_evict": ", dirty" if b else ""}.get(kind, "")
        return f"{LEVELS[c]} line {a:#x}{state}"
    if kind in ("tlb_fill", "tlb_evict"):
        return f"{UNITS[c]} {'va' if kind == 'tlb_fill' else 'page'} {a:#x} -> frame {b:#x}"
    if kind == "walk":
        return f"va {a:#x}, leaf PTE {b:#x} at level {c}"
    if kind == "walk_fault":
        return f"va {a:#x}: {cause_name(c)}"
    if kind == "tlb_flush":
        return f"va {'all' if event.a == -1 else hex(a)}, asid {'all' if b == -1 else b}"
    return f"{a:#x}"


def lines(events: Iterable[Any]) -> list[str]:
    """A heading and a line for each event."""
    rows = (f"{e.cycle:>10}  {e.hart:>4}  {e.pc & (1 << 64) - 1:>18x}  {e.kind} {details(e)}" for e in events)
    return [HEADING, *rows]
