"""The malloc of zig's libc: slabs of 64 kB cut into slots with free lists by thread, and mappings for what is larger.

    slot | padding up to the alignment: at least 16 bytes, the last 8 are the header | user's bytes … |

lib/std/heap/SmpAllocator.zig has the slabs, lib/c/malloc.zig the header (`zig_header`). Nothing points to a slab that
is full, nor to a mapping: `zig_mapped` finds them by their headers.
"""

from __future__ import annotations

from typing import Any

from emu.debug.look.heap.model import MOST, Block, Heap, Reader
from emu.debug.look.heap.zig_header import SLAB, classes, in_slot, least
from emu.debug.look.heap.zig_mapped import unlisted

NAME = "heap.SmpAllocator.global"
THREADS, LINE = 128, 64


def known(session: Any) -> bool:
    """Whether the program has the allocator's state, in a layout that is known."""
    row = session.symbols.by_name.get(NAME)
    return row is not None and row.size == THREADS * stride(session.machine.xlen) + LINE


def stride(xlen: int) -> int:
    """Bytes of a thread's state: two arrays and a lock, in whole cache lines."""
    return -(-(2 * classes(xlen) * xlen // 8 + 1) // LINE) * LINE


def read(session: Any) -> Heap:
    """The heap now."""
    heap, reader, xlen = Heap("zig's SmpAllocator"), Reader(session), session.machine.xlen
    slabs: dict[int, int] = {}  # slab -> size of its slots
    free: dict[int, str] = {}
    fresh: dict[int, int] = {}  # slab -> first slot that was never given out
    for thread in range(THREADS):
        state = session.symbols.by_name[NAME].start + thread * stride(xlen)
        nexts, lists = (reader.words(state + n * reader.width, classes(xlen)) for n in (0, classes(xlen)))
        for kind in range(classes(xlen)):
            size = 1 << kind + least(xlen)
            if nexts[kind] & (SLAB - 1):
                slabs[nexts[kind] & -SLAB] = size
                fresh[nexts[kind] & -SLAB] = nexts[kind]
            found = follow(heap, reader, lists[kind], free, f"thread {thread}, class {size}")
            slabs.update((at & -SLAB, size) for at in found)
            free.update((at, f"thread {thread}") for at in found)
            if found:
                row = {"list": f"{size} bytes", "arena": f"thread {thread}", "chunk_size": size}
                heap.lists.append({**row, "count": len(found), "blocks": found})
    mapped = unlisted(session, slabs)
    for slab, size in sorted(slabs.items()):
        slots(heap, reader, slab, size, free, fresh.get(slab, slab + SLAB))
    heap.blocks += mapped
    heap.facts = {"slabs": len(slabs), "slab_bytes": SLAB}
    return heap


def follow(heap: Heap, reader: Reader, first: int, free: dict[int, str], what: str) -> list[int]:
    """A list of free slots: each begins with the address of the next. No slot is on two lists."""
    found: dict[int, None] = {}
    while first and len(free) + len(found) < MOST:
        if first in found or first in free or first % reader.width:
            heap.complain(f"{what}: {first:#x} stands there twice, or is no slot (freed twice, or written after free?)")
            break
        found[first] = None
        first = reader.word(first)
    return list(found)


def slots(heap: Heap, reader: Reader, slab: int, size: int, free: dict[int, str], fresh: int) -> None:
    """The slots of a slab: free ones whole, of those in use what their user has."""
    for at in range(slab, slab + SLAB, size):
        if at >= fresh or len(heap.blocks) >= MOST:
            break
        used = None if at in free else in_slot(reader, at, size)
        if at not in free and used is None:
            heap.complain(f"the header of the block at {at + 16:#x} was overwritten (by the one before?)")
        address, length = used or (at + 16, max(size - 16, 0))
        state = "free" if at in free else "in use"
        heap.blocks.append(Block(address, length, state, free.get(at, ""), f"slab {slab:#x}"))
    if fresh < slab + SLAB:
        heap.blocks.append(Block(fresh, slab + SLAB - fresh, "top", "not yet used", f"slab {slab:#x}"))
