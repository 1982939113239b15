"""This emulator: its machine alone, and with the kernel.

Alone, the program runs in user mode under a page table that maps each 4 KB page to itself, so that TLBs and walks take
part; there are no faults, and the run ends at the first ecall of each hart, with the checksum in s0.
"""

from __future__ import annotations

import time
from array import array

from emu.isa.paging import PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, SV32, SV39

from .measure import Run
from .program import Program

LEAF = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U
ECALL_FROM_USER = 8
SP, S0, A0 = 2, 8, 10
RAM_UNDER_KERNEL = "512M"


class Failed(Exception):
    """A program did not end as it should."""


def machine_alone(program: Program, timing: str) -> Run:
    """The program on the machine without a kernel."""
    machine = boot(program, timing)
    checksum = 0
    begin = time.process_time()
    for _ in machine.harts:
        machine.run()
        hart = machine.harts[machine.stopped]
        hart.online = False
        if hart.cause != ECALL_FROM_USER:
            raise Failed(f"trap {hart.cause} at {hart.pc:#x}, value {hart.tval:#x}")
        checksum += hart.x[S0]
    seconds = time.process_time() - begin
    cycles = sum(hart.cycle for hart in machine.harts)
    return Run(seconds, machine.instructions, checksum & 0xFFFFFFFF, cycles)


def boot(program: Program, timing: str):
    """A machine about to run the program's first instruction on each of its harts."""
    from emu.machine import Machine, load_config

    ram = program.top + (program.top >> 8) + (1 << 20) & -4096
    machine = Machine(load_config("small", {"ram": ram, "timing": timing}), program.xlen, program.harts)
    for at, data in program.segments:
        machine.ram[at : at + len(data)] = data
    mode, root = identity_table(machine, program.top)
    for number, hart in enumerate(machine.harts):
        hart.priv, hart.online, hart.pc = 0, True, program.entry
        hart.x[SP], hart.x[A0] = program.stack(number), number
        hart.set_address_space(mode, 1, root)
    return machine


def identity_table(machine, top: int) -> tuple[int, int]:
    """Page tables above `top`, from the leaves to the root, that map what lies below. Returns (mode, root ppn)."""
    scheme, kind = (SV39, "Q") if machine.xlen == 64 else (SV32, "I")
    entries = array(kind, (page << 10 | LEAF for page in range(top >> 12)))
    for _ in scheme.levels:
        data = entries.tobytes()
        machine.ram[top : top + len(data)] = data
        first, tables = top >> 12, len(data) + 4095 >> 12
        entries = array(kind, ((first + k) << 10 | PTE_V for k in range(tables)))
        top += tables << 12
    return scheme.mode, (top >> 12) - 1


def under_kernel(program: Program, timing: str) -> Run:
    """The program as process 1: loaded on demand, page faults served, printing what it found."""
    machine, kernel, out = boot_kernel(program, timing)
    begin = time.process_time()
    end = kernel.run()
    seconds = time.process_time() - begin
    if end.code:
        raise Failed(f"{end.reason}, code {end.code}")
    return Run(seconds, machine.instructions, int(out.output, 16), sum(h.cycle for h in machine.harts))


def boot_kernel(program: Program, timing: str, ram: str = RAM_UNDER_KERNEL, swap: int = 0):
    """A machine, a kernel with the program as process 1, and what catches its output."""
    from emu.kernel import Kernel, Options
    from emu.kernel.fs.console import Capture
    from emu.machine import Machine, load_config

    machine = Machine(load_config("small", {"ram": ram, "timing": timing}), program.xlen, 1)
    out = Capture()
    kernel = Kernel(machine, Options(stdout=out, swap=swap))
    kernel.spawn(program.elf, "/bench", ["/bench"], {})
    return machine, kernel, out
