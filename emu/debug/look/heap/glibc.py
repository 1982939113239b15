"""glibc's malloc (2.26 and later, 64 bits): arenas, chunks, tcache, all kinds of bins, mmapped chunks.

    chunk    | prev_size | size A M P | user's bytes … (a free one: fd, bk) |     malloc returns chunk + 16

malloc/malloc.c: malloc_state, malloc_par, tcache_perthread_struct; since 2.32 the pointers of tcache and fast bins are
mangled by the address that they stand at (PROTECT_PTR).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from emu.debug.look.heap.model import MOST, Block, Heap, Reader

STATE, FASTBINS, TOP, LAST_REMAINDER, BINS, NEXT, SYSTEM_MEM = 2200, 16, 96, 104, 112, 2160, 2184
NFASTBINS, NBINS, TCACHE_BINS = 10, 128, 64
P, M, A = 1, 2, 4
HEAP_MAX = 64 << 20


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


class Walk:
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

    # -- free lists ---------------------------------------------------------------------------------------------------
    def tcaches(self) -> None:
        """Every thread's own lists: 64 of them, by size."""
        offset = tls_offset(self.session, "tcache")
        if offset is None:
            return
        for thread in self.session.task.process.threads:
            tp = self.session.registers(thread.pid).x[4]
            cache = self.reader.word(tp + offset) if tp else 0
            if cache:
                self.tcache(cache, thread.pid)

    def tcache(self, cache: int, pid: int) -> None:
        """One thread's."""
        for index in range(TCACHE_BINS):
            count = self.reader.unsigned(cache + 2 * index, 2)
            entry = self.reader.word(cache + 128 + 8 * index)
            found = self.follow(entry, lambda at: at, f"tcache {index} of thread {pid}")
            if found or count:
                name = f"tcache[{index}]"
                self.note(name, "tcache", 32 + 16 * index, [at - 16 for at in found], f"thread {pid}")
                if count != len(found):
                    self.heap.complain(f"{name} of thread {pid} counts {count}, its list has {len(found)}")

    def follow(self, first: int, field: Any, what: str) -> list[int]:
        """A list whose pointers are mangled: field(entry) is where the next one stands."""
        found: list[int] = []
        while first and len(found) < 4096:
            if first & 15 or first in found:
                self.heap.complain(
                    f"{what}: {first:#x} is no chunk" if first & 15 else f"{what}: {first:#x} twice (freed twice?)"
                )
                break
            found.append(first)
            at = field(first)
            if self.session.read(at, 8) is None:
                self.heap.complain(f"{what}: {at:#x} can't be read")
                break
            first = self.reader.word(at) ^ at >> 12
        return found

    def note(self, name: str, state: str, size: int, chunks: list[int], arena: str) -> None:
        """A list and its chunks."""
        for chunk in chunks:
            self.free.setdefault(chunk, (state, name))
        if chunks:
            row = {
                "list": name,
                "arena": arena,
                "chunk_size": size,
                "count": len(chunks),
                "blocks": [chunk + 16 for chunk in chunks],
            }
            self.heap.lists.append(row)

    def bins(self, arena: int, name: str) -> None:
        """Fast bins, then the doubly linked ones: 1 unsorted, 2 … 63 small, 64 … 126 large."""
        for index, first in enumerate(self.reader.words(arena + FASTBINS, NFASTBINS)):
            chunks = self.follow(first, lambda chunk: chunk + 16, f"fastbin {index}")
            self.note(f"fastbin[{index}]", "fastbin", 32 + 16 * index, chunks, name)
        for index in range(1, NBINS - 1):
            head = arena + BINS + (index - 1) * 16 - 16
            kind = "unsorted" if index == 1 else "small" if index < 64 else "large"
            self.note(f"{kind}[{index}]", kind, index * 16 if kind == "small" else 0, self.ring(head, index), name)
        self.tops.add(self.reader.word(arena + TOP))
        self.remainders.add(self.reader.word(arena + LAST_REMAINDER))

    def ring(self, head: int, index: int) -> list[int]:
        """The chunks of a doubly linked bin."""
        found: list[int] = []
        chunk = self.reader.word(head + 16)
        while chunk and chunk != head and len(found) < 4096:
            found.append(chunk)
            back = self.reader.word(self.reader.word(chunk + 16) + 24)
            if back != chunk:
                self.heap.complain(
                    f"bin {index}: {chunk + 16:#x}'s fd and bk disagree (an overflow, or written after free)"
                )
                break
            chunk = self.reader.word(chunk + 16)
        return found

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


def tls_offset(session: Any, name: str) -> int | None:
    """Where a thread-local symbol lies behind tp; the symbol table of places does not have it."""
    from io import BytesIO

    from elftools.elf.elffile import ELFFile

    from emu.kernel.exec import peek_whole

    file = session.mm.exe_file if session.mm is not None else None
    if file is None or file.inode.i_size > 64 << 20:
        return None
    try:
        table = ELFFile(BytesIO(peek_whole(file.inode))).get_section_by_name(".symtab")
        found = [
            symbol["st_value"]
            for symbol in table.iter_symbols()
            if symbol.name == name and symbol["st_info"]["type"] == "STT_TLS"
        ]
    except Exception:  # the file belongs to the guest
        return None
    return found[0] if found else None
