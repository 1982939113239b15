"""fork's half of memory: areas and page tables are copied, pages are shared until one side writes (Linux: dup_mmap).

Every entry of a private writable area loses W in parent and child alike; the frame gains a user. The next write, by
either, faults into do_wp_page. Areas without pages of their own (file text that nobody wrote) are not even walked:
their pages are in the page cache and come back by minor faults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emu.isa.paging import PTE_A, PTE_V, PTE_W
from emu.kernel.errno import ENOMEM, Errno
from emu.kernel.mm import overcommit, swap, tlb
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.mm.hugetlb import hugetlb_fault
from emu.kernel.mm.merge import reserve_vma
from emu.kernel.mm.mm import Mm
from emu.kernel.mm.page import PG_ANON
from emu.kernel.mm.pgtable import pte_alloc
from emu.kernel.mm.vma import (
    VM_ACCOUNT,
    VM_DONTCOPY,
    VM_HUGETLB,
    VM_LOCKED_MASK,
    VM_SHARED,
    VM_WIPEONFORK,
    Vma,
)
from emu.kernel.mm.zap import table_slices

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

LANDMARKS = (
    "start_code end_code start_data end_data start_brk brk start_stack arg_start arg_end env_start env_end mmap_base "
    "free_area_cache cached_hole_size vdso auxv rlimits def_flags"
)


def dup_mm(kernel: Kernel, old: Mm) -> Mm:
    """A copy of an address space. ENOMEM or OutOfMemory, and nothing is left of it."""
    new = Mm(kernel, old.scheme, old.task_size)
    try:
        for name in LANDMARKS.split():
            setattr(new, name, getattr(old, name))
        for vma in old.vmas:
            if not vma.vm_flags & VM_DONTCOPY:
                copy_area(old, new, vma)
    except (Errno, OutOfMemory):
        kernel.free_mm(new)
        raise
    finally:
        tlb.flush_mm(old)
    if old.exe_file is not None:
        new.exe_file = old.exe_file.get()
        new.exe_file.inode.execs += 1
    return new


def copy_area(old: Mm, new: Mm, vma: Vma) -> None:
    """One area and its entries."""
    reserve_vma(new)
    if vma.vm_flags & VM_ACCOUNT:
        overcommit.charge(new, vma.pages)
    twin = Vma(new, vma.vm_start, vma.vm_end, vma.vm_flags & ~VM_LOCKED_MASK, vma.vm_file)
    wipe = vma.vm_flags & VM_WIPEONFORK
    twin.vm_pgoff, twin.name, twin.anon_vma = vma.vm_pgoff, vma.name, None if wipe else vma.anon_vma
    if vma.vm_file:
        vma.vm_file.get()
    new.insert(twin)
    if vma.vm_flags & VM_HUGETLB:
        copy_hugetlb(old, new, vma)
    elif not wipe and (vma.anon_vma is not None or (vma.vm_file is None and not vma.vm_flags & VM_SHARED)):
        for low, high, addr in table_slices(old, vma.vm_start, vma.vm_end):
            copy_entries(old, new, vma, low, high, addr)


def copy_hugetlb(old: Mm, new: Mm, vma: Vma) -> None:
    """Huge pages of the pool are copied at once, not on write: the child's must be there anyway. ENOMEM. Those of a
    shared mapping it finds in the file.
    """
    if vma.vm_file is not None:
        return
    size = 1 << old.pmd_shift
    if not old.kernel.huge_pool.reserve((vma.vm_end - vma.vm_start) // size):
        new.remove(next(twin for twin in new.vmas if twin.vm_start == vma.vm_start))
        raise Errno(ENOMEM)
    for addr in range(vma.vm_start, vma.vm_end, size):
        if addr >> old.pmd_shift in old.huge:
            hugetlb_fault(new, new.vma_at(addr), addr)
            source, target = old.entry(addr) >> 10 << 12, new.entry(addr) >> 10 << 12
            old.pages.ram[target : target + size] = old.pages.ram[source : source + size]


def copy_entries(old: Mm, new: Mm, vma: Vma, low: int, high: int, addr: int) -> None:
    """The part of one last-level table that lies in the area."""
    entries = old.many_cells[low:high]
    if not entries.any():
        return
    base = new.ptes.get(addr >> new.pmd_shift)
    if base is None:
        base = pte_alloc(new, addr)  # may reclaim, and so change the entries: look at them only now
    used = entries[entries != 0]
    present = (entries & PTE_V) != 0
    if not vma.vm_flags & VM_SHARED:
        entries[present] &= ~entries.dtype.type(PTE_W)
    share_frames(new, vma, used)
    first = base + (addr >> 12 & new.pte_mask)
    copies = new.many_cells[first : first + (high - low)]
    copies[:] = entries
    copies[present] &= ~entries.dtype.type(PTE_A)  # the child has used none of them yet


def share_frames(new: Mm, vma: Vma, used: np.ndarray) -> None:
    """page_dup_rmap: one more user and one more mapping for each frame, one more reference for each swap entry."""
    present = (used & PTE_V) != 0
    pfns = (used[present] >> 10).astype(np.int64)
    pfns = pfns[pfns != new.pages.zero_pfn]
    many = new.pages.mem_map.many
    many.refcount[pfns] += 1
    many.mapcount[pfns] += 1
    anon = int(np.count_nonzero(many.flags[pfns] & PG_ANON))
    new.rss_anon += anon
    if anon < len(pfns):
        new.add_file_rss(vma, len(pfns) - anon)
    if not present.all():
        swap.duplicate_entries(new, used[~present].tolist())
