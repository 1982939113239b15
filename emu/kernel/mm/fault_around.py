"""A read fault on a mapped file maps the pages around it too, if they are cached (Linux: mm/memory.c do_fault_around,
mm/filemap.c filemap_map_pages).

    faults of a program that reads a file of 64 pages:  one for each 16, instead of 64

The window is FAULT_AROUND_BYTES, aligned; it ends with the area, the file and the last-level table. Nothing is read for
it, nobody waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import PTE_D
from emu.kernel.mm.page import PG_CODE, PG_LOCKED
from emu.kernel.mm.vma import VM_EXEC, VM_SHARED

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm
    from emu.kernel.mm.vma import Vma

FAULT_AROUND_BYTES = 64 << 10
WINDOW = FAULT_AROUND_BYTES >> 12  # pages


def map_file_page(mm: Mm, vma: Vma, cell: int, pfn: int, prot: int) -> None:
    """Enter a page of a file: one more mapping of its frame."""
    mem_map = mm.pages.mem_map
    mem_map.refcount[pfn] += 1
    mem_map.mapcount[pfn] += 1
    if vma.vm_flags & VM_EXEC:
        mem_map.flags[pfn] |= PG_CODE
    mm.add_file_rss(vma, 1)
    mm.cells[cell] = pfn << 10 | prot


def read_prot(vma: Vma) -> int:
    """The entry of a page that was read: a write must be noticed, to copy or to write back; shared memory needs neither
    (vma_wants_writenotify).
    """
    return vma.prot_rw & ~PTE_D if vma.vm_flags & VM_SHARED and vma.mapping.is_shmem else vma.prot_ro


def do_fault_around(mm: Mm, vma: Vma, addr: int, cell: int) -> None:
    """Map what is cached of the window around `addr`, whose own entry is `cell`, where nothing is mapped yet."""
    place, page = addr >> 12 & mm.pte_mask, vma.index_of(addr)
    first = max(place & -WINDOW, place - ((addr - vma.vm_start) >> 12))
    last = min((place & -WINDOW) + WINDOW, mm.pte_mask + 1, place + ((vma.vm_end - addr + 4095) >> 12))
    pages, cells, base = vma.mapping.pages, mm.cells, cell - place
    end = (vma.mapping.host.i_size + 4095) >> 12
    for at in range(first, min(last, place + end - page)):
        pfn = pages.get(page + at - place)
        if pfn is not None and not cells[base + at] and is_read(mm, pfn):
            map_file_page(mm, vma, base + at, pfn, read_prot(vma))


def is_read(mm: Mm, pfn: int) -> bool:
    """Whether the disk has filled the frame."""
    flags = mm.pages.mem_map.flags
    if flags[pfn] & PG_LOCKED:
        mm.kernel.unlock_if_read(pfn)
    return not flags[pfn] & PG_LOCKED
