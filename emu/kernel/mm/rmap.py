"""Reverse mapping: from a frame to every page-table entry that maps it (Linux: rmap.c).

A frame knows its mapping (an AnonVma or a file's AddressSpace) and its index in it; the mapping knows the areas that
may map it; area and index give the address, and the page table tells whether the entry still points to the frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm
    from emu.kernel.mm.page import MemMap
    from emu.kernel.mm.vma import Vma


class AnonVma:
    """The areas, in one process and its children, whose anonymous pages may be the same frames. It has its place in a
    slab as long as there are any.
    """

    __slots__ = ("areas", "slab")

    def __init__(self) -> None:
        self.areas: dict[Vma, None] = {}
        self.slab = 0

    def add(self, vma: Vma) -> None:
        """One more area may map the pages."""
        if not self.areas:
            self.slab = vma.mm.kernel.slab.caches["anon_vma"].alloc()
        self.areas[vma] = None

    def remove(self, vma: Vma) -> None:
        """One area less."""
        del self.areas[vma]
        if not self.areas:
            vma.mm.kernel.slab.caches["anon_vma"].free(self.slab)


def anon_vma_prepare(vma: Vma) -> AnonVma:
    """Give an area its AnonVma; neighbours that could merge with it share theirs, so that they still can."""
    if vma.anon_vma is None:
        near = vma.mm.mergeable_neighbour(vma)
        vma.anon_vma = near.anon_vma if near else AnonVma()
        vma.anon_vma.add(vma)
    return vma.anon_vma


def link(vma: Vma) -> None:
    """Enter an area where rmap will look for it."""
    if vma.anon_vma is not None:
        vma.anon_vma.add(vma)
    if vma.vm_file is not None:
        vma.mapping.areas[vma] = None


def unlink(vma: Vma) -> None:
    """Take an area out again."""
    if vma.anon_vma is not None:
        vma.anon_vma.remove(vma)
    if vma.vm_file is not None:
        del vma.mapping.areas[vma]


Mapping = tuple["Mm", "Vma", int, int]


def rmap_walk(mem_map: MemMap, pfn: int) -> list[Mapping]:
    """Every (mm, vma, address, cell of the page-table entry) that maps the frame now. A mapping has `areas`, whatever
    it is.
    """
    if not mem_map.mapcount[pfn]:
        return []
    index, found = mem_map.index[pfn], []
    for vma in mem_map.mapping[pfn].areas:
        addr = vma.vm_start + ((index - vma.vm_pgoff) << 12)
        if vma.vm_start <= addr < vma.vm_end:
            mm = vma.mm
            base = mm.ptes.get(addr >> mm.pmd_shift)
            if base is None and mm.huge:
                base = mm.split_huge(addr >> mm.pmd_shift)
            if base is not None:
                cell = base + (addr >> 12 & mm.pte_mask)
                pte = mm.cells[cell]
                if pte & 1 and pte >> 10 == pfn:
                    found.append((mm, vma, addr, cell))
    return found
