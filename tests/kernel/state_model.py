"""A naive model of address spaces: a dict of pages for each process, each page with what a read of it may give."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

Store = dict[int, int]  # page of a file or of shared memory -> the number that lies there


@dataclass
class Page:
    """A page of an address space. Private pages show their store (or zero) until they are written."""

    prot: int
    shared: bool = False
    store: Store | None = None
    index: int = 0
    own: set[int] | None = None  # what a private page may hold since it was written; two numbers after MADV_FREE

    def values(self) -> set[int]:
        if self.own is not None:
            return self.own
        return {self.store.get(self.index, 0)} if self.store is not None else {0}

    def write(self, value: int) -> None:
        if self.shared:
            assert self.store is not None
            self.store[self.index] = value
        else:
            self.own = {value}

    def seen(self, value: int) -> None:
        """A page of MADV_FREE that reads as zeroes is gone; one that doesn't may still go: only a write keeps it."""
        if self.own is not None and value == 0:
            self.own = {0}

    def forget(self) -> None:
        """MADV_DONTNEED."""
        self.own = None

    def may_go(self) -> None:
        """MADV_FREE."""
        if self.own is not None:
            self.own = self.own | {0}

    def copy(self) -> Page:
        return Page(self.prot, self.shared, self.store, self.index, None if self.own is None else set(self.own))

    def follows(self, other: Page) -> bool:
        """Whether both could be neighbours in one area."""
        same = (self.prot, self.shared, self.store is None) == (other.prot, other.shared, other.store is None)
        return same and self.store is other.store and (self.store is None or self.index == other.index + 1)


@dataclass
class Space:
    """The pages of one process by page number, and where its heap ends."""

    pages: dict[int, Page] = field(default_factory=dict)
    heap: int = 0

    def fork(self) -> Space:
        return Space({number: page.copy() for number, page in self.pages.items()}, self.heap)

    def one_area(self, first: int, count: int) -> bool:
        """Whether the pages are there and could be one area."""
        pages = [self.pages.get(n) for n in range(first, first + count)]
        if any(page is None for page in pages):
            return False
        return all(after.follows(before) for before, after in pairwise(pages))
