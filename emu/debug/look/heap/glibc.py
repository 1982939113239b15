"""glibc's malloc (2.26 and later, 64 bits): arenas, chunks, tcache, all kinds of bins, mmapped chunks.

    chunk    | prev_size | size A M P | user's bytes … (a free one: fd, bk) |     malloc returns chunk + 16

malloc/malloc.c: malloc_state, malloc_par, tcache_perthread_struct; since 2.32 the pointers of tcache and fast bins are
mangled by the address that they stand at (PROTECT_PTR).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from emu.debug.look.heap.glibc_bins import TOP, FreeLists
from emu.debug.look.heap.model import MOST, Block, Heap, Reader

STATE, NEXT, SYSTEM_MEM = 2200, 2160, 2184
P, M, A = 1, 2, 4


class Par(NamedTuple):
    """Offsets in malloc_par, which has grown."""

    n_mmaps: int
    mmapped_mem: int
    sbrk_base: int


PARS = {136: Par(60, 80, 96), 112: Par(40, 56, 72), 104: Par(40, 56, 72)}


def known(session: Any) -> bool:
    """Whether the program has this malloc's symbols, in a layout that is known."""
    names = session.symbols.by_name
    arena, par = names.get("main_arena"), names.get("mp_")
    return (
        session.machine.xlen == 64
        and arena is not None
        and arena.size == STATE
        and par is not None
        and par.size in PARS
    )


def read(session: Any) -> Heap:
    """The heap now."""
    return Walk(session).heap


class Walk(FreeLists):
    """One look at all arenas."""

    def __init__(self, session: Any) -> None:
        self.session, self.reader, self.heap = session, Reader(session), Heap("glibc malloc")
        names = session.symbols.by_name
        self.main, par = names["main_arena"].start, names["mp_"]
        self.par, self.offsets = par.start, PARS[par.size]
        self.free: dict[int, tuple[str, str]] = {}  # chunk -> (state, bin)
        self.tops: set[int] = set()
        self.remainders: set[int] = set()
        arenas = list(self.arenas())
        self.tcaches()
        for number, arena in enumerate(arenas):
            self.bins(arena, "main" if not number else f"{arena:#x}")
        for number, arena in enumerate(arenas):
            self.chunks(arena, "main" if not number else f"{arena:#x}")
        self.mmapped()
        self.facts(arenas)

    def arenas(self) -> Iterator[int]:
        """The main one, then those that threads have made."""
        seen, arena = set(), self.main
        while arena and arena not in seen and len(seen) < 256:
            seen.add(arena)
            yield arena
            arena = self.reader.word(arena + NEXT)

    # -- chunks -------------------------------------------------------------------------------------------------------
    def chunks(self, arena: int, name: str) -> None:
        """All chunks of an arena in order, up to its top."""
        top = self.reader.word(arena + TOP)
        for chunk in self.starts(arena):
            before = len(self.heap.blocks)
            while chunk and len(self.heap.blocks) < MOST:
                size = self.reader.word(chunk + 8)
                length = size & ~7
                if length < 16 or length & 15 or (chunk < top < chunk + length) or self.session.read(chunk, 16) is None:
                    text = f"the block at {chunk + 16:#x} has size {size:#x}: "
                    text += "its header was overwritten (by the one before?)"
                    self.heap.complain(text)
                    return
                state, where = self.state(chunk)
                self.heap.blocks.append(Block(chunk + 16, length - 8, state, where, name))
                if chunk == top or len(self.heap.blocks) - before >= MOST:
                    break
                chunk += length

    def starts(self, arena: int) -> list[int]:
        """Where the chunks of an arena begin."""
        if arena == self.main:
            base = self.reader.word(self.par + self.offsets.sbrk_base)
            return [base + 15 & -16] if base else []
        return [(arena + STATE + 16 + 15 & -16) - 16]

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

    def mmapped(self) -> None:
        """Chunks with a mapping of their own: no list has them, their size's M bit and their place tell."""
        left = self.reader.unsigned(self.par + self.offsets.n_mmaps, 4)
        mm = self.session.mm
        for vma in reversed(mm.vmas):
            at = vma.vm_start
            while left and vma.vm_file is None and at < vma.vm_end:
                size = self.reader.word(at + 8)
                length = size & ~7
                if size & 7 != M or length & 4095 or not length or at + length > vma.vm_end or self.reader.word(at):
                    break
                self.heap.blocks.append(Block(at + 16, length - 16, "mmapped"))
                left -= 1
                at += length

    def facts(self, arenas: list[int]) -> None:
        """Figures."""
        self.heap.facts = {
            "arenas": len(arenas),
            "from_brk": self.reader.word(self.main + SYSTEM_MEM),
            "mmapped_chunks": self.reader.unsigned(self.par + self.offsets.n_mmaps, 4),
            "mmapped_bytes": self.reader.word(self.par + self.offsets.mmapped_mem),
        }
