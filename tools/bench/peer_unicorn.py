"""Unicorn: QEMU's translator as a Python package, plain and with a Python function called at each load and store.

No page table, no TLB, no cache is modelled; it does less than this emulator with timing off. Instructions are not
counted (a count would slow it down): every program runs to `finish`, and its number of instructions is known.
"""

from __future__ import annotations

import time

from .measure import Run
from .program import Program

FLOATING_POINT_ON = 0x6000  # mstatus.FS


def available() -> str:
    """The version, or ''."""
    try:
        import unicorn
    except ImportError:
        return ""
    return unicorn.__version__


def plain(program: Program, instructions: int) -> Run:
    """As fast as it goes."""
    return run(program, instructions, hooked=False)


def with_hook(program: Program, instructions: int) -> Run:
    """With about the least that a memory hook can do: a Python function that counts loads and stores."""
    return run(program, instructions, hooked=True)


def run(program: Program, instructions: int, hooked: bool) -> Run:
    """From the entry to `finish`."""
    import unicorn as u
    from unicorn import riscv_const as r

    uc = u.Uc(u.UC_ARCH_RISCV, u.UC_MODE_RISCV64 if program.xlen == 64 else u.UC_MODE_RISCV32)
    uc.mem_map(program.bottom, program.top - program.bottom)
    for at, data in program.segments:
        uc.mem_write(at, data)
    uc.reg_write(r.UC_RISCV_REG_SP, program.stack())
    uc.reg_write(r.UC_RISCV_REG_MSTATUS, FLOATING_POINT_ON)
    uc.reg_write(r.UC_RISCV_REG_A0, 0)
    if hooked:
        uc.hook_add(u.UC_HOOK_MEM_READ | u.UC_HOOK_MEM_WRITE, count, {u.UC_MEM_READ: 0, u.UC_MEM_WRITE: 0})
    begin = time.process_time()
    uc.emu_start(program.entry, program.finish)
    seconds = time.process_time() - begin
    return Run(seconds, instructions, uc.reg_read(r.UC_RISCV_REG_A0) & 0xFFFFFFFF)


def count(uc, access: int, address: int, size: int, value: int, counts: dict[int, int]) -> None:
    """The hook."""
    counts[access] += 1
