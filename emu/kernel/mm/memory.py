"""Page faults: find the area, find the page, enter it in the page table (Linux: memory.c).

    handle_mm_fault ─┬─ no table yet                      huge_fault: do_huge_anonymous_page · hugetlb_fault
                     ├─ no entry yet ─┬─ anonymous area   do_anonymous_page
                     │                └─ file             do_fault: do_read_fault · do_cow_fault · do_shared_fault
                     ├─ swap entry                        do_swap_page
                     └─ entry without W, area with it     do_wp_page

Each returns a FAULT_ (fault.py): _MINOR or _MAJOR when the instruction may run again, _MAPERR, _ACCERR or _SIGBUS when
the process is at fault. OutOfMemory leaves no trace: an instruction can always be restarted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import PTE_V, PTE_W
from emu.kernel.mm import filemap, huge, tlb
from emu.kernel.mm.brk import expand_stack
from emu.kernel.mm.cow import ANON_PAGE, do_wp_page, new_anon_page
from emu.kernel.mm.dirty import set_page_dirty
from emu.kernel.mm.fault import FAULT_ACCERR, FAULT_MAJOR, FAULT_MAPERR, FAULT_MINOR, FAULT_SIGBUS
from emu.kernel.mm.fault_around import do_fault_around, map_file_page, read_prot
from emu.kernel.mm.hugetlb import hugetlb_fault
from emu.kernel.mm.page import PAGE_SIZE, PG_CODE, PG_STALE
from emu.kernel.mm.pgtable import pte_alloc
from emu.kernel.mm.rmap import anon_vma_prepare
from emu.kernel.mm.swapin import do_swap_page
from emu.kernel.mm.vma import ACCESS_STORE, VM_EXEC, VM_HUGETLB, VM_SHARED, Vma

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

NO_HUGE_PAGE = -1
ZERO_PAGE = bytes(PAGE_SIZE)


def handle_mm_fault(mm: Mm, addr: int, access: int) -> int:
    """Make `addr` usable for `access` (ACCESS_LOAD, _STORE or _FETCH), or say why it isn't."""
    vma = mm.mmap_cache
    if not vma.vm_start <= addr < vma.vm_end:
        vma = find_area(mm, addr)
        if vma is None:
            return FAULT_MAPERR
    if not vma.vm_flags & access:
        return FAULT_ACCERR
    base = mm.ptes.get(addr >> mm.pmd_shift)
    if base is None:
        result = huge_fault(mm, vma, addr, access)
        if result != NO_HUGE_PAGE:
            return result
        base = pte_alloc(mm, addr)
    cell = base + (addr >> 12 & mm.pte_mask)
    pte = mm.cells[cell]
    if not pte:
        if vma.vm_file is None:
            return do_anonymous_page(mm, vma, addr, cell, access)
        return do_fault(mm, vma, addr, cell, access)
    if not pte & PTE_V:
        return do_swap_page(mm, vma, addr, cell, access)
    if access == ACCESS_STORE and not pte & PTE_W:
        do_wp_page(mm, vma, addr, cell)
        return FAULT_MINOR
    return spurious_fault(mm, vma, addr, cell)


def huge_fault(mm: Mm, vma: Vma, addr: int, access: int) -> int:
    """A fault where no table is: what came of it with a huge page, or NO_HUGE_PAGE when small ones must do."""
    if addr >> mm.pmd_shift in mm.huge:  # a TLB had the old entry
        tlb.flush_page(mm, addr)
        return FAULT_MINOR
    if vma.vm_flags & VM_HUGETLB:
        return hugetlb_fault(mm, vma, addr)
    if access == ACCESS_STORE and huge.wanted(mm, vma, addr) and huge.do_huge_anonymous_page(mm, vma, addr):
        return FAULT_MINOR
    if vma.vm_file is None and mm.kernel.sysctl.transparent_hugepage != huge.NEVER:
        mm.kernel.khugepaged.enter()
    return NO_HUGE_PAGE


