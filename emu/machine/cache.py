"""One set-associative cache: find a line, choose a victim. All caches and both harts' and shared ones use these.

Recency is a stamp per line, written on every access, so any geometry has an exact LRU. Tree-PLRU needs no bits of its
own: each bit of the tree points away from the half that was used last, and the newest stamp says which half that is.
"""

from __future__ import annotations

from emu.machine.host import equal_lanes, first_bit, lowest_lane, prefetch
from emu.machine.jit import hot, inlined

L1I, L1D, L2, LLC = range(4)
LRU, PLRU, FIFO, RANDOM = range(4)
INVALID, SHARED, EXCLUSIVE, MODIFIED = range(4)


@inlined
def first_way(m, h, level, line):
    """Index of the first way of the set that `line` belongs to."""
    c = m.cache[level]
    return c.first + h.id * c.stride + (line & (c.sets - 1)) * c.ways


@inlined
def lanes_of(ways, done):
    """Which of eight lanes belong to the set when `done` ways have been looked at."""
    return 255 if ways - done >= 8 else (1 << (ways - done)) - 1


@inlined
def find(m, h, level, line):
    """The index of the line in this hart's cache of a level (LLC: the shared one), or -1. No side effect."""
    first = first_way(m, h, level, line)
    ways = m.cache[level].ways
    for w in range(0, ways, 8):  # eight tags at a time; tag 0 is an empty way
        found = equal_lanes(m.tag_at + ((first + w) << 3), line + 1) & lanes_of(ways, w)
        if found:
            return first + w + first_bit(found)
    return -1


@inlined
def expect(m, h, level, line):
    """Start fetching what the host will need of this set:

    the hierarchy's own tables are larger than the host's L1 and L2.
    """
    first = first_way(m, h, level, line) << 3
    for at in range(first, first + (m.cache[level].ways << 3), 64):
        prefetch(m.tag_at + at)
        prefetch(m.used_at + at)
        prefetch(m.line_at + at)


@hot
def random_below(m, n):
    """The next number of the machine's xorshift generator, below n."""
    r = m.rng
    r ^= r << 13
    r ^= (r >> 7) & 0x1FFFFFFFFFFFFFF
    r ^= r << 17
    m.rng = r
    return ((r >> 32) & 0x7FFFFFFF) % n


@inlined
def oldest(stamps_at, first, ways):
    """The way with the smallest of the stamps at a host address; the lowest way among equals."""
    low, at = lowest_lane(stamps_at + (first << 3), lanes_of(ways, 0)), 0
    for w in range(8, ways, 8):
        here = lowest_lane(stamps_at + ((first + w) << 3), lanes_of(ways, w))
        if here < low:
            low, at = here, w
    return first + at + first_bit(equal_lanes(stamps_at + ((first + at) << 3), low))


@hot
def newest_stamp(stamps, first, ways):
    """The largest stamp among the ways."""
    best = stamps[first]
    for i in range(first + 1, first + ways):
        best = max(best, stamps[i])
    return best


@hot
def tree_victim(stamps, first, ways):
    """Tree-PLRU: at each node turn to the half that was not used last."""
    while ways > 1:
        ways >>= 1
        if newest_stamp(stamps, first, ways) > newest_stamp(stamps, first + ways, ways):
            first += ways
    return first


@hot
def empty_way(m, first, ways):
    """The first way without a line, or -1."""
    for i in range(first, first + ways):
        if m.line_tag[i] == 0:
            return i
    return -1


@hot
def other_victim(m, first, ways, policy):
    """Tree-PLRU and random: an empty way first."""
    i = empty_way(m, first, ways)
    if i >= 0:
        return i
    if policy == PLRU:
        return tree_victim(m.line_used, first, ways)
    return first + random_below(m, ways)


@inlined
def victim(m, h, level, line):
    """The way to fill: an empty one (its stamps are 0, the oldest), else by the cache's replacement policy."""
    c = m.cache[level]
    first = first_way(m, h, level, line)
    if c.policy == LRU or c.policy == FIFO:
        return oldest(m.used_at if c.policy == LRU else m.filled_at, first, c.ways)
    return other_victim(m, first, c.ways, c.policy)
