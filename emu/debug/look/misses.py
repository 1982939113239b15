"""`misses`: every miss of the data caches by class: cold, capacity, conflict, true sharing, false sharing.

The last stretch is lived through step by step. Beside each hart's L1D runs a fully associative one of the same size: a
miss that it would have hit is a conflict. A line that another hart's write took away is a coherence miss: true sharing
if that hart wrote the bytes that are wanted now, else false sharing.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from emu.debug.look import access, caches, code, turns
from emu.debug.look.observe import tick, travel
from emu.debug.look.subject import machine_of
from emu.debug.look.words import number, plural, symbol
from emu.debug.view import Facts, Line, Table, View
from emu.isa.paging import PTE_V
from emu.machine.counters import COUNTERS

CLASSES = {
    "cold": "the first use of the line by this hart",
    "capacity": "more lines were in use since than the cache has",
    "conflict": "only its set was full: a fully associative cache would have kept it",
    "true sharing": "another hart wrote what is wanted now",
    "false sharing": "another hart wrote other bytes of the same line",
}
WINDOW = 30_000


@dataclass(slots=True)
class HartLines:
    """What one hart's cache would do: an ideal one, and the bytes that others wrote to lines they took away."""

    size: int
    ideal: OrderedDict[int, None] = field(default_factory=OrderedDict)
    seen: set[int] = field(default_factory=set)
    taken: dict[int, dict[int, tuple[int, str]]] = field(default_factory=dict)  # line -> byte -> (hart, symbol)

    def touch(self, line: int) -> bool:
        """Use a line of the ideal cache; whether it was there."""
        hit = line in self.ideal
        self.ideal[line] = None
        self.ideal.move_to_end(line)
        if len(self.ideal) > self.size:
            self.ideal.popitem(last=False)
        return hit


@dataclass(slots=True)
class Miss:
    """One miss: what was wanted, by whom, its class, and for sharing the other side."""

    hart: int
    pc: int
    pa: int
    name: str
    kind: str
    other: tuple[int, str] | None = None


class Watch:
    """All harts' caches through a stretch of time."""

    def __init__(self, session: Any) -> None:
        self.session, machine = session, session.machine
        _, sets, ways = caches.shape(machine, caches.L1D)
        self.harts = [HartLines(sets * ways) for _ in range(machine.hart_count)]
        self.shift = int(machine.state.line_shift)
        for k, hart in enumerate(self.harts):
            held = sorted(caches.contents(machine, caches.L1D, k), key=lambda way: way.used)
            for way in held:
                hart.touch(way.address >> self.shift)
                hart.seen.add(way.address >> self.shift)
        self.misses: list[Miss] = []
        self.accesses = 0

    def step(self) -> bool:
        """One tick; False at the end."""
        session, machine = self.session, self.session.machine
        hart = turns.next_hart(machine)
        task = session.kernel.sched.running[hart] if hart is not None else None
        touched, pc, place = None, 0, None
        if task is not None:
            pc, touched, place = self.about(task, hart)
        missed = self.count(hart)
        retired = machine.instructions
        if not tick(session.engine):
            return False
        if touched is not None and place is not None and machine.instructions > retired:
            self.note(hart, pc, touched, place, self.count(hart) > missed)
        return True

    def about(self, task: Any, hart: int) -> tuple[int, access.Access | None, int | None]:
        """The instruction's access and its physical address, if its page is there."""
        session, it = self.session, self.session.machine.harts[hart]
        keep, pc = session.kernel.xlen_mask, it.pc & session.kernel.xlen_mask
        word = code.fetch(lambda at, n: session.read(at, n, task.pid), pc)
        touched = access.of(word, session.machine.xlen, [v & keep for v in it.x]) if word is not None else None
        if touched is None or not 0 <= touched.va < task.mm.task_size:
            return pc, None, None
        pte = task.mm.entry(touched.va)
        return pc, touched, (pte >> 10 << 12 | touched.va & 4095) if pte & PTE_V else None

    def count(self, hart: int | None) -> int:
        """Misses of a hart's L1D so far."""
        counts = self.session.machine.state.hart[hart or 0]["count"]
        return int(counts[COUNTERS["l1d.read_miss"]] + counts[COUNTERS["l1d.write_miss"]])

    def note(self, hart: int, pc: int, touched: access.Access, pa: int, missed: bool) -> None:
        """An access has been made: classify it if it missed, and take the others' copies if it wrote."""
        self.accesses += 1
        line, mine = pa >> self.shift, self.harts[hart]
        name = self.session.symbolize(touched.va)
        there = mine.touch(line)
        if missed:
            self.misses.append(self.classify(hart, pc, touched, pa, name, there))
        mine.seen.add(line)
        mine.taken.pop(line, None)
        if touched.kind == "write":
            for k, other in enumerate(self.harts):
                if k != hart and (line in other.ideal or line in other.taken):
                    other.ideal.pop(line, None)
                    wrote = other.taken.setdefault(line, {})
                    wrote.update({(pa + byte) & ((1 << self.shift) - 1): (hart, name) for byte in range(touched.size)})

    def classify(self, hart: int, pc: int, touched: access.Access, pa: int, name: str, there: bool) -> Miss:
        """Which class a miss belongs to."""
        line, mine = pa >> self.shift, self.harts[hart]
        if line in mine.taken:
            wrote = mine.taken[line]
            mask = (1 << self.shift) - 1
            same = next((wrote[at] for byte in range(touched.size) if (at := (pa + byte) & mask) in wrote), None)
            other = same or next(iter(wrote.values()))
            return Miss(hart, pc, pa, name, "true sharing" if same else "false sharing", other)
        kind = "cold" if line not in mine.seen else "conflict" if there else "capacity"
        return Miss(hart, pc, pa, name, kind)