def find_area(mm: Mm, addr: int) -> Vma | None:
    """The area at `addr`, after growing the stack down to it where that is allowed."""
    vma = mm.vma_at(addr)
    if vma is None and addr < mm.task_size:
        vma = expand_stack(mm, addr)
    if vma is not None:
        mm.mmap_cache = vma
    return vma


def do_anonymous_page(mm: Mm, vma: Vma, addr: int, cell: int, access: int) -> int:
    """First touch of anonymous memory: a read maps the one zero page, a write takes a frame of its own."""
    pages = mm.pages
    if access != ACCESS_STORE:
        mm.cells[cell] = pages.zero_pfn << 10 | vma.prot_ro
        return FAULT_MINOR
    pcp = pages.pcp
    pfn = pcp.pop() if pcp else pages.take_page()
    mem_map = pages.mem_map
    if mem_map.flags[pfn] & PG_STALE:
        pages.ram[pfn << 12 : (pfn << 12) + PAGE_SIZE] = ZERO_PAGE
    mem_map.flags[pfn] = ANON_PAGE if not vma.vm_flags & VM_EXEC else ANON_PAGE | PG_CODE
    mem_map.refcount[pfn] = mem_map.mapcount[pfn] = 1
    mem_map.index[pfn] = vma.vm_pgoff + ((addr - vma.vm_start) >> 12)
    mem_map.mapping[pfn] = vma.anon_vma or anon_vma_prepare(vma)
    pages.lru.pending.append(pfn)
    mm.rss_anon += 1
    mm.cells[cell] = pfn << 10 | vma.prot_rw
    return FAULT_MINOR


def do_fault(mm: Mm, vma: Vma, addr: int, cell: int, access: int) -> int:
    """First touch of a page of a mapped file: through the page cache. Beyond the last page of the file: SIGBUS."""
    found = filemap.filemap_fault(mm.kernel, vma.mapping, vma.index_of(addr), vma.vm_flags)
    if found is None:
        return FAULT_SIGBUS
    pfn, major = found
    if access != ACCESS_STORE:
        do_read_fault(mm, vma, addr, cell, pfn, major)
    elif vma.vm_flags & VM_SHARED:
        do_shared_fault(mm, vma, cell, pfn)
    else:
        do_cow_fault(mm, vma, addr, cell, pfn)
    return FAULT_MAJOR if major else FAULT_MINOR


def do_read_fault(mm: Mm, vma: Vma, addr: int, cell: int, pfn: int, major: bool) -> None:
    """Map the page cache's own frame; when it was cached, with those around it."""
    map_file_page(mm, vma, cell, pfn, read_prot(vma))
    if not major:
        do_fault_around(mm, vma, addr, cell)


def do_shared_fault(mm: Mm, vma: Vma, cell: int, pfn: int) -> None:
    """A write to a shared mapping goes to the page cache's frame, which is dirty from now on."""
    set_page_dirty(vma.mapping, pfn, mm.pages.mem_map)
    map_file_page(mm, vma, cell, pfn, vma.prot_rw)


def do_cow_fault(mm: Mm, vma: Vma, addr: int, cell: int, pfn: int) -> None:
    """A write to a private mapping gets a copy of the page, which is anonymous from now on."""
    mem_map = mm.pages.mem_map
    mem_map.refcount[pfn] += 1  # hold it: taking a frame may shrink the page cache
    try:
        copy = new_anon_page(mm, vma, addr, pfn)
    finally:
        mm.pages.put_page(pfn)
    mm.rss_anon += 1
    mm.cells[cell] = copy << 10 | vma.prot_rw


def spurious_fault(mm: Mm, vma: Vma, addr: int, cell: int) -> int:
    """The entry allows the access already (another hart was first, or a TLB is stale): drop the stale translation."""
    mm.cells[cell] |= vma.prot_ro
    tlb.flush_page(mm, addr)
    return FAULT_MINOR
