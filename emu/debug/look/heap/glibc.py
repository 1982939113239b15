"""glibc's malloc (2.26 and later, 64 bits): arenas, chunks, tcache, all kinds of bins, mmapped chunks.

    chunk    | prev_size | size A M P | user's bytes … (a free one: fd, bk) |     malloc returns chunk + 16

malloc/malloc.c: malloc_state, malloc_par, tcache_perthread_struct; malloc/arena.c: heap_info. P says that the chunk
before is in use; chunks on tcache and fast bins count as such.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import chain
from typing import Any

from emu.debug.look.heap.glibc_bins import FreeLists
from emu.debug.look.heap.glibc_layout import FLAGS, HEAP_MAX_SIZE, NONCONTIGUOUS, layout
from emu.debug.look.heap.glibc_mmapped import mmapped
from emu.debug.look.heap.model import MOST, Block, Heap, Reader

P = 1  # of a chunk's size
FENCE = 16  # the size of the chunk that ends a part of an arena which is not its last one


def known(session: Any) -> bool:
    """Whether the program has this malloc's symbols, in a layout that is known."""
    return layout(session) is not None


def read(session: Any) -> Heap:
    """The heap now."""
    return Walk(session).heap


class Walk(FreeLists):
    """One look at all arenas."""

    landmarks: list[int]  # chunks that a list knows, and tops

    def __init__(self, session: Any) -> None:
        self.session, self.reader, self.heap = session, Reader(session), Heap("glibc malloc")
        self.layout = layout(session)
        names = session.symbols.by_name
        self.main, self.par = names["main_arena"].start, names["mp_"].start
        self.free: dict[int, tuple[str, str]] = {}  # chunk -> (state, bin)
        self.tops: set[int] = set()
        self.remainders: set[int] = set()
        self.heaps: list[int] = []  # of threads' arenas: where their parts of HEAP_MAX_SIZE begin
        mangled = self.layout.mangled
        self.mangled = self.links_are_mangled(self.main) if mangled is None else mangled
        arenas = list(self.arenas())
        self.tcaches()
        for number, arena in enumerate(arenas):
            self.bins(arena, "main" if not number else f"{arena:#x}")
        self.landmarks = sorted(chain(self.free, self.tops))
        for number, arena in enumerate(arenas):
            self.chunks(arena, "main" if not number else f"{arena:#x}")
        mmapped(self)
        self.facts(arenas)

    def arenas(self) -> Iterator[int]:
        """The main one, then those that threads have made."""
        seen, arena = set(), self.main
        while arena and arena not in seen and len(seen) < 256:
            seen.add(arena)
            yield arena
            arena = self.reader.word(arena + self.layout.state.next)

    # -- chunks -------------------------------------------------------------------------------------------------------
    def chunks(self, arena: int, name: str) -> None:
        """All chunks of an arena in order, up to its top; after a gap, from the next one that is known."""
        top, before = self.reader.word(arena + self.layout.state.top), len(self.heap.blocks)
        for start, end in self.parts(arena, top):
            chunk: int | None = start
            while chunk is not None and chunk <= end and len(self.heap.blocks) - before < MOST:
                chunk = self.run(chunk, end, top, name, arena)

    def run(self, chunk: int, end: int, top: int, name: str, arena: int) -> int | None:
        """Chunks that follow each other; where to go on behind one that can't be one, None at the end."""
        previous = None
        while len(self.heap.blocks) < MOST:
            size = self.reader.word(chunk + 8)
            length = size & ~7
            if not self.plausible(chunk, length, end):
                return self.behind(chunk, size, end, arena)
            state, where = ("fencepost", "") if length == FENCE else self.state(chunk)
            if previous is not None:
                self.agree(chunk, size, previous)
            if chunk == top and length > self.reader.word(arena + self.layout.state.system_mem):
                self.heap.complain(f"the top at {chunk + 16:#x} has size {size:#x}, more than its arena (an overflow?)")
            previous = Block(chunk + 16, length - 8, state, where, name)
            self.heap.blocks.append(previous)
            if chunk == end:
                return None
            chunk += length
        return None

    def plausible(self, chunk: int, length: int, end: int) -> bool:
        """Whether a chunk of this length can lie here."""
        return (
            length >= FENCE
            and not length & 15
            and not chunk < end < chunk + length
            and self.session.read(chunk, 16) is not None
        )

    def behind(self, chunk: int, size: int, end: int, arena: int) -> int | None:
        """Say what is wrong, if it is; the next chunk that a list knows."""
        fence = bool(self.heap.blocks) and self.heap.blocks[-1].state == "fencepost"
        gap = arena == self.main and self.reader.unsigned(arena + FLAGS, 4) & NONCONTIGUOUS
        if not (fence and (gap or size & ~7 == 0)):
            text = f"the block at {chunk + 16:#x} has size {size:#x}"
            self.heap.complain(f"{text}: its header was overwritten (by the one before?)")
        at = bisect_right(self.landmarks, chunk)
        return self.landmarks[at] if self.step(()) and at < len(self.landmarks) and self.landmarks[at] <= end else None

    def agree(self, chunk: int, size: int, previous: Block) -> None:
        """P, and prev_size below it, must say of the chunk before what the lists say."""
        free = previous.state == "free"
        if free and not size & P and self.reader.word(chunk) != previous.size + 8:
            self.heap.complain(
                f"the block at {previous.address:#x} is free and has {previous.size + 8} bytes, the one behind it says "
                f"{self.reader.word(chunk)}"
            )
        elif free == bool(size & P) and previous.state != "fencepost":
            here, there = ("free", "in use") if free else ("in use", "free")
            text = f"the block at {previous.address:#x} is {here}, the one behind it says {there}"
            self.heap.complain(f"{text} (an overflow into its size?)")

    def parts(self, arena: int, top: int) -> Iterator[tuple[int, int]]:
        """Where chunks of an arena begin, and the last one of each part: brk's, or a heap_info's of 64 MB."""
        if arena == self.main:
            base = self.reader.word(self.par + self.layout.par.sbrk_base)
            if base:
                yield base + 15 & -16, top
            return
        first, seen = arena & -HEAP_MAX_SIZE, []
        heap = top & -HEAP_MAX_SIZE
        while heap and heap not in seen and len(seen) < 1024:
            seen.append(heap)
            if heap == first:
                break
            if self.reader.word(heap) != arena:
                self.heap.complain(f"the heap at {heap:#x} does not point back to its arena {arena:#x}")
                break
            heap = self.reader.word(heap + 8)
        self.heaps += seen
        for heap in reversed(seen):
            header = self.layout.state_size + 16 if heap == first else 0
            start = (arena if heap == first else heap + (arena - first)) + header
            yield (
                (start + 15 & -16) - (16 if heap == first else 0),
                (top if heap == top & -HEAP_MAX_SIZE else heap + self.reader.word(heap + 16) - 16),
            )

    def state(self, chunk: int) -> tuple[str, str]:
        """In use, or free and on which list."""
        if chunk in self.tops:
            return "top", ""
        if chunk in self.free:
            state, where = self.free[chunk]
            return ("free" if state not in ("tcache", "fastbin") else state), where + (
                ", last remainder" if chunk in self.remainders else ""
            )
        return "in use", ""

    def facts(self, arenas: list[int]) -> None:
        """Figures."""
        par = self.layout.par
        self.heap.facts = {
            "arenas": len(arenas),
            "from_brk": self.reader.word(self.main + self.layout.state.system_mem),
            "mmapped_chunks": self.reader.unsigned(self.par + par.n_mmaps, 4),
            "mmapped_bytes": self.reader.word(self.par + par.mmapped_mem),
        }
