"""/proc/PID/maps, smaps, smaps_rollup, pagemap (proc(5); Linux: fs/proc/task_mmu.c)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emu.isa.paging import PTE_A, PTE_D, PTE_V
from emu.kernel.mm import huge
from emu.kernel.mm.page import PG_ANON, PG_DIRTY, PG_REFERENCED, PG_SWAPBACKED
from emu.kernel.mm.pgtable import keys_between
from emu.kernel.mm.swap import slot_of
from emu.kernel.mm.vma import (
    VM_ACCOUNT,
    VM_DONTCOPY,
    VM_DONTDUMP,
    VM_DONTEXPAND,
    VM_EXEC,
    VM_GROWSDOWN,
    VM_HUGEPAGE,
    VM_HUGETLB,
    VM_LOCKED,
    VM_LOCKONFAULT,
    VM_MAYEXEC,
    VM_MAYREAD,
    VM_MAYSHARE,
    VM_MAYWRITE,
    VM_NOHUGEPAGE,
    VM_NORESERVE,
    VM_RAND_READ,
    VM_READ,
    VM_SEQ_READ,
    VM_SHARED,
    VM_WIPEONFORK,
    VM_WRITE,
    Vma,
)

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.task import Task


VM_LETTERS = (
    (VM_READ, "rd"),
    (VM_WRITE, "wr"),
    (VM_EXEC, "ex"),
    (VM_SHARED, "sh"),
    (VM_MAYREAD, "mr"),
    (VM_MAYWRITE, "mw"),
    (VM_MAYEXEC, "me"),
    (VM_MAYSHARE, "ms"),
    (VM_GROWSDOWN, "gd"),
    (VM_LOCKED, "lo"),
    (VM_SEQ_READ, "sr"),
    (VM_RAND_READ, "rr"),
    (VM_DONTCOPY, "dc"),
    (VM_DONTEXPAND, "de"),
    (VM_LOCKONFAULT, "lf"),
    (VM_ACCOUNT, "ac"),
    (VM_NORESERVE, "nr"),
    (VM_HUGETLB, "ht"),
    (VM_WIPEONFORK, "wf"),
    (VM_DONTDUMP, "dd"),
    (VM_HUGEPAGE, "hg"),
    (VM_NOHUGEPAGE, "nh"),
)


def maps_line(mm: Mm, vma: Vma) -> str:
    """`start-end rwxp offset dev inode  path`, the path from column 74 on."""
    inode = vma.vm_file.inode if vma.vm_file and not vma.name else None
    offset = vma.vm_pgoff << 12 if vma.vm_file else 0
    device = f"{inode.sb.dev >> 8:02x}:{inode.sb.dev & 255:02x}" if inode else "00:00"
    head = f"{vma.vm_start:08x}-{vma.vm_end:08x} {vma.letters()} {offset:08x} {device} {inode.ino if inode else 0} "
    name = mm.name_of(vma)
    return (f"{head:<73}{name}" if name else head) + "\n"


def maps(kernel: Kernel, task: Task) -> bytes:
    if task.mm is None:
        return b""
    return "".join(maps_line(task.mm, vma) for vma in task.mm.vmas).encode("utf-8", "surrogateescape")


class Usage:
    """What smaps tells of an area, in kB."""

    def __init__(self) -> None:
        self.rss = self.shared_clean = self.shared_dirty = self.private_clean = self.private_dirty = 0
        self.referenced = self.anonymous = self.swap = self.locked = self.lazy_free = 0
        self.huge = self.pss_dirty = self.swap_pss_bytes = self.shared_hugetlb = self.private_hugetlb = 0
        self.pss_bytes = self.pss_anon = self.pss_file = self.pss_shmem = 0


def measure(kernel: Kernel, mm: Mm, vma: Vma, into: Usage) -> None:
    """Add up the pages of an area."""
    if vma.vm_flags & VM_HUGETLB:
        measure_hugetlb(mm, vma, into)
        return
    mem_map = kernel.pages.mem_map
    whole = [key << mm.pmd_shift for key, (_, table) in mm.huge.items() if table]  # transparent ones
    into.huge += sum(1 << mm.pmd_shift - 10 for addr in whole if vma.vm_start <= addr < vma.vm_end)
    for addr in possible_pages(mm, vma):
        pte = mm.entry(addr)
        if not pte & PTE_V:
            if pte:
                into.swap += 4
                into.swap_pss_bytes += 4096 // kernel.swap.area.count[slot_of(pte)]
            continue
        pfn = pte >> 10
        if pfn == kernel.pages.zero_pfn:
            continue
        flags, count = mem_map.flags[pfn], mem_map.mapcount[pfn]
        anon, dirty = flags & PG_ANON, pte & PTE_D or flags & PG_DIRTY
        into.rss += 4
        into.pss_bytes += 4096 // count
        into.pss_dirty += 4096 // count if dirty else 0
        into.referenced += 4 if pte & PTE_A or flags & PG_REFERENCED else 0
        into.anonymous += 4 if anon else 0
        into.lazy_free += 4 if flags & (PG_ANON | PG_SWAPBACKED) == PG_ANON and not dirty else 0
        into.locked += 4096 // count if vma.vm_flags & VM_LOCKED else 0
        name = ("shared_" if count > 1 else "private_") + ("dirty" if dirty else "clean")
        setattr(into, name, getattr(into, name) + 4)
        part = "pss_anon" if anon else "pss_shmem" if vma.mapping and vma.mapping.is_shmem else "pss_file"
        setattr(into, part, getattr(into, part) + 4096 // count)


def measure_hugetlb(mm: Mm, vma: Vma, into: Usage) -> None:
    """smaps_hugetlb_range: they count for nothing else."""
    for addr in range(vma.vm_start, vma.vm_end, 1 << mm.pmd_shift):
        if addr >> mm.pmd_shift in mm.huge:
            areas = vma.mapping.areas if vma.mapping else (vma,)
            at = vma.index_of(addr) << 12
            keys = [(area.mm, area.vm_start + at - (area.vm_pgoff << 12) >> mm.pmd_shift) for area in areas]
            if sum(key in of.huge for of, key in keys) > 1:
                into.shared_hugetlb += 1 << mm.pmd_shift - 10
            else:
                into.private_hugetlb += 1 << mm.pmd_shift - 10


def possible_pages(mm: Mm, vma: Vma) -> Iterator[int]:
    """The pages of an area for which there is a table or a huge page: an area may be as large as the address space."""
    span = 1 << mm.pmd_shift
    keys = {*keys_between(mm, vma.vm_start, vma.vm_end)}
    keys.update(key for key in mm.huge if key * span < vma.vm_end and (key + 1) * span > vma.vm_start)
    for key in sorted(keys):
        yield from range(max(vma.vm_start, key * span), min(vma.vm_end, (key + 1) * span), 4096)


def usage_rows(usage: Usage) -> list[tuple[str, int]]:
    """What smaps says of an area's pages: (name, kB)."""
    return [
        ("Rss", usage.rss),
        ("Pss", usage.pss_bytes >> 10),
        ("Pss_Dirty", usage.pss_dirty >> 10),
        ("Shared_Clean", usage.shared_clean),
        ("Shared_Dirty", usage.shared_dirty),
        ("Private_Clean", usage.private_clean),
        ("Private_Dirty", usage.private_dirty),
        ("Referenced", usage.referenced),
        ("Anonymous", usage.anonymous),
        ("KSM", 0),
        ("LazyFree", usage.lazy_free),
        ("AnonHugePages", usage.huge),
        ("ShmemPmdMapped", 0),
        ("FilePmdMapped", 0),
        ("Shared_Hugetlb", usage.shared_hugetlb),
        ("Private_Hugetlb", usage.private_hugetlb),
        ("Swap", usage.swap),
        ("SwapPss", usage.swap_pss_bytes >> 10),
        ("Locked", usage.locked >> 10),
    ]


