"""glibc's lists of free chunks: each thread's tcache, an arena's fast bins, and its doubly linked bins."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from io import BytesIO
from typing import Any

from elftools.elf.elffile import ELFFile

from emu.debug.look.heap.glibc_layout import TCACHES, Layout, Tcache
from emu.debug.look.heap.model import MOST, Heap, Reader
from emu.kernel.exec import peek_whole

NFASTBINS, NBINS, SMALL_TCACHE_BINS = 10, 128, 64
LONGEST = 4096  # list that is followed


class FreeLists:
    """The part of a Walk that knows which chunks are free: `free` maps a chunk to its state and list."""

    session: Any
    reader: Reader
    heap: Heap
    layout: Layout
    par: int
    mangled: bool
    free: dict[int, tuple[str, str]]
    tops: set[int]
    remainders: set[int]
    steps = 0  # along all lists

    def caches(self) -> Iterator[tuple[int, int]]:
        """Every thread's own lists: (address, tid)."""
        offset = tls_offset(self.session, "tcache")
        for thread in self.session.task.process.threads if offset is not None else ():
            tp = self.session.registers(thread.pid).x[4]
            cache = self.reader.word(tp + offset) if tp else 0
            if cache:
                yield cache, thread.pid

    def tcaches(self) -> None:
        """All lists of all threads."""
        for cache, pid in self.caches():
            self.tcache(cache, pid, self.tcache_layout(cache))

    def tcache_layout(self, cache: int) -> Tcache:
        """By the size of the chunk that it lies in."""
        return TCACHES.get(self.reader.word(cache - 8) & ~7, TCACHES[0x290])

    def tcache(self, cache: int, pid: int, form: Tcache) -> None:
        """One thread's."""
        for index in range(form.bins):
            count = self.reader.unsigned(cache + form.count_size * index, form.count_size)
            entry = self.reader.word(cache + form.count_size * form.bins + 8 * index)
            found = self.follow(entry, lambda at: at, f"tcache {index} of thread {pid}")
            if form.counts_down:
                most = self.reader.word(self.par + self.layout.par.tcache_count) & 0xFFFF
                count = most - count if entry else 0
            if found or count:
                name = f"tcache[{index}]"
                size = 32 + 16 * index if index < SMALL_TCACHE_BINS else 0
                self.note(name, "tcache", size, [at - 16 for at in found], f"thread {pid}")
                if count != len(found):
                    self.heap.complain(f"{name} of thread {pid} counts {count}, its list has {len(found)}")

    def links_are_mangled(self, arena: int) -> bool:
        """Whether links are hidden by their address, as since 2.32: then the last one isn't 0."""
        firsts = [self.reader.word(arena + self.layout.state.fastbins + 8 * n) + 16 for n in range(NFASTBINS)]
        for cache, _ in self.caches():
            form = self.tcache_layout(cache)
            firsts += self.reader.words(cache + form.count_size * form.bins, form.bins)
        links = [self.reader.word(at) for at in firsts if at > 16 and not at & 15]
        return not links or not all(link == 0 or (link & 15 == 0 and self.session.read(link, 8)) for link in links)

    def follow(self, first: int, field: Any, what: str) -> list[int]:
        """A singly linked list: field(entry) is where the next one stands."""
        found: dict[int, None] = {}
        while first and self.step(found):
            if first & 15 or first in found:
                self.heap.complain(
                    f"{what}: {first:#x} is no chunk" if first & 15 else f"{what}: {first:#x} twice (freed twice?)"
                )
                break
            found[first] = None
            at = field(first)
            if self.session.read(at, 8) is None:
                self.heap.complain(f"{what}: {at:#x} can't be read")
                break
            first = self.reader.word(at) ^ (at >> 12 if self.mangled else 0)
        return list(found)

    def step(self, found: Sized) -> bool:
        """Whether to go on along a list: a hostile heap has many, and long ones."""
        self.steps += 1
        return len(found) < LONGEST and self.steps < MOST

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
        state = self.layout.state
        fast = self.reader.words(arena + state.fastbins, NFASTBINS) if state.fastbins else []
        for index, first in enumerate(fast):
            chunks = self.follow(first, lambda chunk: chunk + 16, f"fastbin {index}")
            self.note(f"fastbin[{index}]", "fastbin", 32 + 16 * index, chunks, name)
        for index in range(1, NBINS - 1):
            head = arena + state.bins + (index - 1) * 16 - 16
            kind = "unsorted" if index == 1 else "small" if index < 64 else "large"
            self.note(f"{kind}[{index}]", kind, index * 16 if kind == "small" else 0, self.ring(head, index), name)
        self.tops.add(self.reader.word(arena + state.top))
        self.remainders.add(self.reader.word(arena + state.last_remainder))

    def ring(self, head: int, index: int) -> list[int]:
        """The chunks of a doubly linked bin."""
        found: list[int] = []
        chunk = self.reader.word(head + 16)
        while chunk and chunk != head and self.step(found):
            found.append(chunk)
            back = self.reader.word(self.reader.word(chunk + 16) + 24)
            if back != chunk:
                self.heap.complain(
                    f"bin {index}: {chunk + 16:#x}'s fd and bk disagree (an overflow, or written after free)"
                )
                break
            chunk = self.reader.word(chunk + 16)
        return found


def tls_offset(session: Any, name: str) -> int | None:
    """Where a thread-local symbol lies behind tp; the symbol table of places does not have it."""
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
