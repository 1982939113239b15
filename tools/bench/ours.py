"""This emulator's machine without its kernel: the program in user mode under an identity page table, so that TLBs work."""

from __future__ import annotations

import time
from array import array

from emu.isa.paging import PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, SV32, SV39
from emu.machine import Machine, load_config

from .measure import Run
from .program import Program

FLAGS = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U


def build_tables(machine: Machine, top: int) -> tuple[int, int]:
    """Tables above `top` that map every page below it to itself, from the leaves to the root. Returns (mode, root ppn)."""
    scheme, kind = (SV39, "Q") if machine.xlen == 64 else (SV32, "I")
    entries = array(kind, (page << 10 | FLAGS for page in range(top >> 12)))
    for _ in scheme.levels:
        data = entries.tobytes()
        machine.ram[top : top + len(data)] = data
        first, count = top >> 12, (len(data) + 4095) >> 12
        entries = array(kind, ((first + k) << 10 | PTE_V for k in range(count)))
        top += count << 12
    return scheme.mode, (top >> 12) - 1


def boot(program: Program, timing: str, preset: str = "small") -> Machine:
    """A machine that is about to run the program's first instruction."""
    ram = program.top + (program.top >> 8) + (1 << 20) & -4096
    machine = Machine(load_config(preset, {"ram": ram, "timing": timing}), program.xlen, program.harts)
    for at, data, _ in program.segments:
        machine.ram[at : at + len(data)] = data
    mode, root = build_tables(machine, program.top)
    for k, hart in enumerate(machine.harts):
        hart.priv, hart.online, hart.pc = 0, True, program.entry
        hart.x[2], hart.x[10] = program.stack(k), k
        hart.set_address_space(mode, 1, root)
    return machine


def run(program: Program, timing: str) -> Run:
    """Run to the first ecall of every hart."""
    machine = boot(program, timing)
    checksums = []
    begin = time.process_time()
    for _ in machine.harts:
        machine.run()
        hart = machine.harts[machine.stopped]
        hart.online = False
        checksums.append((hart.cause, hart.x[8] & 0xFFFFFFFF))
    seconds = time.process_time() - begin
    bad = [cause for cause, _ in checksums if cause != 8]
    if bad:
        raise RuntimeError(f"trap {bad[0]} at {machine.harts[0].pc:#x}, address {machine.harts[0].tval:#x}")
    cycles = sum(h.cycle for h in machine.harts)
    return Run(seconds, machine.instructions, sum(c for _, c in checksums), cycles)
