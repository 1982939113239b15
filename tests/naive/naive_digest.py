"""A world's whole story as a hash: run jitted and interpreted, it must be the same.

NUMBA_DISABLE_JIT=1 python -W ignore tests/naive/naive_digest.py 0 5     a line for each seed
"""

from __future__ import annotations

import hashlib
import sys

from naive_scenario import World, play

from emu.machine.events import KIND_NAMES

TIMINGS = ("full", "full", "simple", "off")


class Listener(World):
    """A world in which every event is recorded, and hashed after every step with the state of all harts."""

    def __init__(self, seed: int, **options) -> None:
        super().__init__(seed, **options)
        self.digest = hashlib.sha256()
        self.recorded = 0
        self.fast.state.event_mask = (1 << len(KIND_NAMES)) - 1

    def check(self) -> None:
        """Also listen."""
        super().check()
        events = self.fast.events(self.recorded)
        self.recorded = int(self.fast.state.event_count)
        harts = [(h.pc, h.cycle, h.x.tolist()) for h in self.fast.harts]
        tables = self.fast.counters(), self.fast.ledger()
        self.digest.update(repr((list(map(tuple, events)), harts, tables)).encode())


def digest(seed: int) -> str:
    """Seed, number of events, hash."""
    world = play(seed, steps=30, make=Listener, timing=TIMINGS[seed % len(TIMINGS)])
    return f"{seed} {world.recorded} {world.digest.hexdigest()}"


if __name__ == "__main__":
    for number in range(int(sys.argv[1]), int(sys.argv[2])):
        print(digest(number))
