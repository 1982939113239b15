"""Undoing many instructions at once: the past is lived through again in stretches without an entry of the kernel, in
which a task's instructions are those of its hart."""

from __future__ import annotations

from typing import Any, NamedTuple

FEW = 8  # so many are undone one by one
LONGER = 8
SLACK = 256  # ticks of the first window beyond those that are asked for


class Stretch(NamedTuple):
    """Ticks low … high, in which the task completed so many instructions and system calls, on a hart."""

    low: int
    high: int
    moves: int
    hart: int


class Jump:
    """The part of a Session that finds the tick before a task's last n instructions."""

    def tick_before(self: Any, n: int) -> int | None:
        """The tick at which the selected task's n-th last instruction begins; None: it has not completed so many.

        Time is anywhere afterwards. An interruption ends the search: `engine.was_interrupted` tells.
        """
        now = self.engine.tick
        size, left = n + SLACK, n
        high = now
        while high > self.engine.start_tick:
            low = max(self.engine.start_tick, high - size)
            known = self.stretches(low, high)
            if self.engine.is_interrupted:
                return None
            for stretch in reversed(known):
                if stretch.moves >= left:
                    return self.within(stretch, stretch.moves - left)
                left -= stretch.moves
            high, size = low, size * LONGER
        return None

    def stretches(self: Any, low: int, high: int) -> list[Stretch]:
        """What the selected task did in low … high, in order; only stretches in which it did something."""
        found, before, pid = [], None, self.pid
        begin = low
        for tick in self.engine.boundaries(low, high):
            after = self.position(pid)
            if tick - begin == 1:
                count = int(self.moved(before, after))
            else:
                count = after[1] - before[1] if before is not None and after is not None and before[0] >= 0 else 0
            if tick > begin and count:
                found.append(Stretch(begin, tick, count, before[0]))
            begin, before = tick, after
        return found

    def within(self: Any, stretch: Stretch, count: int) -> int:
        """The tick of a stretch at which `count` of its moves are done."""
        low, high = stretch.low, stretch.high
        if high - low == stretch.moves:  # nobody else ran
            return low + count
        self.travel(low)
        goal = self.machine.harts[stretch.hart].instret + count
        while low < high:  # the last tick that has no more than these
            middle = (low + high + 1) // 2
            self.travel(middle)
            low, high = (middle, high) if self.machine.harts[stretch.hart].instret <= goal else (low, middle - 1)
        return low
