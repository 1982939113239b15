"""Caches, the bus and memory, after docs/timing.md sentence by sentence: where lines are, what it costs, no data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from naive_policy import Set


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


class Private:
    """L1I, L1D and L2 of one hart. `count` and `charge` belong to the hart."""

    def __init__(self, config, memory: Memory, rng, count, charge) -> None:
        self.l1i, self.l1d, self.l2 = (Cache(config, unit, rng) for unit in ("l1i", "l1d", "l2"))
        self.memory, self.count, self.charge = memory, count, charge
        memory.harts.append(self)

    # --------------------------------------------------------------------------------------------------------- L1

    def fetch(self, number: int) -> None:
        """The front end enters a line."""
        self.count("l1i.access")
        self.charge("l1i", self.l1i.latency)
        line = self.l1i.find(number)
        if line:
            self.l1i.use(line)
            return
        self.count("l1i.miss")
        self.get(number, False)
        way, victim = self.l1i.free(number)
        if victim:
            self.count("l1i.evict")
        self.l1i.put(way, number, "S")

    def empty_l1i(self) -> None:
        """FENCE.I."""
        for row in self.l1i.sets.values():
            row.ways = [None] * len(row.ways)

    def data(self, number: int, write: bool) -> None:
        """One access of a load, store, AMO or walk."""
        self.count("l1d.access")
        self.charge("l1d", self.l1d.latency)
        line = self.l1d.find(number)
        if line:
            self.l1d.use(line)
            if write:
                self.own(line)
        elif write and not self.l1d.allocate:
            self.count("l1d.write_miss")
            self.word_to_l2(number)
            return
        else:
            self.count("l1d.write_miss" if write else "l1d.read_miss")
            way = self.free_l1d(number)
            line = self.l1d.put(way, number, self.get(number, write))
        if not write:
            return
        if self.l1d.through:
            self.word_to_l2(number)
        else:
            line.dirty = True

    def own(self, line: Line) -> None:
        """A line of L1D is written: nobody else may have it."""
        if line.state == "S":
            self.memory.upgrade(self, line.number)
        line.state = "M"
        below = self.l2.find(line.number)
        if below:
            below.state = "M"

    def free_l1d(self, number: int) -> int:
        way, victim = self.l1d.free(number)
        if victim:
            self.count("l1d.evict")
            if victim.dirty:
                self.count("l1d.write_back")
                self.whole_to_l2(victim.number)
        return way

    # --------------------------------------------------------------------------------------------------------- L2

    def lookup(self, number: int) -> Line | None:
        self.count("l2.access")
        line = self.l2.find(number)
        if line:
            self.l2.use(line)
        else:
            self.count("l2.miss")
        return line

    def get(self, number: int, exclusive: bool) -> str:
        """Fetch a line for L1; returns the state granted."""
        if self.memory.flat:
            return self.memory.request(self, number, exclusive)
        self.charge("l2", self.l2.latency)
        line = self.lookup(number)
        if not line:
            way, granted = self.free_l2(number), self.memory.request(self, number, exclusive)
            above = self.l1d.find(number)  # only for a fetch of L1I, when L2 does not include L1D
            return self.l2.put(way, number, above.state if above else granted).state
        if exclusive:
            if line.state == "S":
                self.memory.upgrade(self, number)
            line.state = "M"
        return line.state

    def free_l2(self, number: int) -> int:
        way, victim = self.l2.free(number)
        if victim:
            self.count("l2.evict")
            if self.l2.inclusive:
                self.l1i.drop(victim.number)
                copy = self.l1d.drop(victim.number)
                victim.dirty |= bool(copy and copy.dirty)
            if victim.dirty:
                self.count("l2.write_back")
                self.count("bus.write_back")
                self.memory.whole_line(self, victim.number)
        return way

    def whole_to_l2(self, number: int) -> None:
        """L1D's victim comes down."""
        if self.memory.flat:
            self.count("bus.write_back")
            self.memory.whole_line(self, number)
            return
        line = self.l2.find(number)
        if not line:
            line = self.l2.put(self.free_l2(number), number, "M")
        if self.l2.through:
            self.count("l2.write_through")
            self.memory.whole_line(self, number)
        else:
            line.dirty = True

    def word_to_l2(self, number: int) -> None:
        """A store is written through L1D, or passes it by."""
        self.charge("l1d", self.memory.costs["write_through"])
        self.count("l1d.write_through")
        line = None if self.memory.flat else self.lookup(number)
        if line:
            if line.state == "S":
                self.memory.upgrade(self, number)
            line.state = "M"
        elif self.l2.allocate and not self.memory.flat:
            way = self.free_l2(number)
            if not self.l1d.find(number):
                self.memory.request(self, number, True)
            line = self.l2.put(way, number, "M")
        else:
            if not self.l1d.find(number):
                self.memory.snoop(self, number, True)
            self.memory.word(self, number)
            return
        if self.l2.through:
            self.count("l2.write_through")
            self.memory.word(self, number)
        else:
            line.dirty = True
