"""Every access to the data caches of a stretch of time, and to which class each miss belongs.

Beside each hart's L1D runs a fully associative one of the same size: a miss that it would have hit is a conflict. A
line that another hart's write took away is a coherence miss: true sharing if that hart wrote the bytes that are wanted
now, else false sharing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emu.debug.look import access, caches, code, turns
from emu.debug.look.ideal import Ideal
from emu.debug.look.observe import tick
from emu.debug.look.tlbwatch import TlbWatch
from emu.isa.paging import PTE_V
from emu.machine.counters import COUNTERS


@dataclass(slots=True)
class HartLines:
    """What one hart's cache would do: an ideal one, and the bytes that others wrote to lines they took away."""

    ideal: Ideal
    seen: set[int] = field(default_factory=set)
    taken: dict[int, dict[int, tuple[int, str]]] = field(default_factory=dict)  # line -> byte -> (hart, symbol)


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
        self.harts = [HartLines(Ideal(sets * ways)) for _ in range(machine.hart_count)]
        self.shift = int(machine.state.line_shift)
        for k, hart in enumerate(self.harts):
            held = sorted(caches.contents(machine, caches.L1D, k), key=lambda way: way.used)
            for way in held:
                hart.ideal.touch(way.address >> self.shift)
                hart.seen.add(way.address >> self.shift)
        self.misses: list[Miss] = []
        self.accesses = 0
        self.tlb = TlbWatch(session)

    def step(self) -> bool:
        """One tick; False at the end."""
        session, machine = self.session, self.session.machine
        hart = turns.next_hart(machine)
        task = session.kernel.sched.running[hart] if hart is not None else None
        touched, pc, place = None, 0, None
        if task is not None:
            pc, touched, place = self.about(task, hart)
        missed, walked = self.count(hart), self.tlb.count(hart or 0)
        retired = machine.instructions
        if not tick(session.engine):
            return False
        self.tlb.flushes()
        if touched is not None and place is not None and machine.instructions > retired:
            self.tlb.note(hart, task.mm.asid, touched.va, self.tlb.count(hart) > walked)
            self.note(hart, pc, touched, place, self.count(hart) > missed, self.name(task.mm, touched.va))
        return True

    def name(self, mm: Any, va: int) -> str:
        """What lies there: a symbol, else the area."""
        if name := self.session.symbolize(va):
            return name
        vma = mm.vma_at(va)
        return "" if vma is None else mm.name_of(vma) or f"anonymous at {vma.vm_start:#x}"

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

    def note(self, hart: int, pc: int, touched: access.Access, pa: int, missed: bool, name: str) -> None:
        """An access has been made: classify it if it missed, and take the others' copies if it wrote."""
        self.accesses += 1
        line, mine = pa >> self.shift, self.harts[hart]
        there = mine.ideal.touch(line)
        if missed:
            self.misses.append(self.classify(hart, pc, touched, pa, name, there))
        mine.seen.add(line)
        mine.taken.pop(line, None)
        if touched.kind == "write":
            for k, other in enumerate(self.harts):
                if k != hart and (line in other.ideal or line in other.taken):
                    other.ideal.drop(line)
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
