"""`diff A B`: what is different at two points in time: registers, memory, page tables, counters, cycles."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from emu.debug.look.areas import runs
from emu.debug.look.compareview import blocks
from emu.debug.look.observe import calm, travel
from emu.debug.look.regfile import named, registers_of
from emu.debug.look.subject import address_spaces, kernel_of, machine_of
from emu.debug.view import View
from emu.errors import EmuError
from emu.isa.paging import PTE_V

MOST_PAGES = 65_536  # of a process, whose contents are compared


class Point(NamedTuple):
    """What is remembered of a moment."""

    tick: int
    cycle: int
    registers: dict[int, dict[str, int]]
    entries: dict[tuple[int, int], int]
    contents: dict[tuple[int, int], bytes]
    counters: dict[str, int]
    ledger: dict[str, int]
    cut: bool


def diff(session: Any, first: str, second: str | None = None) -> View:
    """From one point to another (default: now). A point: a tick, -1000 (ticks before now), start, end, now."""
    machine_of(session)
    ticks = [tick_of(session, first), tick_of(session, second or "now")]
    points: list[Point] = []
    for tick in ticks:
        with travel(session, tick):
            points.append(remember(session))
    calm(session.engine)
    return view(session, *points)


def tick_of(session: Any, text: str) -> int:
    """A point in time as a tick. EmuError."""
    engine = session.engine
    names = {"start": engine.start_tick, "end": engine.end_tick, "now": engine.tick}
    if text in names:
        return names[text]
    if not re.fullmatch(r"[-+]?\d[\d_]*", text):
        raise EmuError(f"{text!r} is no point in time", hint="a tick, -1000 (ticks before now), start, end or now")
    value = int(text.replace("_", ""))
    tick = engine.tick + value if text[0] in "+-" else value
    if not engine.start_tick <= tick <= engine.end_tick:
        raise EmuError(f"tick {tick:,} was not reached yet", hint=f"ticks: {engine.start_tick} to {engine.end_tick}")
    return tick


def remember(session: Any) -> Point:
    """The moment at which the engine stands."""
    kernel, machine = kernel_of(session), session.machine
    entries: dict[tuple[int, int], int] = {}
    contents: dict[tuple[int, int], bytes] = {}
    cut = False
    for pid, mm in address_spaces(kernel).items():
        for run in runs(mm):
            for k in range(run.pages):
                entries[pid, run.va + k * run.page_size] = (run.frame + k) << 10 | run.flags
        present = [(va, entry) for (who, va), entry in entries.items() if who == pid and entry & PTE_V]
        cut |= len(present) > MOST_PAGES
        for va, entry in present[:MOST_PAGES]:
            contents[pid, va] = bytes(machine.ram[entry >> 10 << 12 : (entry >> 10 << 12) + 4096])
    values = {pid: named(registers_of(session, pid)) for pid in sorted(kernel.tasks)}
    return Point(
        session.engine.tick, session.engine.cycle, values, entries, contents, machine.counters(), machine.ledger(), cut
    )


def view(session: Any, a: Point, b: Point) -> View:
    """Everything that is different."""
    data: dict[str, Any] = {
        "from": {"tick": a.tick, "cycle": a.cycle},
        "to": {"tick": b.tick, "cycle": b.cycle},
        "registers": registers(a, b),
        "memory": memory(session, a, b),
        "pagetable": pagetable(session, a, b),
        "counters": change(a.counters, b.counters),
        "ledger": change(a.ledger, b.ledger),
        "tasks": {"new": sorted(b.registers.keys() - a.registers), "gone": sorted(a.registers.keys() - b.registers)},
    }
    notes = [f"the contents of the first {MOST_PAGES:,} pages of a process are compared"] if a.cut or b.cut else []
    return View("diff", data, blocks(session, data), notes)


def registers(a: Point, b: Point) -> list[dict[str, Any]]:
    """Registers of tasks that live at both points."""
    return [
        {"pid": pid, "register": name, "from": old, "to": b.registers[pid][name]}
        for pid in sorted(a.registers.keys() & b.registers)
        for name, old in a.registers[pid].items()
        if old != b.registers[pid][name]
    ]


def memory(session: Any, a: Point, b: Point) -> list[dict[str, Any]]:
    """Runs of bytes that differ in pages that are there at both points."""
    found = []
    for key in sorted(a.contents.keys() & b.contents):
        old, new = a.contents[key], b.contents[key]
        at = 0 if len(old) == len(new) == 4096 else 4096  # an entry that the user has set may point anywhere
        while old != new and at < 4096:
            while at < 4096 and old[at] == new[at]:
                at += 1
            end = at
            while end < 4096 and old[end : end + 8] != new[end : end + 8]:
                end += 1
            if at < 4096:
                pid, va = key[0], key[1] + at
                name = session.symbolize(va) if pid == session.pid else ""
                found.append(
                    {
                        "pid": pid,
                        "va": va,
                        "bytes": end - at,
                        "symbol": name,
                        "from": old[at:end].hex(),
                        "to": new[at:end].hex(),
                    }
                )
            at = end + 1
    return found


def pagetable(session: Any, a: Point, b: Point) -> list[dict[str, Any]]:
    """Entries that differ."""
    rows = []
    for key in sorted(a.entries.keys() | b.entries):
        old, new = a.entries.get(key, 0), b.entries.get(key, 0)
        if old != new:
            rows.append({"pid": key[0], "va": key[1], "from": old, "to": new})
    return rows


def change(old: dict[str, int], new: dict[str, int]) -> dict[str, int]:
    """Differences by name."""
    return {name: value - old.get(name, 0) for name, value in new.items() if value != old.get(name, 0)}
