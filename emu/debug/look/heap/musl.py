"""musl's mallocng: groups of equal slots; a `meta` has a bit for every slot (src/malloc/mallocng)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from emu.debug.look.heap.model import MOST, Block, Heap, Reader

UNIT, IB = 16, 4  # IB: bytes of a slot's header, which stand at the end of the slot before
AREA, MOST_AREAS = 4096, 1024  # bytes of a meta_area; how many are looked at
MOVED, LONG, NESTED = 7 << 5, 5, 6  # what the three upper bits of a header's second byte say
CLASSES = tuple(
    map(
        int,
        "1 2 3 4 5 6 7 8 9 10 12 15 18 20 25 31 36 42 50 63 72 84 102 127 146 170 204 255 292 340 409 511 584 682 818 "
        "1023 1169 1364 1637 2047 2340 2730 3276 4095 4680 5460 6552 8191".split(),
    )
)
NAME = "__malloc_context"
SIZES = {64: (928, 936), 32: (504, 512)}  # with and without PAGESIZE in the headers


class Layout(NamedTuple):
    """Offsets in malloc_context (without `pagesize`), meta_area and meta."""

    head: int
    usage: int
    brk: int
    next: int
    nslots: int
    slots: int
    meta: int


LAYOUTS = {64: Layout(56, 464, 920, 8, 16, 24, 40), 32: Layout(36, 240, 500, 8, 12, 16, 24)}


def known(session: Any) -> bool:
    """Whether the program has this malloc's context, in a layout that is known."""
    row = session.symbols.by_name.get(NAME)
    return row is not None and row.size in SIZES[session.machine.xlen]


def read(session: Any) -> Heap:
    """The heap now."""
    heap, reader = Heap("musl mallocng"), Reader(session)
    layout, xlen = LAYOUTS[session.machine.xlen], session.machine.xlen
    row = session.symbols.by_name[NAME]
    shift = 0 if row.size == SIZES[xlen][0] else xlen // 8
    found = list(metas(reader, layout, reader.word(row.start + shift + layout.head)))
    for meta in found:
        group(heap, reader, meta)
    inside = {reader.word(meta + 2 * reader.width) for meta in found}
    for block in heap.blocks:  # small groups stand in slots of larger ones
        if block.address in inside and block.state == "in use":
            block.state, block.where = "group", f"group {block.address:#x}"
    heap.facts = {"groups": len(found), "brk": reader.word(row.start + shift + layout.brk)}
    return heap


def metas(reader: Reader, layout: Layout, area: int) -> Iterator[int]:
    """Every meta that describes a group."""
    seen: set[int] = set()
    while area and area not in seen and len(seen) < MOST_AREAS:
        seen.add(area)
        for n in range(min(reader.unsigned(area + layout.nslots, 4), AREA // layout.meta)):
            meta = area + layout.slots + n * layout.meta
            if reader.word(meta + 2 * reader.width):
                yield meta
        area = reader.word(area + layout.next)


def group(heap: Heap, reader: Reader, meta: int) -> None:
    """A group's slots: in use, freed, or not yet given out."""
    width = reader.width
    mem = reader.word(meta + 2 * width)
    avail, freed = reader.unsigned(meta + 3 * width, 4), reader.unsigned(meta + 3 * width + 4, 4)
    bits = reader.word(meta + 3 * width + 8)
    last, kind, pages = bits & 31, bits >> 6 & 63, bits >> 12
    if reader.word(mem) != meta:
        heap.complain(f"the group at {mem:#x} does not point back to its meta {meta:#x}: its header was overwritten")
        return
    alone = kind >= len(CLASSES)
    stride = pages * 4096 - UNIT if alone else CLASSES[kind] * UNIT
    name = f"group {mem:#x}"
    free = []
    for slot in range(last + 1):
        state = "free" if (avail | freed) >> slot & 1 else "mmapped" if alone else "in use"
        at = mem + UNIT + slot * stride
        if len(heap.blocks) < MOST:
            where = "freed" if freed >> slot & 1 else "not yet used" if avail >> slot & 1 else ""
            place = Slot(mem + UNIT, slot, at, at + stride - IB)
            start, size = (at, stride - IB) if state == "free" else in_use(heap, reader, place)
            heap.blocks.append(Block(start, size, state, where, name))
        free += [at] if state == "free" else []
    row = {"list": f"class {kind}", "arena": name, "chunk_size": stride, "count": len(free), "blocks": free}
    if not alone:
        heap.lists.append(row)


class Slot(NamedTuple):
    """A slot of a group: its number, where it begins and ends, and where the group's first one begins."""

    storage: int
    number: int
    start: int
    end: int


def in_use(heap: Heap, reader: Reader, slot: Slot) -> tuple[int, int]:
    """The address that malloc gave of a slot, which moves with each use, and the size that was asked for."""
    at = slot.start
    if reader.unsigned(at - 3, 1) == MOVED:
        at += UNIT * reader.unsigned(at - 2, 2)
    second = reader.unsigned(at - 3, 1)
    offset = reader.unsigned(at - 8, 4) if reader.unsigned(at - 4, 1) else reader.unsigned(at - 2, 2)
    if not at < slot.end or second & 31 != slot.number or offset * UNIT != at - slot.storage:
        heap.complain(f"the header of the block at {slot.start:#x} was overwritten (by the one before?)")
        return slot.start, slot.end - slot.start
    reserved = second >> 5
    if reserved == NESTED:
        return at, slot.end - at
    if reserved >= LONG:
        reserved = reader.unsigned(slot.end - 4, 4)
    if reserved > slot.end - at or (reserved and reader.unsigned(slot.end - reserved, 1)):
        heap.complain(f"the block at {at:#x} was written beyond its end")
        return at, slot.end - at
    return at, slot.end - at - reserved
