"""What no list of zig's malloc knows: blocks with a mapping of their own, and slabs that are full.

The kernel joins neighbouring mappings, so every page of anonymous memory is looked at for a header that fits.
"""

from __future__ import annotations

from typing import Any

from emu.debug.look.heap.model import MOST, Block, Reader
from emu.debug.look.heap.zig_header import ALIGNMENTS, SLAB, header, in_slot, slot_size

PAGE = 4096
MOST_PAGES = 1 << 16  # that are looked at
LARGEST = SLAB // 2  # slot


def unlisted(session: Any, slabs: dict[int, int]) -> list[Block]:
    """The blocks that are mapped; full slabs are added to `slabs`, with the size of their slots."""
    reader, mm = Reader(session), session.mm
    found: list[Block] = []
    looked = 0
    for vma in mm.vmas:
        if vma.vm_file is not None or vma.vm_start <= mm.start_brk < vma.vm_end:
            continue
        at = vma.vm_start
        while at < vma.vm_end and looked < MOST_PAGES and len(found) < MOST:
            looked += 1
            at += step(reader, at, vma.vm_end, slabs, found)
    return found


def step(reader: Reader, at: int, end: int, slabs: dict[int, int], found: list[Block]) -> int:
    """Note what begins at a page; the bytes up to where something else can begin."""
    if at in slabs:
        return SLAB
    block = mapped(reader, at, end)
    if block is not None:
        found.append(block)
        return -(-(block.address + block.size - at) // PAGE) * PAGE
    slot = full_slab(reader, at, end)
    if slot is None:
        return PAGE
    slabs[at] = slot
    return SLAB


def mapped(reader: Reader, at: int, end: int) -> Block | None:
    """The block whose mapping begins at a page."""
    for log in ALIGNMENTS:
        base = at + (1 << log)
        if base % (1 << log) or base > end:
            return None
        size = header(reader, at, log)
        if size is not None and slot_size(size + (1 << log), log) > LARGEST and base + size <= end:
            return Block(base, size, "mmapped")
    return None


def full_slab(reader: Reader, at: int, end: int) -> int | None:
    """The size of the slots, if this is a slab and each of them has a header."""
    if at % SLAB or at + SLAB > end:
        return None
    for log in ALIGNMENTS:
        size = header(reader, at, log)
        slot = 0 if size is None else slot_size(size + (1 << log), log)
        if 1 << log <= slot <= LARGEST and all(in_slot(reader, each, slot) for each in range(at, at + SLAB, slot)):
            return slot
    return None
