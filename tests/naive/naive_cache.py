"""One cache, the bus and memory, after docs/timing.md sentence by sentence: where lines are, what it costs, no data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from naive_policy import Set

if TYPE_CHECKING:
    from naive_private import Private


@dataclass(eq=False)
class Line:
    """A line in one cache."""

    number: int
    state: str = "S"
    dirty: bool = False


class Cache:
    """Sets of lines. `unit` is its name in the configuration."""

    def __init__(self, config, unit: str, rng) -> None:
        self.unit = unit
        self.ways = config[f"{unit}.ways"]
        self.count = config[f"{unit}.size"] // config["cache.line"] // self.ways
        self.latency = config[f"{unit}.latency"]
        self.through = config.values.get(f"{unit}.write_through", False)
        self.allocate = config.values.get(f"{unit}.write_allocate", True)
        self.inclusive = config.values.get(f"{unit}.inclusive", False)
        self.sets = defaultdict(lambda: Set(self.ways, config[f"{unit}.replacement"], rng))

    def set_of(self, number: int) -> Set:
        """The set in which the line may lie."""
        return self.sets[number % self.count]

    def find(self, number: int) -> Line | None:
        """The line, if it is here."""
        return next((line for line in self.set_of(number).ways if line and line.number == number), None)

    def use(self, line: Line) -> None:
        """The line is the most recent of its set."""
        row = self.set_of(line.number)
        row.policy.use(row.ways.index(line))

    def drop(self, number: int) -> Line | None:
        """Take the line out; returns it if it was there."""
        line = self.find(number)
        if line:
            row = self.set_of(number)
            row.ways[row.ways.index(line)] = None
        return line

    def free(self, number: int) -> tuple[int, Line | None]:
        """Empty a way for the line: (the way, the victim that was in it)."""
        row = self.set_of(number)
        way = row.place()
        victim, row.ways[way] = row.ways[way], None
        return way, victim

    def put(self, way: int, number: int, state: str) -> Line:
        """Fill an empty way."""
        line = Line(number, state)
        self.set_of(number).put(way, line)
        return line

    def contents(self) -> dict[int, list[tuple[int, str, bool] | None]]:
        """By set, what is in each way."""
        return {
            k: [line and (line.number, line.state, line.dirty) for line in row.ways]
            for k, row in sorted(self.sets.items())
            if any(row.ways)
        }


class Memory:
    """The LLC, DRAM and the bus; `harts` are the Private caches on it."""

    def __init__(self, config, rng) -> None:
        self.costs = {key[6:]: value for key, value in config.values.items() if key.startswith("costs.")}
        self.llc = Cache(config, "llc", rng)
        self.flat = config["timing"] == "simple"  # L1 caches only; below them memory, at one price
        self.harts: list[Private] = []

    # ----------------------------------------------------------------------------------------------- LLC and DRAM

    def dram_write(self, payer: Private) -> None:
        payer.count("dram.write")

    def dram_read(self, payer: Private) -> None:
        payer.count("dram.read")
        payer.charge("dram", self.costs["dram"])

    def lookup(self, payer: Private, number: int) -> Line | None:
        payer.count("llc.access")
        line = self.llc.find(number)
        if line:
            self.llc.use(line)
        else:
            payer.count("llc.miss")
        return line

    def fill(self, payer: Private, number: int) -> Line:
        way, victim = self.llc.free(number)
        if victim:
            payer.count("llc.evict")
            if self.llc.inclusive:
                for hart in self.harts:
                    for cache in (hart.l1i, hart.l1d, hart.l2):
                        copy = cache.drop(victim.number)
                        if copy:
                            payer.count("bus.back_invalidate")
                            victim.dirty |= copy.dirty
            if victim.dirty:
                payer.count("llc.write_back")
                self.dram_write(payer)
        return self.llc.put(way, number, "S")

    def read(self, payer: Private, number: int) -> None:
        if self.flat:
            self.dram_read(payer)
            return
        payer.charge("llc", self.llc.latency)
        if not self.lookup(payer, number):
            self.dram_read(payer)
            self.fill(payer, number)

    def written(self, payer: Private, line: Line) -> None:
        if self.llc.through:
            payer.count("llc.write_through")
            self.dram_write(payer)
        else:
            line.dirty = True

    def whole_line(self, payer: Private, number: int) -> None:
        if self.flat:
            self.dram_write(payer)
            return
        self.written(payer, self.lookup(payer, number) or self.fill(payer, number))

    def word(self, payer: Private, number: int) -> None:
        if self.flat:
            self.dram_write(payer)
            return
        line = self.lookup(payer, number)
        if not line and not self.llc.allocate:
            self.dram_write(payer)
            return
        if not line:
            self.dram_read(payer)
            line = self.fill(payer, number)
        self.written(payer, line)

    # -------------------------------------------------------------------------------------------------------- bus

    def snoop(self, asker: Private, number: int, exclusive: bool) -> str:
        """'dirty' if another hart supplied the line, 'clean' if one had a copy, else ''."""
        found = ""
        for hart in self.harts:
            if hart is asker:
                continue
            copies = [line for line in (hart.l2.find(number), hart.l1d.find(number)) if line]
            dirty = any(line.dirty for line in copies)
            if exclusive:
                for cache in (hart.l1i, hart.l1d, hart.l2):
                    cache.drop(number)
            for line in copies:
                line.state, line.dirty = "S", False
            if copies and exclusive:
                asker.count("bus.invalidate")
            if dirty:
                asker.count("bus.intervention")
                self.whole_line(hart, number)
            found = "dirty" if dirty else found or ("clean" if copies else "")
        return found

    def request(self, asker: Private, number: int, exclusive: bool) -> str:
        """BusRd or BusRdX; returns the state granted."""
        asker.count("bus.read_exclusive" if exclusive else "bus.read")
        found = self.snoop(asker, number, exclusive)
        if found == "dirty":
            asker.charge("coherence", self.costs["intervention"])
        else:
            self.read(asker, number)
            if found and exclusive:
                asker.charge("coherence", self.costs["invalidate"])
        return "M" if exclusive else "S" if found else "E"

    def upgrade(self, asker: Private, number: int) -> None:
        """BusUpgr."""
        asker.count("bus.upgrade")
        self.snoop(asker, number, True)
        asker.charge("coherence", self.costs["upgrade"])
