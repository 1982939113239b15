"""`tlb` and `cache`: what the TLBs and caches hold, by set and way, oldest first to go, with whose each line is."""

from __future__ import annotations

from typing import Any

from emu.debug.look import caches, owners, tlbs
from emu.debug.look.subject import asid_owners, hart_of, kernel_of, machine_of
from emu.debug.look.words import UNITS, address, number, plural, size, state, symbol
from emu.debug.view import Facts, Table, View
from emu.errors import EmuError, did_you_mean
from emu.isa.paging import pte_flags
from emu.machine.config import POLICIES

MOST_ROWS = 4096


def tlb(session: Any, hart: int | None = None, unit: str | None = None) -> View:
    """The valid entries of a hart's TLBs (or of one). `age`: accesses since it was used last."""
    machine, which = machine_of(session), hart_of(session, hart).number
    if unit is not None and unit not in UNITS:
        raise EmuError(f"no TLB is called {unit!r}", hint=did_you_mean(unit, UNITS) or ", ".join(UNITS))
    view = View("tlb", {"hart": which, "tlbs": []})
    for index, name in enumerate(UNITS):
        if unit in (None, name):
            add_tlb(view, session, machine, index, which)
    return view


def add_tlb(view: View, session: Any, machine: Any, unit: int, hart: int) -> None:
    """One TLB: its shape, and a row for each entry."""
    _, sets, ways = tlbs.shape(machine, unit, hart)
    now, who = int(machine.state.hart[hart]["tick"]), asid_owners(kernel_of(session))
    entries = [entry(session, e, now, who) for e in tlbs.contents(machine, unit, hart)]
    policy = POLICIES[int(machine.state.tlb_shape[unit].policy)]
    view.data["tlbs"].append(
        {"tlb": UNITS[unit], "sets": sets, "ways": ways, "replacement": policy, "entries": entries}
    )
    rows = [
        [
            f"{e['set']}.{e['way']}",
            [(address(e["va"], machine.xlen), "addr")],
            [(f"{e['pa']:#x}", "addr")],
            size(e["size"]),
            e["flags"],
            str(e["asid"]),
            str(e["pid"] or ""),
            number(e["age"]),
            symbol(e["symbol"]),
        ]
        for e in entries
    ]
    title = f"{UNITS[unit]} of hart {hart}: {len(entries)} of {sets * ways} entries, "
    title += f"{plural(sets, 'set')} of {plural(ways, 'way')}, {policy}"
    columns = ("set.way", "virtual", "physical", "size", "DAGUXWRV", "asid", "pid", "age", "what")
    view.blocks.append(Table(columns, rows, title, right=(5, 6, 7)))


def entry(session: Any, e: tlbs.Entry, now: int, who: dict[int, int]) -> dict[str, Any]:
    """An entry as data."""
    pid = who.get(e.asid)
    return {
        "set": e.set,
        "way": e.way,
        "va": e.va,
        "pa": e.pa,
        "size": e.size,
        "asid": e.asid,
        "pid": pid,
        "flags": pte_flags(e.pte),
        "level": e.level,
        "age": now - e.used,
        "symbol": page_name(session, pid, e.va),
    }


def page_name(session: Any, pid: int | None, va: int) -> str:
    """The area of a process that a page lies in; the kernel may have unmapped it meanwhile."""
    task = kernel_of(session).tasks.get(pid)
    vma = task.mm.vma_at(va) if task is not None and task.mm is not None else None
    return (task.mm.name_of(vma) or "anonymous") if vma is not None else ""


def cache(session: Any, level: str = "l1d", hart: int | None = None, which: int | None = None) -> View:
    """The valid lines of a cache, set by set; `which` is one set. `age`: accesses since it was used last."""
    machine, kind = machine_of(session), caches.number_of(level)
    number = 0 if kind == caches.LLC else hart_of(session, hart).number
    if kind not in caches.levels(machine):
        raise EmuError(f"timing simple has no {level}", hint="it has l1i and l1d; --timing full has l2 and llc too")
    _, sets, ways = caches.shape(machine, kind, number)
    if which is not None and not 0 <= which < sets:
        raise EmuError(f"{level} has no set {which}", hint=f"sets: 0 to {sets - 1}")
    found = [way for way in caches.contents(machine, kind, number) if which is None or way.set == which]
    now = caches.newest(machine, kind, number)
    lines = [line(session, way, now) for way in found[:MOST_ROWS]]
    data = {
        "cache": level,
        "hart": None if kind == caches.LLC else number,
        "sets": sets,
        "ways": ways,
        **geometry(machine, kind),
        "lines": lines,
    }
    notes = [f"{len(found) - MOST_ROWS} more lines: name a set"] if len(found) > MOST_ROWS else []
    return View("cache", data, [header(data, found), cache_table(lines)], notes)


def geometry(machine: Any, kind: int) -> dict[str, Any]:
    """Line size and policies."""
    row = machine.state.cache[kind]
    return {
        "line": 1 << int(machine.state.line_shift),
        "replacement": POLICIES[int(row.policy)],
        "latency": int(row.latency),
        "write": "through" if row.through else "back",
        "write_allocate": bool(row.allocate),
        "inclusive": bool(row.inclusive),
    }


def line(session: Any, way: caches.Way, now: int) -> dict[str, Any]:
    """A line as data. `tag` is what the hardware would compare: the address without set and offset."""
    _, sets, _ = caches.shape(session.machine, way.level, way.hart)
    return {
        "set": way.set,
        "way": way.way,
        "address": way.address,
        "tag": caches.line_of(session.machine, way.address) // sets,
        "state": "ISEM"[way.state],
        "dirty": way.dirty,
        "age": now - way.used,
        "what": owners.name_of(session, way.address),
    }


def header(data: dict[str, Any], found: list[caches.Way]) -> Facts:
    """The cache's shape and what fills it."""
    whole = data["sets"] * data["ways"]
    states = {letter: sum(way.state == k for way in found) for k, letter in enumerate("ISEM") if k}
    owner = "shared by all harts" if data["hart"] is None else f"of hart {data['hart']}"
    rows = [
        (
            "cache",
            f"{data['cache']} {owner}: {plural(data['sets'], 'set')} of {plural(data['ways'], 'way')} "
            f"of {data['line']} bytes",
        ),
        ("policy", f"{data['replacement']}, write-{data['write']}"),
        ("lines", f"{len(found)} of {whole}: " + ", ".join(f"{n} {letter}" for letter, n in states.items())),
        ("dirty", plural(sum(way.dirty for way in found), "line")),
    ]
    return Facts(rows)


def cache_table(lines: list[dict[str, Any]]) -> Table:
    """A row for each valid line."""
    rows = [
        [
            f"{row['set']}.{row['way']}",
            f"{row['tag']:#x}",
            [(f"{row['address']:#x}", "addr")],
            state("ISEM".index(row["state"])),
            "dirty" if row["dirty"] else "",
            number(row["age"]),
            symbol(row["what"]),
        ]
        for row in lines
    ]
    return Table(("set.way", "tag", "address", "state", "", "age", "what"), rows, right=(1, 5))
