"""mm_struct: one address space: its areas in order, its page table, its landmarks and its accounts.

The areas stand in a list sorted by address, their starts in a second list for `bisect`: finding one of a thousand takes
150 ns, and the one hit last (mmap_cache) is tried first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from emu.isa.paging import Scheme
from emu.kernel.mm import huge, pgtable, rmap
from emu.kernel.mm.vma import VM_EXEC, VM_GROWSDOWN, VM_SHARED, VM_WRITE, Vma
from emu.kernel.rlimit import INFINITY, RLIMIT_MEMLOCK

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

NOWHERE = -1


class Mm:
    """An address space. All figures in bytes but those named otherwise; rss counters and *_vm are pages."""

    def __init__(self, kernel: Kernel, scheme: Scheme, task_size: int) -> None:
        self.kernel, self.scheme, self.task_size = kernel, scheme, task_size
        self.pages = kernel.pages
        self.wide = scheme.pte_size == 8
        self.cells: memoryview = kernel.ram64 if self.wide else kernel.ram32
        self.many_cells = kernel.many64 if self.wide else kernel.many32  # the same memory as a numpy array
        self.cell_shift = 9 if self.wide else 10  # entries of a table, log 2
        self.pmd_shift = 12 + self.cell_shift
        self.pte_mask = (1 << self.cell_shift) - 1
        self.nr_tables = 1
        self.pgd = self.pages.alloc_table()  # may be OutOfMemory: nothing else is taken before
        self.slab = kernel.slab.caches["mm_struct"].alloc()
        self.ptes: dict[int, int] = {}
        self.huge: dict[int, tuple[int, int]] = {}  # see mm.huge
        self.vmas: list[Vma] = []
        self.starts: list[int] = []
        self.mmap_cache: Any = Vma(self, NOWHERE, NOWHERE, 0)  # an area that holds no address
        self.mm_users = 1
        self.asid = self.asid_generation = 0
        self.cpu_mask = 0  # the harts whose TLBs may hold entries of this asid
        self.start_code = self.end_code = self.start_data = self.end_data = 0
        self.start_brk = self.brk = self.start_stack = 0
        self.arg_start = self.arg_end = self.env_start = self.env_end = 0
        self.mmap_base = self.free_area_cache = task_size
        self.cached_hole_size = 0  # see unmapped_area
        self.rlimits: list[list[int]] = kernel.default_rlimits()
        self.vdso = 0
        self.exe_file: Any = None
        self.rss_anon = self.rss_file = self.rss_shmem = self.swapents = 0
        self.total_vm = self.locked_vm = self.data_vm = self.exec_vm = self.stack_vm = 0
        self.hiwater_rss = self.hiwater_vm = 0
        self.committed = 0  # pages charged to overcommit accounting
        self.def_flags = 0
        self.auxv = b""

    # -- areas --------------------------------------------------------------------------------------------------------
    def find_vma(self, addr: int) -> Vma | None:
        """The first area that ends above `addr`; it holds `addr` only if it also starts at or below it."""
        at = bisect_right(self.starts, addr) - 1
        if at >= 0 and addr < self.vmas[at].vm_end:
            return self.vmas[at]
        return self.vmas[at + 1] if at + 1 < len(self.vmas) else None

    def vma_at(self, addr: int) -> Vma | None:
        """The area that holds `addr`."""
        at = bisect_right(self.starts, addr) - 1
        if at >= 0 and addr < self.vmas[at].vm_end:
            return self.vmas[at]
        return None

    def areas_between(self, start: int, end: int) -> list[Vma]:
        """The areas that share an address with start … end, ascending."""
        at = bisect_right(self.starts, start) - 1
        if at < 0 or self.vmas[at].vm_end <= start:
            at += 1
        return self.vmas[at : bisect_left(self.starts, end)]

    def neighbours(self, vma: Vma) -> tuple[Vma | None, Vma | None]:
        """The areas before and behind one that is entered; None where there is none."""
        at = bisect_left(self.starts, vma.vm_start)
        before = self.vmas[at - 1] if at else None
        return before, self.vmas[at + 1] if at + 1 < len(self.vmas) else None

    def insert(self, vma: Vma) -> None:
        """Enter an area that overlaps no other; its pages count from now on."""
        at = bisect_left(self.starts, vma.vm_start)
        self.starts.insert(at, vma.vm_start)
        self.vmas.insert(at, vma)
        rmap.link(vma)
        vma.slab = self.kernel.slab.caches["vm_area_struct"].alloc()
        self.account(vma, vma.pages)

    def remove(self, vma: Vma) -> None:
        """Take an area out of the list. Its pages are gone already."""
        at = bisect_left(self.starts, vma.vm_start)
        del self.starts[at], self.vmas[at]
        rmap.unlink(vma)
        self.kernel.slab.caches["vm_area_struct"].free(vma.slab)
        self.account(vma, -vma.pages)
        self.mmap_cache = self.no_vma()

    def resize(self, vma: Vma, start: int, end: int) -> None:
        """Move an area's borders (no other area in the way); the pages keep their offsets."""
        self.account(vma, -vma.pages)
        self.starts[bisect_left(self.starts, vma.vm_start)] = start
        vma.vm_pgoff += (start - vma.vm_start) >> 12
        vma.vm_start, vma.vm_end = start, end
        self.account(vma, vma.pages)
        self.mmap_cache = self.no_vma()

    def no_vma(self) -> Vma:
        """An area that holds no address, for mmap_cache."""
        return Vma(self, NOWHERE, NOWHERE, 0)

    def account(self, vma: Vma, pages: int) -> None:
        """vm_stat_account: total_vm, and the kind it counts as."""
        self.total_vm += pages
        self.hiwater_vm = max(self.hiwater_vm, self.total_vm)
        flags = vma.vm_flags
        if flags & VM_EXEC and not flags & (VM_WRITE | VM_GROWSDOWN):
            self.exec_vm += pages
        elif flags & VM_GROWSDOWN:
            self.stack_vm += pages
        elif flags & (VM_WRITE | VM_SHARED) == VM_WRITE:
            self.data_vm += pages

    def mergeable_neighbour(self, vma: Vma) -> Vma | None:
        """find_mergeable_anon_vma: a touching area that differs in rights at most and has an AnonVma."""
        before, after = self.neighbours(vma)
        touching = []
        if before and before.vm_end == vma.vm_start:
            touching.append(before)
        if after and after.vm_start == vma.vm_end:
            touching.append(after)
        shift = vma.vm_pgoff - (vma.vm_start >> 12)
        for near in touching:
            same = near.vm_file is vma.vm_file and near.vm_pgoff - (near.vm_start >> 12) == shift
            if near.anon_vma and same:
                return near
        return None

    # -- page table ---------------------------------------------------------------------------------------------------
    def pte_cell(self, addr: int) -> int | None:
        """The cell of the last-level entry for `addr`, if its table exists."""
        base = self.ptes.get(addr >> self.pmd_shift)
        return None if base is None else base + (addr >> 12 & self.pte_mask)

    def entry(self, addr: int) -> int:
        """The last-level entry for `addr`, 0 without a table; of a huge page what the entry of that one page would
        be.
        """
        base = self.ptes.get(addr >> self.pmd_shift)
        if base is not None:
            return self.cells[base + (addr >> 12 & self.pte_mask)]
        if addr >> self.pmd_shift in self.huge:
            entry = self.cells[self.huge[addr >> self.pmd_shift][0]]
            return entry + ((addr >> 12 & self.pte_mask) << 10)
        return 0

    def split_huge(self, key: int) -> int | None:
        """The first cell of the last-level table that takes a transparent huge page's place; None if there is none."""
        return huge.split(self, key) if self.huge.get(key, (0, 0))[1] else None

    def name_of(self, vma: Vma) -> str:
        """What /proc/PID/maps calls an area: the file's path, [heap], [stack], or its own name."""
        if vma.name or vma.vm_file:
            return vma.name or vma.vm_file.path
        if vma.vm_start <= self.brk and vma.vm_end > self.start_brk:
            return "[heap]"
        return "[stack]" if vma.vm_start <= self.start_stack <= vma.vm_end else ""

    def add_file_rss(self, vma: Vma, pages: int) -> None:
        """Count pages of a mapping of a file, or of shared memory."""
        if vma.mapping.is_shmem:
            self.rss_shmem += pages
        else:
            self.rss_file += pages

    @property
    def rss(self) -> int:
        """Pages in memory (get_mm_rss)."""
        return self.rss_anon + self.rss_file + self.rss_shmem

    def rlimit(self, which: int) -> int:
        """The soft limit of the process it belongs to."""
        return self.rlimits[which][0]

    @property
    def memlock_limit(self) -> int:
        """How many bytes may be locked: RLIMIT_MEMLOCK, which does not bind root (CAP_IPC_LOCK)."""
        current = self.kernel.current
        return self.rlimits[RLIMIT_MEMLOCK][0] if current is not None and current.euid else INFINITY

    def update_hiwater_rss(self) -> None:
        """Before pages go: the most that there ever were."""
        self.hiwater_rss = max(self.hiwater_rss, self.rss)

    def free_tables(self) -> None:
        """Free all page tables, the root last."""
        for key in list(self.ptes):
            pgtable.pte_free(self, key)
        self.pages.free_table(self.pgd)
        self.nr_tables = 0
        self.kernel.slab.caches["mm_struct"].free(self.slab)


def address_spaces(kernel: Kernel) -> list[Mm]:
    """Those of all tasks, each once."""
    return list({id(task.mm): task.mm for task in kernel.tasks.values() if task.mm is not None}.values())
