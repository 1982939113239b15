"""A hart's own caches, slowly: L1I, L1D and L2, and what they ask of the others."""

from __future__ import annotations

from naive_cache import Cache, Line, Memory


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
