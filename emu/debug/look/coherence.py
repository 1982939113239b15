"""`line PA` and `mesi`: every copy of a line in all caches and in memory, and the lines that several harts have."""

from __future__ import annotations

from typing import Any

from emu.debug.look import caches, owners
from emu.debug.look.subject import kernel_of, machine_of
from emu.debug.look.words import LEVELS, number, plural, state, symbol
from emu.debug.view import Facts, Line, Table, View
from emu.errors import EmuError

MEANING = {
    "I": "no cache has it: memory is the only copy",
    "S": "clean, and others may have it: a write must first take their copies away (BusUpgr)",
    "E": "clean and the only copy: a write needs no bus",
    "M": "the owner may write; its copy may be newer than memory",
}


def line(session: Any, pa: int) -> View:
    """All copies of the line that holds a physical address, what memory has, and what a load or store would cost."""
    machine = machine_of(session)
    if not 0 <= pa < len(machine.ram):
        raise EmuError(f"there is no physical address {pa:#x}", hint=f"memory ends at {len(machine.ram):#x}")
    size = 1 << int(machine.state.line_shift)
    start, found = pa & -size, caches.copies(machine, pa)
    copies = [copy(machine, way) for way in found]
    dirty = [row for row in copies if row["dirty"]]
    data: dict[str, Any] = {
        "address": start,
        "size": size,
        "what": owners.name_of(session, pa),
        "copies": copies,
        "holders": holders(machine, pa),
        "memory_stale": bool(dirty),
        "owner": max((row["hart"] for row in copies if row["state"] == "M" and row["hart"] is not None), default=None),
        "bytes": bytes(machine.ram[start : start + size]).hex(),
        "reserved_by": reservations(machine, pa),
    }
    data["users"] = [
        {"pid": user.pid, "va": user.va | start & 4095} for user in owners.mappings(kernel_of(session), pa >> 12)
    ]
    return View("line", data, [facts(data), table(copies)])


def copy(machine: Any, way: caches.Way) -> dict[str, Any]:
    """One copy."""
    shared = way.level == caches.LLC
    return {
        "cache": LEVELS[way.level],
        "hart": None if shared else way.hart,
        "set": way.set,
        "way": way.way,
        "state": "ISEM"[way.state],
        "dirty": way.dirty,
        "age": caches.newest(machine, way.level, way.hart) - way.used,
    }


def holders(machine: Any, pa: int) -> list[int] | None:
    """The harts that the directory (one word a line, with several harts) names: they *may* have a copy."""
    if len(machine._arrays) < 2:
        return None
    at = caches.line_of(machine, pa) * 8
    word = int.from_bytes(machine._arrays[1][at : at + 8].tobytes(), "little")
    return [hart for hart in range(machine.hart_count) if word >> hart & 1]


def reservations(machine: Any, pa: int) -> list[int]:
    """The harts whose LR reserved this line."""
    line = caches.line_of(machine, pa)
    return [
        k
        for k in range(machine.hart_count)
        if int(machine.state.hart[k]["reserved_line"]) == line and machine.harts[k].reserved != -1
    ]


def facts(data: dict[str, Any]) -> Facts:
    """Everything but the copies."""
    rows: list[tuple[str, Line]] = [
        ("line", [(f"{data['address']:#x}", "addr"), (f", {data['size']} bytes", "")]),
        ("holds", symbol(data["what"]) or "nothing that is known"),
    ]
    rows += [("seen at", [(f"{user['va']:#x}", "addr"), (f" by pid {user['pid']}", "")]) for user in data["users"]]
    rows.append(("memory", [("stale: a cache has a newer copy", "warn")] if data["memory_stale"] else "up to date"))
    if data["owner"] is not None:
        rows.append(("owner", f"hart {data['owner']}"))
    if data["holders"] is not None:
        rows.append(("directory", "may be held by " + (", ".join(f"hart {k}" for k in data["holders"]) or "nobody")))
    if data["reserved_by"]:
        rows.append(("reserved", ", ".join(f"by hart {k} (LR)" for k in data["reserved_by"])))
    raw = data["bytes"]
    rows += [
        ("" if k else "bytes", " ".join(raw[j : j + 8] for j in range(k, min(k + 64, len(raw)), 8)))
        for k in range(0, len(raw), 64)
    ]
    return Facts(rows)


def table(copies: list[dict[str, Any]]) -> Table:
    """A row for each copy."""
    rows: list[list[Line]] = []
    for row in copies:
        where = row["cache"] if row["hart"] is None else f"{row['cache']} of hart {row['hart']}"
        letter = "" if row["hart"] is None else MEANING[row["state"]]
        place = f"{row['set']}.{row['way']}"
        rows.append(
            [
                where,
                place,
                state("ISEM".index(row["state"])),
                "dirty" if row["dirty"] else "",
                number(row["age"]),
                letter,
            ]
        )
    if not rows:
        rows.append(["no cache", "", state(0), "", "", MEANING["I"]])
    return Table(("copy", "set.way", "state", "", "age", "meaning"), rows, right=(4,))


def mesi(session: Any, shared_only: bool = False) -> View:
    """Counts of states in each private cache; the lines that more than one hart has, or one owns modified."""
    machine = machine_of(session)
    counts, lines = census(machine)
    interesting = [
        (pa, by) for pa, by in sorted(lines.items()) if len(by) > 1 or (not shared_only and "M" in by.values())
    ]
    rows = [
        {"address": pa, "states": {str(hart): by[hart] for hart in sorted(by)}, "what": owners.name_of(session, pa)}
        for pa, by in interesting
    ]
    view = View("mesi", {"caches": counts, "lines": rows})
    columns = ("cache", "hart", "M", "E", "S")
    view.blocks.append(
        Table(
            columns, [[c["cache"], str(c["hart"]), *(number(c[k]) for k in "MES")] for c in counts], right=(1, 2, 3, 4)
        )
    )
    harts = [f"hart {k}" for k in range(machine.hart_count)]
    cells = [
        [
            [(f"{row['address']:#x}", "addr")],
            *(state("ISEM".index(row["states"].get(str(k), "I"))) for k in range(len(harts))),
            symbol(row["what"]),
        ]
        for row in rows[:1000]
    ]
    title = plural(len(rows), "line") + (
        " that several harts have" if shared_only else " modified, or in several harts' caches"
    )
    view.blocks.append(Table(("line", *harts, "what"), cells, title))
    if len(rows) > 1000:
        view.notes.append(f"the first 1,000 of {len(rows):,}; `--json` has all")
    return view


def census(machine: Any) -> tuple[list[dict[str, Any]], dict[int, dict[int, str]]]:
    """How many lines of each state every private data cache has, and the state of each line by hart."""
    counts, lines = [], {}
    for level in caches.levels(machine):
        for hart in range(machine.hart_count if level in (caches.L1D, caches.L2) else 0):
            tally = {"M": 0, "E": 0, "S": 0}
            for way in caches.contents(machine, level, hart):
                letter = "ISEM"[way.state]
                tally[letter] = tally.get(letter, 0) + 1
                by = lines.setdefault(way.address, {})
                by[hart] = max(by.get(hart, "I"), letter, key="ISEM".index)
            counts.append({"cache": LEVELS[level], "hart": hart, **tally})
    return counts, lines
