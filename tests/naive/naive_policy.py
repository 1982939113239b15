"""Replacement policies as the textbooks draw them: a list, a queue, a tree of bits, a random number."""

from __future__ import annotations


class Xorshift:
    """The machine's random numbers: Marsaglia's 64-bit xorshift (13, 7, 17), of which bits 62..32 count."""

    def __init__(self) -> None:
        self.state = 0x2545F4914F6CDD1D

    def below(self, n: int) -> int:
        """The next number, below n."""
        r = self.state
        r ^= (r << 13) & ((1 << 64) - 1)
        r ^= r >> 7
        r ^= (r << 17) & ((1 << 64) - 1)
        self.state = r
        return (r >> 32 & 0x7FFFFFFF) % n


class Lru:
    """The ways in order of use, the oldest first."""

    def __init__(self, ways: int, rng: Xorshift) -> None:
        self.order = list(range(ways))

    def use(self, way: int) -> None:
        """An access hit this way."""
        self.order.remove(way)
        self.order.append(way)

    fill = use

    def victim(self) -> int:
        """The way that goes when all are taken."""
        return self.order[0]


class Fifo(Lru):
    """The ways in order of filling."""

    def use(self, way: int) -> None:
        """Hits do not matter."""


class Plru:
    """A tree of bits, node 1 the root, nodes 2n and 2n + 1 below n; a bit says which half was not used last."""

    def __init__(self, ways: int, rng: Xorshift) -> None:
        self.ways, self.bits = ways, [0] * (2 * ways)

    def use(self, way: int) -> None:
        """Every node above the way turns to its other half."""
        node = way + self.ways
        while node > 1:
            self.bits[node // 2] = 1 - node % 2
            node //= 2

    fill = use

    def victim(self) -> int:
        """Follow the bits."""
        node = 1
        while node < self.ways:
            node = 2 * node + self.bits[node]
        return node - self.ways


class Random:
    """No memory at all."""

    def __init__(self, ways: int, rng: Xorshift) -> None:
        self.ways, self.rng = ways, rng

    def use(self, way: int) -> None:
        """Hits do not matter."""

    fill = use

    def victim(self) -> int:
        """Any."""
        return self.rng.below(self.ways)


POLICIES = {"lru": Lru, "fifo": Fifo, "plru": Plru, "random": Random}


class Set:
    """One set of a cache or TLB: its ways, None where empty."""

    def __init__(self, ways: int, policy: str, rng: Xorshift) -> None:
        self.ways: list = [None] * ways
        self.policy = POLICIES[policy](ways, rng)

    def place(self) -> int:
        """The way to fill next: the first empty one, else what the policy says."""
        return self.ways.index(None) if None in self.ways else self.policy.victim()

    def put(self, way: int, thing) -> None:
        """Fill a way."""
        self.ways[way] = thing
        self.policy.fill(way)
