"""Small pages that fill a huge one's place are put together later (Linux: mm/khugepaged.c).

A first touch gets a huge page at once if it can. What it could not get then (the area was still too small, memory was
in pieces, the first access was a read) a daemon makes up for: from time to time it looks at every last-level table
whose pages could be one, and copies them into a block of frames. MADV_COLLAPSE does the same at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emu.isa.paging import PTE_A, PTE_V, PTE_W
from emu.kernel.errno import EAGAIN, EINVAL, ENOMEM, Errno
from emu.kernel.mm import huge, tlb, zap
from emu.kernel.mm.page import PAGE_SIZE, PG_ANON, PG_LOCKED, PG_SWAPCACHE, PG_WRITEBACK
from emu.kernel.mm.vma import VM_NOHUGEPAGE
from emu.kernel.sched.kthread import KThread
from emu.machine.ledger import LEDGER_FAULT

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.mm.vma import Vma

SCAN_CYCLES = 4  # the kernel's work for one entry looked at
BUSY = PG_LOCKED | PG_WRITEBACK


class Khugepaged:
    """The daemon and its tunables, in /sys/kernel/mm/transparent_hugepage/khugepaged. It looks while programs fault:
    when nothing has changed since its last turn it sleeps until somebody enters new work.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.thread = KThread(kernel, "khugepaged", self.turn)
        self.pages_to_scan, self.scan_sleep_millisecs = 4096, 10_000
        small = 1 << kernel.huge_pool.order
        self.max_ptes_none, self.max_ptes_shared = small - 1, small // 2
        self.pages_collapsed = self.full_scans = 0
        self.armed = False
        self.cursor = (0, 0)  # pid and number of the table to go on with
        self.seen = -1  # faults until the last look

    def enter(self) -> None:
        """There may be something to do: look after a while."""
        if not self.armed and self.kernel.sysctl.transparent_hugepage != huge.NEVER:
            self.armed = True
            cycles = self.scan_sleep_millisecs * self.kernel.options.clock_hz // 1000
            self.kernel.timers.add(self.kernel.now + max(1, cycles), self)

    def __call__(self) -> None:
        """The timer: run."""
        self.armed = False
        self.thread.wake()

    def turn(self) -> bool:
        """khugepaged_do_scan: so many entries, then sleep."""
        kernel, small = self.kernel, 1 << self.kernel.huge_pool.order
        left = max(1, self.pages_to_scan // small)
        for mm, vma, key in self.places():
            if not left:
                break
            left -= 1
            self.cursor = self.cursor[0], key + 1
            kernel.harts[kernel.cpu].charge(LEDGER_FAULT, SCAN_CYCLES * small)
            collapse(mm, vma, key, self.max_ptes_none, self.max_ptes_shared, referenced=True)
        else:
            self.full_scans += 1
            self.cursor = (0, 0)
        faults = kernel.vm.minor + kernel.vm.major
        if faults != self.seen or not left:
            self.seen = faults
            self.enter()
        return False

    def places(self):
        """The last-level tables from the cursor on whose pages could be one huge page."""
        tasks = [task for task in self.kernel.tasks.values() if task.mm is not None and task.is_leader]
        for task in sorted(tasks, key=lambda task: task.pid):
            if task.pid < self.cursor[0]:
                continue
            first = self.cursor[1] if task.pid == self.cursor[0] else 0
            self.cursor = task.pid, first
            for key in sorted(key for key in task.mm.ptes if key >= first):
                vma = task.mm.vma_at(key << task.mm.pmd_shift)
                if vma is not None and huge.wanted(task.mm, vma, key << task.mm.pmd_shift):
                    yield task.mm, vma, key


def collapse(mm: Mm, vma: Vma, key: int, most_none: int, most_shared: int, referenced: bool) -> int:
    """collapse_huge_page: the pages of one table become a huge page. 0, or the errno that MADV_COLLAPSE tells."""
    vm, base = mm.kernel.vm, mm.ptes[key]
    entries = mm.many_cells[base : base + (1 << mm.cell_shift)]
    error = scan(mm, entries, most_none, most_shared, referenced)
    if error:
        return error
    pfn = mm.pages.alloc_pages(mm.cell_shift)
    if pfn is None:
        vm.thp_collapse_alloc_failed += 1
        return ENOMEM
    vm.thp_collapse_alloc += 1
    copy_pages(mm, entries, pfn)
    old = entries[entries != 0]
    entries[:] = 0
    zap.zap_present(mm, vma, old)
    huge.replace_table(mm, vma, key, pfn, base >> mm.cell_shift)
    tlb.flush_mm(mm)
    mm.kernel.khugepaged.pages_collapsed += 1
    return 0


def scan(mm: Mm, entries: np.ndarray, most_none: int, most_shared: int, referenced: bool) -> int:
    """hpage_collapse_scan_pmd: whether these entries may become one. 0, EINVAL or EAGAIN."""
    many, vm = mm.pages.mem_map.many, mm.kernel.vm
    present = entries[(entries & PTE_V) != 0]
    if np.count_nonzero(entries) != len(present):
        vm.thp_scan_exceed_swap_pte += 1
        return EINVAL
    pfns = (present >> 10).astype(np.int64)
    pfns = pfns[pfns != mm.pages.zero_pfn]
    if len(entries) - len(pfns) > most_none:
        vm.thp_scan_exceed_none_pte += 1
        return EINVAL
    if np.count_nonzero(many.mapcount[pfns] > 1) > most_shared:
        vm.thp_scan_exceed_share_pte += 1
        return EINVAL
    if not (present & PTE_W).any() or (referenced and not (present & PTE_A).any()):
        return EINVAL
    flags = many.flags[pfns]
    users = many.mapcount[pfns] + ((flags & PG_SWAPCACHE) != 0)
    idle = (flags & (PG_ANON | BUSY) == PG_ANON) & (many.refcount[pfns] == users)
    return 0 if idle.all() else EAGAIN


def copy_pages(mm: Mm, entries: np.ndarray, pfn: int) -> None:
    """The new block has what the old pages had, zeroes elsewhere."""
    ram = mm.pages.ram
    huge.clear_block(mm, pfn)
    used = entries.nonzero()[0].tolist()
    for place, old in zip(used, (entries[used] >> 10).tolist(), strict=True):
        if old != mm.pages.zero_pfn:
            at = (pfn + place) << 12
            ram[at : at + PAGE_SIZE] = ram[old << 12 : (old << 12) + PAGE_SIZE]
    mm.kernel.harts[mm.kernel.cpu].charge(LEDGER_FAULT, mm.kernel.costs["copy_page"] * len(used))


def madvise_collapse(mm: Mm, vma: Vma, low: int, high: int) -> None:
    """MADV_COLLAPSE: the range's huge pages, at once and whatever the mode. EINVAL EAGAIN ENOMEM."""
    size = 1 << mm.pmd_shift
    start, end = low + -low % size, high & -size
    if vma.vm_file is not None or vma.vm_flags & VM_NOHUGEPAGE or end < start:
        raise Errno(EINVAL)
    last = 0
    most = 1 << mm.cell_shift
    for key in range(start >> mm.pmd_shift, end >> mm.pmd_shift):
        if key not in mm.huge:
            error = collapse(mm, vma, key, most, most, referenced=False) if key in mm.ptes else EINVAL
            last = error or last
    if last:
        raise Errno(last)
