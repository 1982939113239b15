"""The malloc of zig's libc, std.heap.SmpAllocator: slabs of 64 kB cut into slots, free lists by thread."""

from __future__ import annotations

from typing import Any

from emu.debug.look.heap.model import MOST, Block, Heap, Reader

NAME = "heap.SmpAllocator.global"
SLAB, THREADS, LINE = 64 << 10, 128, 64


def known(session: Any) -> bool:
    """Whether the program has the allocator's state, in a layout that is known."""
    row = session.symbols.by_name.get(NAME)
    return row is not None and row.size == THREADS * stride(session.machine.xlen) + LINE


def classes(xlen: int) -> int:
    """Number of size classes: from a pointer's size up to half a slab."""
    return 16 - (3 if xlen == 64 else 2)


def stride(xlen: int) -> int:
    """Bytes of a thread's state: two arrays and a lock, in whole cache lines."""
    return -(-(2 * classes(xlen) * xlen // 8 + 1) // LINE) * LINE


def read(session: Any) -> Heap:
    """The heap now. A slab that is full and was left behind has nothing that points to it, and is not shown."""
    heap, reader, xlen = Heap("zig's SmpAllocator"), Reader(session), session.machine.xlen
    base, count = session.symbols.by_name[NAME].start, classes(xlen)
    least = 3 if xlen == 64 else 2
    slabs: dict[int, int] = {}  # slab -> class
    free: dict[int, str] = {}
    fresh: dict[int, int] = {}  # slab -> first slot that was never given out
    for thread in range(THREADS):
        state = base + thread * stride(xlen)
        nexts, lists = reader.words(state, count), reader.words(state + count * reader.width, count)
        for kind in range(count):
            if nexts[kind] & (SLAB - 1):
                slabs[nexts[kind] & -SLAB] = kind
                fresh[nexts[kind] & -SLAB] = nexts[kind]
            found = follow(heap, reader, lists[kind], f"thread {thread}, class {1 << kind + least}")
            for at in found:
                slabs[at & -SLAB] = kind
                free[at] = f"thread {thread}"
            if found:
                row = {
                    "list": f"{1 << kind + least} bytes",
                    "arena": f"thread {thread}",
                    "chunk_size": 1 << kind + least,
                }
                heap.lists.append({**row, "count": len(found), "blocks": found})
    for slab, kind in sorted(slabs.items()):
        slots(heap, slab, 1 << kind + least, free, fresh.get(slab, slab + SLAB))
    heap.facts = {"slabs": len(slabs), "slab_bytes": SLAB}
    return heap


def follow(heap: Heap, reader: Reader, first: int, what: str) -> list[int]:
    """A list of free slots: each begins with the address of the next."""
    found: list[int] = []
    seen: set[int] = set()
    while first and len(found) < MOST:
        if first in seen or first % reader.width:
            heap.complain(f"{what}: {first:#x} stands there twice, or is no slot (freed twice, or written after free?)")
            break
        seen.add(first)
        found.append(first)
        first = reader.word(first)
    return found


def slots(heap: Heap, slab: int, size: int, free: dict[int, str], fresh: int) -> None:
    """The slots of a slab; what malloc returns lies behind a header of 16 bytes in them."""
    for at in range(slab, slab + SLAB, size):
        if at >= fresh or len(heap.blocks) >= MOST:
            break
        state = "free" if at in free else "in use"
        heap.blocks.append(Block(at + 16, size - 16, state, free.get(at, ""), f"slab {slab:#x}"))
    if fresh < slab + SLAB:
        heap.blocks.append(Block(fresh, slab + SLAB - fresh, "top", "not yet used", f"slab {slab:#x}"))
