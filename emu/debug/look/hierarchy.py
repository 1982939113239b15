"""What an access of a line would cost now: caches and MESI asked in the hardware's order, without touching them.

The machine's own rules (emu.machine.private, llc, mesi) as questions. What an instruction has brought in itself is
remembered, so that its later accesses find it.
"""

from __future__ import annotations

from typing import Any

from emu.debug.look import caches
from emu.debug.look.links import Link

M, E, S = caches.MODIFIED, caches.EXCLUSIVE, caches.SHARED


class Hierarchy:
    """The memory system of one hart, as it would answer. `walking`: everything is charged to the walk."""

    def __init__(self, machine: Any, hart: int) -> None:
        self.machine, self.hart, self.m = machine, hart, machine.state
        self.record = machine.state.hart[hart]
        self.present: dict[tuple[int, int], int] = {}  # (level, line) -> state, of what this instruction brought in
        self.links: list[Link] = []
        self.latest = [int(cache.latency) for cache in machine.state.cache]

    # -- caches -------------------------------------------------------------------------------------------------------
    def state_of(self, level: int, line: int) -> int:
        """MESI state of this hart's copy (LLC: of the shared one), 0 for none."""
        if (level, line) in self.present:
            return self.present[level, line]
        way = caches.find(self.machine, level, self.hart, line << int(self.m.line_shift))
        return way.state if way else 0

    def others(self, line: int) -> int:
        """What the other harts have: 0 nothing, 1 a clean copy, 2 a dirty one."""
        had = 0
        for way in caches.copies(self.machine, line << int(self.m.line_shift)):
            if way.level in (caches.L1D, caches.L2) and way.hart != self.hart:
                had = max(had, 2 if way.dirty else 1)
        return had

    def access(
        self, pa: int, what: str, write: bool, fetch: bool = False, depth: int = 0, walking: bool = False
    ) -> None:
        """One access of a line, as a Link with where the line was found and what each level on the way cost."""
        if not self.machine.timed:
            self.links.append(Link("memory", f"{what}: timing is off, memory costs nothing", {}, {"pa": pa}, depth))
            return
        line = caches.line_of(self.machine, pa)
        steps = self.fetch_line(line) if fetch else self.data_line(line, write)
        costs: dict[str, int] = {}
        for cause, cycles, _ in steps:
            name = "walk" if walking else cause
            costs[name] = costs.get(name, 0) + cycles
        served = steps[-1][2]
        way = self.place(caches.L1I if fetch else caches.L1D, pa)
        path = [{"cause": cause, "cycles": cycles, "text": text} for cause, cycles, text in steps]
        data = {"pa": pa, "line": line << int(self.m.line_shift), "found_in": served, "path": path, "place": way}
        spelled = ", ".join(text + (f" {cycles}" if cycles else "") for _, cycles, text in steps)
        self.links.append(Link("cache", f"{what}: {spelled}", {k: v for k, v in costs.items() if v}, data, depth))

    def place(self, level: int, pa: int) -> str:
        """`set.way` of a line that is there."""
        way = caches.find(self.machine, level, self.hart, pa)
        return f"{way.set}.{way.way}" if way else ""

    def data_line(self, line: int, write: bool) -> list[tuple[str, int, str]]:
        """data_access: (cause, cycles, what) of each level."""
        steps, cache = [("l1d", self.latest[caches.L1D], "")], self.m.cache[caches.L1D]
        state = self.state_of(caches.L1D, line)
        if state:
            steps[0] = ("l1d", self.latest[caches.L1D], f"l1d hit in {'ISEM'[state]}")
            if write and state == S:
                steps.append(("coherence", int(self.m.cost_upgrade), "BusUpgr takes the other copies"))
            self.present[caches.L1D, line] = M if write else state
            if write and not self.m.shallow and self.state_of(caches.L2, line):
                self.present[caches.L2, line] = M
        elif write and not cache.allocate:
            steps[0] = ("l1d", self.latest[caches.L1D], "l1d miss, not allocated")
            return steps + self.through(line)
        else:
            steps[0] = ("l1d", self.latest[caches.L1D], "l1d miss")
            steps += self.below(line, write)
            self.present[caches.L1D, line] = self.granted(line, write)
        return steps + self.through(line) if write and cache.through else steps

    def granted(self, line: int, write: bool) -> int:
        """The state in which the line arrives."""
        if write:
            return M
        own = self.present.get((caches.L2, line), 0)
        return own or (S if self.others(line) else E)

    def through(self, line: int) -> list[tuple[str, int, str]]:
        """l2_write: a store that goes on to the level below."""
        steps, l2 = [("l1d", int(self.m.cost_write_through), "written through")], self.m.cache[caches.L2]
        state = 0 if self.m.shallow else self.state_of(caches.L2, line)
        if not state and (self.m.shallow or not l2.allocate):
            return steps + self.word_below(line)
        if not state and not self.state_of(caches.L1D, line):
            steps += self.bus(line, True)
        if state == S:
            steps.append(("coherence", int(self.m.cost_upgrade), "BusUpgr takes the other copies"))
        self.present[caches.L2, line] = M
        return steps + self.word_below(line) if l2.through else steps

    def word_below(self, line: int) -> list[tuple[str, int, str]]:
        """llc_write of a word: the line is read first where the last level allocates."""
        if self.m.shallow or self.state_of(caches.LLC, line) or not self.m.cache[caches.LLC].allocate:
            return []
        self.present[caches.LLC, line] = S
        return [("dram", int(self.m.cost_dram), "llc reads the line first: dram")]

    def fetch_line(self, line: int) -> list[tuple[str, int, str]]:
        """fetch_access."""
        if self.state_of(caches.L1I, line):
            return [("l1i", self.latest[caches.L1I], "l1i hit")]
        return [("l1i", self.latest[caches.L1I], "l1i miss"), *self.below(line, False)]

    def below(self, line: int, write: bool) -> list[tuple[str, int, str]]:
        """l2_fetch: the second level, then the bus."""
        if self.m.shallow:
            return self.bus(line, write)
        state, latency = self.state_of(caches.L2, line), self.latest[caches.L2]
        if state:
            steps = [("l2", latency, f"l2 hit in {'ISEM'[state]}")]
            if write and state == S:
                steps.append(("coherence", int(self.m.cost_upgrade), "BusUpgr takes the other copies"))
        else:
            steps = [("l2", latency, "l2 miss"), *self.bus(line, write)]
            state = S if self.others(line) else E
        self.present[caches.L2, line] = M if write else state
        return steps

    def bus(self, line: int, write: bool) -> list[tuple[str, int, str]]:
        """bus_fetch: another hart's dirty copy, the last-level cache, or memory."""
        request, had = "BusRdX" if write else "BusRd", self.others(line) if self.machine.hart_count > 1 else 0
        if had == 2:
            return [("coherence", int(self.m.cost_intervention), f"{request}: another hart's modified copy")]
        steps = self.shared(line, request)
        if had and write:
            steps.append(("coherence", int(self.m.cost_invalidate), "other harts' copies are invalidated"))
        return steps

    def shared(self, line: int, request: str) -> list[tuple[str, int, str]]:
        """llc_read."""
        dram = ("dram", int(self.m.cost_dram), "dram")
        if self.m.shallow:
            return [("dram", int(self.m.cost_dram), f"{request}: dram")]
        latency = self.latest[caches.LLC]
        if self.state_of(caches.LLC, line):
            return [("llc", latency, f"{request}: llc hit")]
        self.present[caches.LLC, line] = S
        return [("llc", latency, f"{request}: llc miss"), dram]
