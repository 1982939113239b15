"""`faults`: the log of page faults: kind, address, instruction, area, what the kernel did, cost. And `why fault N`."""

from __future__ import annotations

from typing import Any

from emu.debug.look import told
from emu.debug.look.records import log
from emu.debug.look.relive import Lived, Past
from emu.debug.look.replay import why_tick
from emu.debug.look.words import number, plural
from emu.debug.view import Line, Table, View
from emu.errors import EmuError, did_you_mean

TYPES = ("minor", "major", "cow", "invalid")
BRIEF = {
    "mapped a fresh zeroed frame": "zeroed frame",
    "mapped the page cache's frame": "page cache",
    "copied the page (copy-on-write)": "copied",
    "took the page over: no one else uses it": "frame kept",
    "nothing: the entry allowed it already": "nothing to do",
    "copied a page of the file": "copy of the file",
}
KINDS = ("fault", "fault_wait")
MOST_ROWS = 200


def faults(session: Any, kind: str | None = None) -> View:
    """All faults up to now, numbered from 1; only those of one kind."""
    if kind is not None and kind not in TYPES:
        raise EmuError(f"no fault is {kind!r}", hint=did_you_mean(kind, TYPES) or ", ".join(TYPES))
    found = served(log(session, KINDS))
    rows = [row(session, n, each) for n, each in enumerate(found, found.lost + 1)]
    totals = {name: sum(r["type"] == name for r in rows) for name in TYPES}
    chosen = [r for r in rows if kind in (None, r["type"])]
    data = {"faults": chosen, "total": totals, "cycles": sum(r["cycles"] for r in rows)}
    cells: list[list[Line]] = [
        [
            str(r["number"]),
            number(r["cycle"]),
            str(r["pid"]),
            r["type"],
            r["access"],
            [(f"{r['address']:#x}", "addr")],
            [(r["symbol"], "symbol") if r["symbol"] else (f"{r['pc']:#x}", "addr")],
            short(r["area"]),
            briefly(r["did"]),
            number(r["cycles"]),
        ]
        for r in chosen[-MOST_ROWS:]
    ]
    columns = ("n", "cycle", "pid", "kind", "access", "address", "at", "area", "the kernel", "cost")
    title = plural(len(rows), "fault") + ": " + ", ".join(f"{n} {name}" for name, n in totals.items() if n)
    notes = [f"the last {MOST_ROWS} of {len(chosen):,}"] if len(chosen) > MOST_ROWS else []
    counted = session.kernel.stats()["faults"]
    if before := counted["minor"] + counted["major"] + counted["invalid"] - found.lost - len(rows):
        notes.append(
            f"{before} more, which filled the stack, came before the first instruction; `stat` counts them, and copies "
            "(cow) also as minor"
        )
    if found.lost:
        notes.append(f"{found.lost:,} older ones are no longer kept")
    return View("faults", data, [Table(columns, cells, title, right=(0, 1, 2, 9))], notes)


def short(area: str) -> str:
    """`10000-11000 r-xp /programs/fib.s` as `r-xp fib.s`, so that a fault stays one line."""
    _, _, rights_and_name = area.partition(" ")
    rights, _, name = rights_and_name.partition(" ")
    return f"{rights} {name.rpartition('/')[2].replace('anonymous', 'anon')}".strip()


def briefly(did: str) -> str:
    """What the kernel did, in two or three words; `why fault N` says more."""
    for long, brief in BRIEF.items():
        did = did.replace(long, brief)
    return did


def served(past: Past) -> Past:
    """The faults that were served, without those that went to sleep and were taken again."""
    found = Past(each for each in past if each.what.kind == "fault")
    found.lost = past.lost
    return found


def first_try(past: Past, wanted: Lived) -> Lived:
    """The fault that had to wait for the disk, of which `wanted` is the last try; itself if it did not wait."""
    address, pid = wanted.what.fields["address"], wanted.what.pid
    begin = wanted
    for each in reversed(past[: past.index(wanted)]):
        if each.what.pid != pid:
            continue
        if each.what.kind == "fault" or each.what.fields["address"] != address:
            break
        begin = each
    return begin


def row(session: Any, n: int, each: Lived) -> dict[str, Any]:
    """One fault."""
    f = each.what.fields
    name = session.symbol_at(f["pc"], each.what.pid, each.tick)
    area = told.area_text(f["vma"]) if f["vma"] else ""
    return {
        "number": n,
        "tick": each.tick,
        "cycle": each.what.cycle,
        "hart": each.what.hart,
        "pid": each.what.pid,
        "type": f["type"],
        "access": f["access"],
        "address": f["address"],
        "pc": f["pc"],
        "symbol": name,
        "area": area,
        "did": f["did"],
        "pfn": f["pfn"],
        "cycles": f["cycles"],
        "source": f["source"],
    }


def why(session: Any, n: int | None = None) -> View:
    """The chain of fault number n, or of the last one."""
    past = log(session, KINDS)
    found = served(past)
    if not found:
        raise EmuError(
            "no page fault has happened yet", hint="`why next` foretells what the next instruction will meet"
        )
    last = found.lost + len(found)
    n = last if n is None else n
    if not found.lost < n <= last:
        raise EmuError(f"there is no fault {n}", hint=f"faults: {found.lost + 1} to {last}")
    wanted = found[n - found.lost - 1]
    begin = first_try(past, wanted)
    return why_tick(session, begin.tick, lambda record: same(record, begin.what))


def same(record: Any, wanted: Any) -> bool:
    """Whether it is that record, met again."""
    return (record.kind, record.cycle, record.pid) == (wanted.kind, wanted.cycle, wanted.pid)
