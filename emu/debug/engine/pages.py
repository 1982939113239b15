"""Copies of memory that have their unchanged pages in common.

A Region watches one array of 64-bit words in pages of 4 KB. Beside the live array it holds a shadow: the contents of
its *base*, the image that was taken or put back last. So what has changed since is a comparison of two arrays, and an
Image is a list of page numbers in a Pool, most of them those of its base. Pages that never were in use are zero, are
not looked at, and take no room.
"""

from __future__ import annotations

import mmap

import numpy as np

WORDS = 512  # of a page
CHUNK = 256  # pages compared at once: as much as fits the host's cache
ZERO = 0  # the pool's page of zeroes
_FLAGS = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000} if hasattr(mmap, "MAP_ANONYMOUS") else {}


def lazy(words: int) -> np.ndarray:
    """Zeroed words that take no room until they are touched."""
    return np.frombuffer(mmap.mmap(-1, max(8, 8 * words), **_FLAGS), np.uint64, words)


class Full(Exception):
    """The pool has no room: copies must go first."""


class Pool:
    """Pages by number, with the count of images that hold each."""

    def __init__(self, size: int) -> None:
        self.capacity = size >> 12
        self.data = lazy(self.capacity * WORDS).reshape(-1, WORDS)
        self.users = np.zeros(self.capacity, np.int32)
        self.free: list[np.ndarray] = []
        self.top = 1

    @property
    def used(self) -> int:
        """Pages in use."""
        return self.top - sum(map(len, self.free))

    def take(self, pages: np.ndarray) -> np.ndarray:
        """Numbers of places that now hold these pages. Full when there are not enough."""
        count = len(pages)
        found = []
        while count and self.free:
            part = self.free.pop()
            found.append(part[:count])
            if len(part) > count:
                self.free.append(part[count:])
            count -= len(found[-1])
        if count:
            if self.top + count > self.capacity:
                self.free += found
                raise Full
            found.append(np.arange(self.top, self.top + count, dtype=np.int32))
            self.top += count
        places = np.concatenate(found) if found else np.empty(0, np.int32)
        self.data[places] = pages
        return places

    def hold(self, places: np.ndarray) -> None:
        """One image more holds these."""
        self.users[places] += 1

    def release(self, places: np.ndarray) -> None:
        """One image less; places that nobody holds are free."""
        self.users[places] -= 1
        gone = places[self.users[places] == 0]
        if len(gone):
            self.free.append(gone)


class Image:
    """The contents of a region: `places[k]` is the page in the pool of the region's k-th page in use."""

    __slots__ = ("places", "pool", "tail")

    def __init__(self, pool: Pool, places: np.ndarray, tail: bytes) -> None:
        self.pool, self.places, self.tail = pool, places, tail
        pool.hold(places[places != ZERO])

    def __del__(self) -> None:
        self.pool.release(self.places[self.places != ZERO])

    @property
    def size(self) -> int:
        """Bytes of the list itself."""
        return self.places.nbytes + len(self.tail)


class Region:
    """One live array, its shadow, and the pages of it that are in use."""

    def __init__(self, pool: Pool, live: np.ndarray) -> None:
        self.pool = pool
        whole = len(live) // WORDS * WORDS
        self.live = live[:whole].reshape(-1, WORDS)
        self.rest = live[whole:]
        self.shadow = lazy(whole).reshape(-1, WORDS)
        self.known = np.zeros(len(self.live), bool)
        self.order = np.empty(0, np.int64)  # the pages in use, in the order in which they came into use
        self.position = np.zeros(len(self.live), np.int32)  # where in `order`
        self.runs: list[tuple[int, int]] = []
        self.base = Image(pool, np.empty(0, np.int32), bytes(self.rest))

    def use(self, wanted: np.ndarray) -> None:
        """These pages (as truth values, from the first on) are in use from now on."""
        fresh = np.flatnonzero(wanted & ~self.known[: len(wanted)])
        if not len(fresh):
            return
        self.position[fresh] = np.arange(len(self.order), len(self.order) + len(fresh))
        self.order = np.concatenate((self.order, fresh))
        self.known[fresh] = True
        edges = np.flatnonzero(np.diff(np.concatenate(([False], self.known, [False])).astype(np.int8)))
        self.runs = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]

    def use_first(self, count: int) -> None:
        """The first pages are in use."""
        self.use(np.ones(min(count, len(self.live)), bool))

    def changed(self) -> np.ndarray:
        """The pages that differ from the base."""
        found = []
        for first, end in self.runs:
            for at in range(first, end, CHUNK):
                to = min(at + CHUNK, end)
                differ = (self.live[at:to] != self.shadow[at:to]).any(axis=1)
                if differ.any():
                    found.append(np.flatnonzero(differ) + at)
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def take(self) -> Image:
        """The contents now; they become the base. Full when the pool has no room."""
        pages = self.changed()
        tail = bytes(self.rest)
        if len(pages) or tail != self.base.tail:
            places = self._padded(self.base)
            places[self.position[pages]] = self.pool.take(self.live[pages])
            self.shadow[pages] = self.live[pages]
            self.base = Image(self.pool, places, tail)
        return self.base

    def put(self, image: Image) -> np.ndarray:
        """Make the live array, and the base, what the image holds. Returns the pages that were written."""
        places = self._padded(image)
        differ = np.zeros(len(self.live), bool)
        differ[self.changed()] = True
        differ[self.order[places != self._padded(self.base)]] = True
        pages = np.flatnonzero(differ)
        self.live[pages] = self.shadow[pages] = self.pool.data[places[self.position[pages]]]
        self.rest[:] = np.frombuffer(image.tail, np.uint64)
        self.base = image
        return pages

    def differences(self, image: Image) -> np.ndarray:
        """The pages in which the live array differs from an image; nothing is changed."""
        places = self._padded(image)
        differ = np.zeros(len(self.live), bool)
        differ[self.changed()] = True
        differ[self.order[places != self._padded(self.base)]] = True
        pages = np.flatnonzero(differ)
        really = (self.live[pages] != self.pool.data[places[self.position[pages]]]).any(axis=1)
        return pages[really]

    def page(self, image: Image, number: int) -> np.ndarray:
        """A page as the image holds it."""
        if not self.known[number] or self.position[number] >= len(image.places):
            return self.pool.data[ZERO]
        return self.pool.data[image.places[self.position[number]]]

    def _padded(self, image: Image) -> np.ndarray:
        """The image's list, as long as `order` is now; a copy."""
        out = np.zeros(len(self.order), np.int32)
        out[: len(image.places)] = image.places
        return out
