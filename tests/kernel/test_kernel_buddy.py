"""The buddy system and the frames above it: blocks split and merge, nothing is lost, the order is fixed."""

from __future__ import annotations

import random

import numpy as np
import pytest
from kernel_fake import FakeMachine

from emu.kernel.mm import buddy
from emu.kernel.mm.alloc import OutOfMemory, PageAllocator
from emu.kernel.mm.zone import MAX_ORDER, make_zones
from emu.kernel.panic import KernelPanic


def allocator(pages: int = 4096, nodes: int = 1, poison: bool = False) -> PageAllocator:
    return PageAllocator(FakeMachine(pages << 12), pages, 64, nodes, poison)


def drained(pages: PageAllocator) -> list[int]:
    """Free blocks by order after the per-cpu lists were given back."""
    for zone in pages.zones:
        pages.drain(zone)
    return [sum(len(zone.free_area[order]) for zone in pages.zones) for order in range(MAX_ORDER + 1)]


def test_first_frames_come_in_order() -> None:
    """Frames are handed out ascending from a fresh machine; number 0 never."""
    pages = allocator()
    assert [pages.alloc_page() for _ in range(200)] == list(range(2, 202))


def test_split_and_merge() -> None:
    """One frame out of a block of 1024 splits it ten times; given back, it merges to what it was."""
    pages = allocator()
    zone, mem_map = pages.zones[0], pages.mem_map
    before = drained(pages)
    pfn = buddy.take_block(zone, mem_map, 3)
    assert pfn is not None
    assert pfn % 8 == 0
    assert drained(pages) != before
    buddy.free_block(zone, mem_map, pfn, 3)
    assert drained(pages) == before


@pytest.mark.parametrize("seed", range(4))
def test_random_blocks(seed: int) -> None:
    """Blocks never overlap and are aligned; when all are back, the free lists are as at the start."""
    rng, pages = random.Random(seed), allocator(2048)
    start, held, used = drained(pages), [], set()
    for _ in range(600):
        if held and rng.random() < 0.5:
            pfn, order = held.pop(rng.randrange(len(held)))
            used -= set(range(pfn, pfn + (1 << order)))
            pages.free_pages(pfn, order)
        else:
            order = rng.choice((0, 0, 0, 1, 2, 4, 6))
            pfn = pages.alloc_pages(order)
            if pfn is not None:
                block = set(range(pfn, pfn + (1 << order)))
                assert pfn % (1 << order) == 0
                assert not block & used
                used |= block
                held.append((pfn, order))
    for pfn, order in held:
        pages.free_pages(pfn, order)
    assert drained(pages) == start


def test_many_at_once_equal_one_by_one() -> None:
    """put_pages of a thousand frames leaves the same free blocks as a thousand put_page."""
    rng = random.Random(5)
    order = rng.sample(range(1000), 700)
    results = []
    for many in (False, True):
        pages = allocator()
        taken = [pages.alloc_page() for _ in range(1000)]
        back = [taken[n] for n in order]
        if many:
            pages.put_pages(np.array(back))
        else:
            for pfn in back:
                pages.put_page(pfn)
        results.append(drained(pages))
    assert results[0] == results[1]


def test_exhaustion_and_recovery() -> None:
    """Every frame can be had (the reserve last); then OutOfMemory; all come back."""
    pages = allocator(512)
    taken = []
    with pytest.raises(OutOfMemory):
        while True:
            taken.append(pages.alloc_page())
    assert len(taken) == len(set(taken)) == 510
    for pfn in taken:
        pages.put_page(pfn)
    assert pages.nr_free_pages == 510


def test_double_free_panics() -> None:
    """Giving a frame back twice is a bug of the kernel and is caught at once."""
    pages = allocator(512)
    pfn = pages.alloc_page()
    pages.put_page(pfn)
    with pytest.raises(KernelPanic):
        pages.put_page(pfn)
    with pytest.raises(KernelPanic):
        pages.put_pages(np.array([pfn]))


def test_poison() -> None:
    """With poison on, a freed frame is filled with 0x6b, and cleared before its next user sees it."""
    pages = allocator(512, poison=True)
    pfn = pages.alloc_page()
    pages.put_page(pfn)
    assert bytes(pages.ram[pfn << 12 : (pfn << 12) + 4]) == b"kkkk"
    assert pages.alloc_zeroed_page() == pfn
    assert bytes(pages.ram[pfn << 12 : (pfn << 12) + 4]) == bytes(4)


def test_zones_and_nodes() -> None:
    """RV64 divides at 4 GB, RV32 doesn't; nodes share the frames; an allocation prefers its own node."""
    names = [(z.name, z.node, z.start, z.end) for z in make_zones(3 << 19, 64)]
    assert names == [("DMA32", 0, 0, 1 << 20), ("Normal", 0, 1 << 20, 3 << 19)]
    assert [z.name for z in make_zones(1 << 20, 32)] == ["Normal"]
    pages = allocator(4096, nodes=2)
    assert [zone.node for zone in pages.zones] == [0, 1]
    pages.set_node(1)
    assert pages.zone_of(pages.alloc_page()).node == 1
    pages.set_node(0)
    assert pages.zone_of(pages.alloc_page()).node == 0


def test_memory_is_lazy() -> None:
    """16 GB of frames cost the host nothing until they are used."""
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pages = PageAllocator(FakeMachine(4 << 20), 4 << 20, 64)
    assert pages.total_pages > 4_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB; Linux counts in kB
