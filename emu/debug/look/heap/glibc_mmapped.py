"""glibc's chunks with a mapping of their own: no list has them, their size's M bit and their place tell.

    a page | prev_size: how far from the mapping's begin | size M | user's bytes …

memalign moves a chunk forward in its mapping; before 2.43 the header at the begin stays as well, and a chunk ends with
its last page; since then 16 bytes before that.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from emu.debug.look.heap.glibc_layout import HEAP_MAX_SIZE
from emu.debug.look.heap.model import Block

FLAGS, M = 7, 2  # of a chunk's size
PAGE = 4096
MOST_PAGES = 1 << 16  # that are looked at
OFFSETS = (0, *((1 << n) - 16 for n in range(5, 13)))  # in a page, of chunks aligned to 32 … 4096 bytes and more
LARGE = tuple(1 << n for n in range(13, 22))


class Found(NamedTuple):
    """A chunk, and the mapping around it."""

    chunk: int
    length: int
    start: int
    end: int


def mmapped(walk: Any) -> None:
    """Find as many as malloc counts; the mappings of several may have become one area."""
    count = walk.reader.unsigned(walk.par + walk.layout.par.n_mmaps, 4)
    found: list[Found] = []
    for at, low, high in pages(walk) if count else ():
        if len(found) >= count:
            break
        if not found or not found[-1].start <= at < found[-1].end:
            found += chunks_at(walk, at, low, high)[:1]
    usable = 16 - walk.layout.slack // 2
    walk.heap.blocks += [Block(each.chunk + 16, each.length - usable, "mmapped") for each in found]
    if len(found) < count:
        text = f"{count} chunks were mmapped, {len(found)} are to be found: a header was overwritten"
        walk.heap.complain(text)


def pages(walk: Any) -> Iterator[tuple[int, int, int]]:
    """Pages of anonymous memory outside of arenas, with the bounds of their area; the highest area first."""
    seen, mm = 0, walk.session.mm
    for vma in reversed(mm.vmas):
        if vma.vm_file is not None or vma.vm_start <= mm.start_brk < vma.vm_end:
            continue
        for at in range(vma.vm_start, vma.vm_end, PAGE):
            seen += 1
            if seen > MOST_PAGES:
                return
            if at & -HEAP_MAX_SIZE not in walk.heaps:
                yield at, vma.vm_start, vma.vm_end


def chunks_at(walk: Any, at: int, low: int, high: int) -> list[Found]:
    """The chunks whose header stands in a page, the one that was moved furthest first."""
    data = walk.session.read(at, PAGE)
    found = []
    for offset in OFFSETS if data is not None and any(data) else ():
        chunk = header(at + offset, *struct.unpack_from("<QQ", data, offset), walk.layout.slack)
        if chunk is not None and low <= chunk.start and chunk.end <= high:
            found.append(moved(walk, chunk) if offset == 0 else chunk)
    return found[::-1]


def header(chunk: int, before: int, size: int, slack: int) -> Found | None:
    """The chunk that a header describes, if it is one."""
    length, start = size & ~FLAGS, chunk - before
    end = chunk + length + slack
    if size & FLAGS != M or not length or start & PAGE - 1 or end & PAGE - 1:
        return None
    return Found(chunk, length, start, end)


def moved(walk: Any, found: Found) -> Found:
    """A chunk aligned to more than a page, whose first header has stayed."""
    for alignment in LARGE:
        ahead = -(found.chunk + 16) % alignment
        if 0 < ahead < found.length:
            chunk = header(found.chunk + ahead, *walk.reader.words(found.chunk + ahead, 2), walk.layout.slack)
            if chunk is not None and (chunk.start, chunk.end) == (found.start, found.end):
                return chunk
    return found
