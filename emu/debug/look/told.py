"""Kernel records and hardware events as links of a chain: what was done, to which frame, and who else noticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emu.debug.look.links import Link
from emu.debug.look.words import LEVELS, UNITS
from emu.isa.causes import cause_name
from emu.kernel.errno import name_of as errno_name
from emu.kernel.strace.call import arguments
from emu.kernel.strace.signatures import signature

SHOWN = ("mesi", "intervention", "cache_evict", "write_back", "tlb_evict", "tlb_flush", "sc_fail")
MOST = 24
MEANINGS = {
    "trap": "an exception took a hart into the kernel: a page fault, a system call …",
    "walk": "the page table was walked to its leaf",
    "walk_fault": "a walk ended in a page fault",
    "tlb_fill": "a TLB took an entry",
    "tlb_evict": "a TLB made room for another entry",
    "tlb_flush": "sfence.vma: TLB entries were dropped",
    "cache_miss": "a line was not in that cache",
    "cache_fill": "a cache took a line",
    "cache_evict": "a cache made room for another line",
    "write_back": "a modified line went to the level below",
    "bus_read": "BusRd: a line was wanted for reading",
    "bus_read_exclusive": "BusRdX: a line was wanted for writing",
    "bus_upgrade": "BusUpgr: the other copies of a line had to go, for a write",
    "intervention": "another hart's cache supplied the line",
    "mesi": "a copy of a line changed its state",
    "dram_read": "a line was read from memory",
    "dram_write": "a line was written to memory",
    "reserve": "LR reserved an address",
    "sc_fail": "SC failed: the reservation was gone",
    "switch": "satp took another page table",
}
"""What the machine's events mean (emu.machine.kinds)."""


def of_record(record: Any, xlen: int) -> Link:
    """One tracepoint, as a link."""
    text = words(record, xlen)
    text = text if record.kind in SENTENCES else f"{record.kind}: {text}"
    return Link("kernel", text, {}, {"record": record.kind, "pid": record.pid}, 1)


def words(record: Any, xlen: int) -> str:
    """What a tracepoint tells, in words."""
    fields = record.fields
    if record.kind in SENTENCES:
        return SENTENCES[record.kind](fields, xlen)
    return ", ".join(f"{name} {show(name, value)}" for name, value in fields.items() if value is not None)


def call_text(fields: dict[str, Any], xlen: int) -> str:
    """`write(fd 1, buf 0x11000, count 13)`."""
    parameters = signature(fields["name"])
    values = zip(parameters, arguments(parameters, fields["args"], xlen), strict=True)
    text = f"{fields['name']}({', '.join(f'{each.name} {figure(value, xlen)}' for each, value in values)})"
    return text + (", once more after its wait" if fields.get("again") else "")


def return_text(fields: dict[str, Any], xlen: int) -> str:
    """`write returns 13`."""
    result = fields["result"]
    if result is None:
        return f"{fields['name']} {'does not return' if fields['name'].startswith('exit') else 'sets the registers'}"
    if -4096 < result < 0:
        return f"{fields['name']} fails: {errno_name(-result)}"
    return f"{fields['name']} returns {figure(result, xlen)}"


def figure(value: int, xlen: int) -> str:
    """Small numbers in decimal, negative ones too; addresses in hex."""
    signed = value - (1 << xlen) if value >> (xlen - 1) == 1 else value
    return str(signed) if -4096 < signed < 4096 else f"{value:#x}"


def fault_text(fields: dict[str, Any], xlen: int = 64) -> str:
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
    """Addresses in hex, lists without brackets."""
    if name == "vma" and value:
        return area_text(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(show(name.removesuffix("s"), each) for each in value) or "none"
    return f"{value:#x}" if isinstance(value, int) and name in ("address", "pc", "nr_pc", "pfn") else str(value)


SENTENCES: dict[str, Callable[[dict[str, Any], int], str]] = {
    "fault": fault_text,
    "sys_enter": call_text,
    "sys_exit": return_text,
}
"""Records that need no name before what they tell."""


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
