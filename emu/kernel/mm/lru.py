"""The lists from which reclaim chooses: active and inactive, for anonymous and for file pages (Linux: mmzone.h
lruvec, swap.c).

    new page ──► inactive ──(used again)──► active ──(not used for long)──► inactive ──► reclaimed

Linked through the columns lru_next and lru_prev of mem_map, newest first. Putting a page on a list is put off: a
fault only appends it to `pending` (Linux's per-cpu batches), and most pages are freed before anyone wants to know
their place.
"""

from __future__ import annotations

from collections.abc import Iterator

from emu.kernel.mm.page import PG_ACTIVE, PG_LRU, PG_SWAPBACKED, PG_UNEVICTABLE, MemMap
from emu.kernel.panic import bug_on

LIST_NAMES = ("inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable")
INACTIVE_ANON, ACTIVE_ANON, INACTIVE_FILE, ACTIVE_FILE, UNEVICTABLE = range(5)


def list_of(flags: int) -> int:
    """The list that a page with these flags belongs on."""
    if flags & PG_UNEVICTABLE:
        return UNEVICTABLE
    base = INACTIVE_ANON if flags & PG_SWAPBACKED else INACTIVE_FILE
    return base + 1 if flags & PG_ACTIVE else base


class LruList:
    """One list: first is the newest, last the oldest; 0 is no frame."""

    __slots__ = ("count", "first", "last")

    def __init__(self) -> None:
        self.first = self.last = self.count = 0


class Lru:
    """The lists of all frames (one set for the machine)."""

    def __init__(self, mem_map: MemMap) -> None:
        self.mem_map = mem_map
        self.lists = [LruList() for _ in LIST_NAMES]
        self.pending: list[int] = []
        self.pending_limit = max(4096, 2 * mem_map.count)

    def drain(self) -> None:
        """lru_add_drain: put the pending pages, those that still are in use, on their lists."""
        mem_map = self.mem_map
        flags, mapping = mem_map.flags, mem_map.mapping
        pending, self.pending = self.pending, []
        fresh = [pfn for pfn in dict.fromkeys(pending) if pfn in mapping and not flags[pfn] & PG_LRU]
        self.add_all(fresh)

    def compact(self) -> None:
        """Forget pending pages that were freed or stand there twice."""
        mapping, flags = self.mem_map.mapping, self.mem_map.flags
        self.pending = [p for p in dict.fromkeys(self.pending) if p in mapping and not flags[p] & PG_LRU]
        if len(self.pending) > self.pending_limit // 2:
            self.drain()

    def holds(self, pfn: int) -> bool:
        """Whether a frame is on one of the lists."""
        return bool(self.mem_map.flags[pfn] & PG_LRU)

    def add(self, pfn: int) -> None:
        """Put a page at the head of the list that its flags name."""
        mem_map = self.mem_map
        flags = mem_map.flags[pfn]
        bug_on(bool(flags & PG_LRU), "page is on a list already", pfn)
        which = self.lists[list_of(flags)]
        mem_map.flags[pfn] = flags | PG_LRU
        mem_map.lru_prev[pfn], mem_map.lru_next[pfn] = 0, which.first
        if which.first:
            mem_map.lru_prev[which.first] = pfn
        else:
            which.last = pfn
        which.first = pfn
        which.count += 1

    def add_all(self, pfns: list[int]) -> None:
        """Put many pages that are on no list at the heads of theirs, one after the other."""
        mem_map, lists = self.mem_map, self.lists
        flags, before, after = mem_map.flags, mem_map.lru_prev, mem_map.lru_next
        for pfn in pfns:
            bits = flags[pfn]
            which = lists[list_of(bits)]
            flags[pfn] = bits | PG_LRU
            first = which.first
            before[pfn], after[pfn] = 0, first
            if first:
                before[first] = pfn
            else:
                which.last = pfn
            which.first = pfn
            which.count += 1

    def take_oldest(self, number: int, most: int) -> list[int]:
        """Take up to `most` pages off the old end of a list, the oldest first."""
        which, flags, before = self.lists[number], self.mem_map.flags, self.mem_map.lru_prev
        pages: list[int] = []
        pfn = which.last
        while pfn and len(pages) < most:
            pages.append(pfn)
            flags[pfn] &= ~PG_LRU
            pfn = before[pfn]
        which.last = pfn
        which.count -= len(pages)
        if pfn:
            self.mem_map.lru_next[pfn] = 0
        else:
            which.first = 0
        return pages

    def remove(self, pfn: int) -> None:
        """Take a page off its list; its flags must be those it was added with."""
        mem_map = self.mem_map
        flags = mem_map.flags[pfn]
        which = self.lists[list_of(flags)]
        before, after = mem_map.lru_prev[pfn], mem_map.lru_next[pfn]
        if before:
            mem_map.lru_next[before] = after
        else:
            which.first = after
        if after:
            mem_map.lru_prev[after] = before
        else:
            which.last = before
        which.count -= 1
        mem_map.flags[pfn] = flags & ~PG_LRU

    def forget(self, pfn: int) -> None:
        """A page that lives on without a mapping leaves its list."""
        if self.holds(pfn):
            self.remove(pfn)

    def move(self, pfn: int, set_flags: int = 0, clear_flags: int = 0) -> None:
        """Change flags and go to the head of the list that they name now."""
        self.remove(pfn)
        self.mem_map.flags[pfn] = self.mem_map.flags[pfn] & ~clear_flags | set_flags
        self.add(pfn)

    def pages(self, which: int) -> Iterator[int]:
        """The frames of a list, oldest first."""
        pfn = self.lists[which].last
        while pfn:
            yield pfn
            pfn = self.mem_map.lru_prev[pfn]
