"""exit's half of memory: all that an address space holds is given back (Linux: exit_mmap in mm/mmap.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.mm import mmap, zap

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm


def exit_mmap(kernel: Kernel, mm: Mm) -> None:
    """Free all areas, pages and page tables of an address space."""
    kernel.sched.forget_mm(mm)
    for vma in list(mm.vmas):
        zap.zap_range(mm, vma, vma.vm_start, vma.vm_end)
        mmap.remove_vma(mm, vma)
    mm.free_tables()
    for cpu, hart in enumerate(kernel.harts):
        if mm.cpu_mask >> cpu & 1:
            hart.sfence(None, mm.asid)
    if mm.exe_file is not None:
        mm.exe_file.inode.execs -= 1
        mm.exe_file.put()
