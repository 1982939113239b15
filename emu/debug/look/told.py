"""Kernel records and hardware events as links of a chain: what was done, to which frame, and who else noticed."""

from __future__ import annotations

from typing import Any

from emu.debug.look.links import Link
from emu.debug.look.words import LEVELS, UNITS
from emu.isa.causes import cause_name

SHOWN = ("mesi", "intervention", "cache_evict", "write_back", "tlb_evict", "tlb_flush", "sc_fail")
MOST = 24


def of_record(record: Any) -> Link:
    """One tracepoint."""
    fields = dict(record.fields)
    if record.kind == "fault":
        text = fault_text(fields)
    else:
        text = f"{record.kind}: " + ", ".join(f"{name} {show(name, value)}" for name, value in fields.items())
    return Link("kernel", text, {}, {"record": record.kind, "pid": record.pid}, 1)


def fault_text(fields: dict[str, Any]) -> str:
    """`minor fault at 0x… in 10000-11000 rw-p [heap]: do_anonymous_page, frame 25`."""
    where = f" in {area_text(fields['vma'])}" if fields.get("vma") else ""
    frame = f", frame {fields['pfn']:#x}" if fields.get("pfn") else ""
    return (
        f"{fields['type']} fault at {fields['address']:#x}{where}: {fields.get('did') or 'nothing to be done'}{frame}"
    )


def area_text(vma: Any) -> str:
    """`12000-13000 rw-p [heap]`."""
    start, end, rights, name = vma
    return f"{start:x}-{end:x} {rights} {name or 'anonymous'}"


def show(name: str, value: Any) -> str:
    """Addresses in hex."""
    if name == "vma" and value:
        return area_text(value)
    return f"{value:#x}" if isinstance(value, int) and name in ("address", "pc", "nr_pc", "pfn") else str(value)


def of_events(events: list[Any], hart: int | None) -> list[Link]:
    """The hardware's side effects: what made room, and what happened to other harts' copies."""
    links = [link for event in events if event.kind in SHOWN and (link := of_event(event, hart)) is not None]
    if len(links) > MOST:
        more = len(links) - MOST
        links = [*links[:MOST], Link("event", f"and {more} more", {}, {}, 2)]
    return links


def of_event(event: Any, hart: int | None) -> Link | None:
    """One event; None for those that the chain has told already."""
    a, b, c = event.a & (1 << 64) - 1, event.b, event.c
    if event.kind == "mesi":
        if b == hart and c >> 4 == 0:
            return None  # the line's own arrival
        text = f"line {a:#x} of hart {b}: {'ISEM'[c >> 4]} becomes {'ISEM'[c & 15]}"
    elif event.kind == "intervention":
        text = f"hart {b} supplies line {a:#x}"
    elif event.kind in ("cache_evict", "write_back"):
        verb = "makes room: line" if event.kind == "cache_evict" else "writes back line"
        text = f"{LEVELS[c]} {verb} {a:#x}" + (" leaves, dirty" if event.kind == "cache_evict" and b else "")
        text += " leaves" if event.kind == "cache_evict" and not b else ""
    elif event.kind == "tlb_evict":
        text = f"{UNITS[c]} makes room: page {a:#x} leaves"
    elif event.kind == "tlb_flush":
        what, whose = "all" if event.a == -1 else hex(a), "every ASID" if b == -1 else f"ASID {b}"
        text = f"TLB entries are dropped: {what} of {whose}"
    else:
        text = f"SC fails at {a:#x}"
    return Link("event", text, {}, {"event": event.kind}, 2)


def describe(event: Any) -> str:
    """Any hardware event in words."""
    if event.kind in SHOWN:
        return of_event(event, None).text
    a, b, c = event.a & (1 << 64) - 1, event.b, event.c
    texts = {
        "trap": lambda: f"{cause_name(c)}, tval {a:#x}",
        "walk": lambda: f"walk of {a:#x}: leaf {b:#x} at level {c}",
        "walk_fault": lambda: f"walk of {a:#x}: {cause_name(c)}",
        "tlb_fill": lambda: f"{UNITS[c]} takes {a:#x}, frame {b:#x}",
        "cache_miss": lambda: f"{LEVELS[c]} misses line {a:#x}",
        "cache_fill": lambda: f"{LEVELS[c]} takes line {a:#x} in state {'ISEM'[b & 3]}",
        "bus_read": lambda: f"BusRd: line {a:#x} wanted for reading",
        "bus_read_exclusive": lambda: f"BusRdX: line {a:#x} wanted for writing",
        "bus_upgrade": lambda: f"BusUpgr: shared line {a:#x} is to be written",
        "dram_read": lambda: f"line {a:#x} is read from memory",
        "dram_write": lambda: f"line {a:#x} is written to memory",
        "reserve": lambda: f"LR reserves {a:#x}",
        "switch": lambda: f"satp becomes {a:#x}",
    }
    return texts[event.kind]() if event.kind in texts else f"{event.kind} {a:#x}"