def misses(session: Any, ticks: int = WINDOW) -> View:
    """Misses of L1D in the last ticks by class, by symbol and by instruction; false sharing with both symbols."""
    machine = machine_of(session)
    caches.levels(machine)
    begin = max(session.engine.start_tick, session.engine.tick - ticks)
    count = session.engine.tick - begin
    with travel(session, begin):
        watch = Watch(session)
        for _ in range(count):
            if not watch.step():
                break
    totals = {kind: sum(miss.kind == kind for miss in watch.misses) for kind in CLASSES}
    rows = grouped(session, watch.misses)
    data = {
        "from_tick": begin,
        "ticks": count,
        "accesses": watch.accesses,
        "classes": totals,
        "by_place": rows,
        "sharing": sharing(watch.misses),
    }
    return View(
        "misses", data, blocks(data), [] if begin == session.engine.start_tick else [f"of the last {count:,} ticks"]
    )


def grouped(session: Any, found: list[Miss]) -> list[dict[str, Any]]:
    """By data symbol and instruction, the most first."""
    groups: dict[tuple[str, int, str], int] = {}
    for miss in found:
        key = miss.name.partition("+")[0] or f"{miss.pa & -4096:#x}", miss.pc, miss.kind
        groups[key] = groups.get(key, 0) + 1
    ranked = sorted(groups.items(), key=lambda item: -item[1])
    return [
        {
            "what": name,
            "pc": pc,
            "symbol": session.symbolize(pc),
            "class": kind,
            "count": n,
            "source": place(session, pc),
        }
        for (name, pc, kind), n in ranked
    ]


def place(session: Any, pc: int) -> str:
    """file:line."""
    source = session.source(pc)
    return f"{source[0]}:{source[1]}" if source else ""


def sharing(found: list[Miss]) -> list[dict[str, Any]]:
    """Which symbols of which harts fight for a line."""
    pairs: dict[tuple[str, int, str, int, str], int] = {}
    for miss in found:
        if miss.other is not None:
            key = miss.kind, miss.hart, miss.name, miss.other[0], miss.other[1]
            pairs[key] = pairs.get(key, 0) + 1
    return [
        {"class": kind, "hart": hart, "wants": name, "other_hart": other, "wrote": theirs, "count": n}
        for (kind, hart, name, other, theirs), n in sorted(pairs.items(), key=lambda item: -item[1])
    ]


def blocks(data: dict[str, Any]) -> list[Any]:
    """The same as tables."""
    total = sum(data["classes"].values())
    shown: list[Any] = [
        Facts([("l1d", f"{plural(total, 'miss', 'misses')} in {plural(data['accesses'], 'access', 'accesses')}")])
    ]
    shown.append(
        Table(
            ("class", "misses", "meaning"),
            [[kind, number(n), CLASSES[kind]] for kind, n in data["classes"].items()],
            right=(1,),
        )
    )
    rows: list[list[Line]] = [
        [
            number(r["count"]),
            r["class"],
            symbol(r["what"]),
            [(f"{r['pc']:#x}", "addr")],
            symbol(r["symbol"]),
            r["source"],
        ]
        for r in data["by_place"][:50]
    ]
    shown.append(Table(("misses", "class", "data", "pc", "in", "source"), rows, right=(0,)))
    if data["sharing"]:
        pairs = [
            [
                number(r["count"]),
                r["class"],
                f"hart {r['hart']}",
                symbol(r["wants"]),
                f"hart {r['other_hart']}",
                symbol(r["wrote"]),
            ]
            for r in data["sharing"][:50]
        ]
        shown.append(
            Table(("misses", "class", "who", "wanted", "because of", "which wrote"), pairs, "shared lines", right=(0,))
        )
    return shown
