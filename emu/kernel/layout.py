"""Where things go in an address space, with and without ASLR (Linux: arch/riscv/include/asm/elf.h, mm/util.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import SV32, SV48, Scheme
from emu.kernel import elf
from emu.kernel.mm.mm import Mm
from emu.kernel.mm.mmap import mmap_region
from emu.kernel.mm.page import PAGE_SIZE
from emu.kernel.mm.unmapped_area import STACK_GUARD_GAP, get_unmapped_area
from emu.kernel.mm.vma import VM_ACCOUNT, VM_DONTEXPAND, VM_EXEC, VM_GROWSDOWN, VM_MAY, VM_READ, VM_WRITE
from emu.kernel.rlimit import RLIMIT_STACK

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


TASK_SIZE = {64: 1 << 47, 32: 0xC0000000}


SCHEMES: dict[int, Scheme] = {64: SV48, 32: SV32}


STACK_INITIAL = 128 << 10  # Linux's stack_expand
MIN_GAP, RND_MMAP_BITS, STACK_RND = 128 << 20, {64: 24, 32: 8}, {64: 0x3FFFF, 32: 0x7FF}
BRK_RND = {64: 1 << 30, 32: 32 << 20}
PIE_BASE_FRACTION = 3  # ELF_ET_DYN_BASE lies at two thirds of the address space


def new_mm(kernel: Kernel, rlimits: list[list[int]]) -> Mm:
    """An empty address space of the machine's width."""
    mm = Mm(kernel, SCHEMES[kernel.xlen], TASK_SIZE[kernel.xlen])
    mm.rlimits = rlimits
    return mm


def pie_bias(kernel: Kernel, mm: Mm, program: elf.Elf) -> int:
    """Where a static position-independent executable goes: two thirds up, plus a random part."""
    base = mm.task_size // PIE_BASE_FRACTION * 2 & -PAGE_SIZE
    return base + kernel.random_below(1 << RND_MMAP_BITS[kernel.xlen]) * PAGE_SIZE - program.segments[0].first_page


def setup_mmap_base(kernel: Kernel, mm: Mm) -> None:
    """mmap_base: below the stack's limit, the guard gap and the stack's own random offset."""
    pad = STACK_GUARD_GAP + (STACK_RND[kernel.xlen] * PAGE_SIZE if kernel.options.aslr else 0)
    gap = min(max(mm.rlimit(RLIMIT_STACK), MIN_GAP) + pad, mm.task_size // 6 * 5)
    random = kernel.random_below(1 << RND_MMAP_BITS[kernel.xlen]) * PAGE_SIZE
    mm.mmap_base = mm.free_area_cache = (mm.task_size - gap - random) & -PAGE_SIZE


def setup_heap(kernel: Kernel, mm: Mm) -> None:
    """brk begins behind the program, at a random distance."""
    mm.brk = mm.start_brk = mm.start_brk + kernel.random_below(BRK_RND[kernel.xlen] >> 12) * PAGE_SIZE


def setup_stack(kernel: Kernel, mm: Mm, program: elf.Elf) -> int:
    """Map the stack area; its top."""
    top = mm.task_size - kernel.random_below(STACK_RND[kernel.xlen]) * PAGE_SIZE
    flags = VM_READ | VM_WRITE | VM_GROWSDOWN | VM_ACCOUNT | VM_MAY | (VM_EXEC if program.exec_stack else 0)
    size = min(STACK_INITIAL + PAGE_SIZE, max(mm.rlimit(RLIMIT_STACK) & -PAGE_SIZE, PAGE_SIZE))
    mmap_region(mm, top - size, size, flags, None, 0)
    mm.start_stack = top
    return top


def map_vdso(kernel: Kernel, mm: Mm) -> None:
    """One page of kernel code in user space: the return from signal handlers."""
    mm.vdso = get_unmapped_area(mm, 0, PAGE_SIZE)
    mmap_region(mm, mm.vdso, PAGE_SIZE, VM_READ | VM_EXEC | VM_MAY | VM_DONTEXPAND, kernel.vdso, 0, "[vdso]")