def eligible(mm: Mm, vma: Vma) -> bool:
    """Whether a fault could give it a transparent huge page: there is room for one in it."""
    start = vma.vm_start + -vma.vm_start % (1 << mm.pmd_shift)
    return huge.wanted(mm, vma, start)


def row(name: str, kilobytes: int) -> str:
    """A line of smaps."""
    return f"{name + ':':<16}{kilobytes:8d} kB\n"


def smaps(kernel: Kernel, task: Task) -> bytes:
    lines = []
    for vma in task.mm.vmas if task.mm else ():
        usage = Usage()
        measure(kernel, task.mm, vma, usage)
        lines.append(maps_line(task.mm, vma))
        unit = 1 << task.mm.pmd_shift - 10 if vma.vm_flags & VM_HUGETLB else 4
        lines += [row("Size", vma.pages * 4), row("KernelPageSize", unit), row("MMUPageSize", unit)]
        lines += [row(name, value) for name, value in usage_rows(usage)]
        lines.append(f"THPeligible:    {int(eligible(task.mm, vma)):8d}\n")
        letters = "".join(f"{letters} " for bit, letters in VM_LETTERS if vma.vm_flags & bit)
        lines.append(f"VmFlags: {letters}\n")
    return "".join(lines).encode("utf-8", "surrogateescape")


def smaps_rollup(kernel: Kernel, task: Task) -> bytes:
    mm = task.mm
    if mm is None or not mm.vmas:
        return b""
    usage = Usage()
    for vma in mm.vmas:
        measure(kernel, mm, vma, usage)
    head = f"{mm.vmas[0].vm_start:08x}-{mm.vmas[-1].vm_end:08x} ---p 00000000 00:00 0 "
    lines = [f"{head:<73}[rollup]\n"]
    for name, value in usage_rows(usage):
        lines.append(row(name, value))
        if name == "Pss_Dirty":
            lines += [row("Pss_Anon", usage.pss_anon >> 10), row("Pss_File", usage.pss_file >> 10)]
            lines.append(row("Pss_Shmem", usage.pss_shmem >> 10))
    return "".join(lines).encode()
