"""Copies of memory that have their unchanged pages in common.

A Region watches one array of 64-bit words in pages of 4 KB. An Image is a list of page numbers in a Pool, most of them
those of the region's *base*, the image that was taken or put back last; what has changed since is found by comparing
the live array with that. Pages that never were in use are zero, are not looked at, and take no room.
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


def rows(array: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Some pages of an array: without copying them where they follow each other."""
    first, count = int(numbers[0]), len(numbers)
    if int(numbers[-1]) - first == count - 1 and (count < 3 or (np.diff(numbers) == 1).all()):
        return array[first : first + count]
    return array[numbers]


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

    def take(self, source: np.ndarray, pages: np.ndarray) -> np.ndarray:
        """Numbers of places that now hold these pages of an array. Full when there are not enough."""
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
        for at in range(0, len(places), CHUNK):
            self.data[places[at : at + CHUNK]] = source[pages[at : at + CHUNK]]
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
    """One live array, and the pages of it that are in use."""

    def __init__(self, pool: Pool, live: np.ndarray) -> None:
        self.pool = pool
        whole = len(live) // WORDS * WORDS
        self.live = live[:whole].reshape(-1, WORDS)
        self.rest = live[whole:]
        self.known = np.zeros(len(self.live), bool)
        self.order = np.empty(0, np.int64)  # the pages in use, in the order in which they came into use
        self.position = np.zeros(len(self.live), np.int32)  # where in `order`
        self.base = Image(pool, np.empty(0, np.int32), bytes(self.rest))

    def use(self, wanted: np.ndarray) -> None:
        """These pages (as truth values, from the first on) are in use from now on."""
        fresh = np.flatnonzero(wanted & ~self.known[: len(wanted)])
        if not len(fresh):
            return
        self.position[fresh] = np.arange(len(self.order), len(self.order) + len(fresh))
        self.order = np.concatenate((self.order, fresh))
        self.known[fresh] = True

    def use_first(self, count: int) -> None:
        """The first pages are in use."""
        self.use(np.ones(min(count, len(self.live)), bool))

    def changed(self) -> np.ndarray:
        """The positions in `order` of the pages that differ from the base."""
        return self._unlike(self.order, self._padded(self.base))

    def _unlike(self, pages: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Where these live pages and those places of the pool differ."""
        found = []
        for at in range(0, len(pages), CHUNK):
            live = rows(self.live, pages[at : at + CHUNK])
            differ = (live != rows(self.pool.data, places[at : at + CHUNK])).any(axis=1)
            if differ.any():
                found.append(np.flatnonzero(differ) + at)
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def take(self) -> Image:
        """The contents now; they become the base. Full when the pool has no room."""
        changed = self.changed()
        tail = bytes(self.rest)
        if len(changed) or tail != self.base.tail:
            places = self._padded(self.base)
            places[changed] = self.pool.take(self.live, self.order[changed])
            self.base = Image(self.pool, places, tail)
        return self.base

    def put(self, image: Image) -> None:
        """Make the live array, and the base, what the image holds."""
        places = self._padded(image)
        differ = places != self._padded(self.base)
        differ[self.changed()] = True
        where = np.flatnonzero(differ)
        for at in range(0, len(where), CHUNK):
            part = where[at : at + CHUNK]
            self.live[self.order[part]] = self.pool.data[places[part]]
        self.rest[:] = np.frombuffer(image.tail, np.uint64)
        self.base = image

    def differences(self, image: Image) -> np.ndarray:
        """The pages in which the live array differs from an image; nothing is changed."""
        return self.order[self._unlike(self.order, self._padded(image))]

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
