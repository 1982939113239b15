"""Runs a program on the machine and on Unicorn (QEMU's RISC-V target) and compares all that a program can see."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from machine_programs import WINDOW, WINDOW_SIZE, Program, signed
from unicorn import UC_ARCH_RISCV, UC_MODE_RISCV32, UC_MODE_RISCV64, Uc, UcError
from unicorn import riscv_const as rc

from emu.machine import Machine, load_config
from emu.machine.csr import STORED

RAM = 1 << 17
MSCRATCH = STORED.index(0x340)
STEPS = 5000  # more than any program runs
REGISTERS = [getattr(rc, f"UC_RISCV_REG_X{i}") for i in range(32)]
FLOATING_POINT_ON = 0x6000  # mstatus.FS
RISCV_CSRS = {"fcsr": rc.UC_RISCV_REG_FCSR, "mscratch": rc.UC_RISCV_REG_MSCRATCH}


class State(NamedTuple):
    """What is compared."""

    pc: int
    x: tuple[int, ...]
    fcsr: int
    mscratch: int
    window: bytes


class Ours:
    """The machine, reused from program to program: caches, TLBs and filters stay warm, as they would."""

    def __init__(self, xlen: int, timing: str = "full", preset: str = "toy", **overrides) -> None:
        self.machine = Machine(load_config(preset, {"ram": RAM, "timing": timing, **overrides}), xlen=xlen)
        self.machine.harts[0].priv = 3
        self.xlen = xlen

    def run(self, program: Program, limit: int = STEPS) -> State:
        """The state after the program, or after `limit` instructions."""
        machine, hart = self.machine, self.machine.harts[0]
        code = program.encode()
        machine.ram[program.base : program.base + len(code)] = code
        machine.ram[WINDOW : WINDOW + WINDOW_SIZE] = program.window
        for page in range(program.base >> 12, (program.base + len(code) >> 12) + 1):
            machine.code_changed(page)
        hart.x[0:32] = memoryview(b"".join(v.to_bytes(8, "little", signed=True) for v in program.x)).cast("q")
        hart.pc, hart.fcsr = program.base, 0
        hart.record().csr[:] = 0
        hart.set_address_space(0, 0, 0)
        machine.run(max_insns=limit)
        return State(
            hart.pc,
            tuple(hart.x),
            hart.fcsr,
            int(hart.record().csr[MSCRATCH]),
            bytes(machine.ram[WINDOW : WINDOW + WINDOW_SIZE]),
        )


class Judge:
    """Unicorn, likewise."""

    def __init__(self, xlen: int) -> None:
        self.xlen = xlen
        self.uc = Uc(UC_ARCH_RISCV, UC_MODE_RISCV64 if xlen == 64 else UC_MODE_RISCV32)
        self.uc.mem_map(0, RAM)
        self.uc.reg_write(rc.UC_RISCV_REG_MSTATUS, FLOATING_POINT_ON)

    def run(self, program: Program, limit: int = 0) -> State:
        """The state after the program, or after `limit` instructions."""
        uc, bits, mask = self.uc, self.xlen, (1 << self.xlen) - 1
        code = program.encode()
        uc.mem_write(program.base, code)
        uc.ctl_remove_cache(program.base, program.base + len(code))
        uc.mem_write(WINDOW, program.window)
        for register, value in zip(REGISTERS[1:], program.x[1:], strict=True):
            uc.reg_write(register, value & mask)
        for register in RISCV_CSRS.values():
            uc.reg_write(register, 0)
        uc.emu_start(program.base, program.addresses()[-1], count=limit)
        x = tuple(signed(uc.reg_read(r), bits) for r in REGISTERS)
        fcsr, mscratch = (uc.reg_read(r) for r in RISCV_CSRS.values())
        pc = signed(uc.reg_read(rc.UC_RISCV_REG_PC), bits)
        return State(pc, x, fcsr, signed(mscratch, bits), bytes(uc.mem_read(WINDOW, WINDOW_SIZE)))


def difference(a: State, b: State) -> str:
    """The first few differences, '' if there are none."""
    out = [f"x{i}: {p:#x} {q:#x}" for i, (p, q) in enumerate(zip(a.x, b.x, strict=True)) if p != q]
    out += [
        f"{name}: {p:#x} {q:#x}" for name, p, q in zip(a._fields, a, b, strict=True) if isinstance(p, int) and p != q
    ]
    if a.window != b.window:
        at = next(k for k in range(WINDOW_SIZE) if a.window[k] != b.window[k])
        out.append(f"memory from {WINDOW + at:#x}: {a.window[at : at + 8].hex()} {b.window[at : at + 8].hex()}")
    return "; ".join(out)


def compare(program: Program, ours: Ours, judge: Judge, limit: int = 0) -> str:
    """What differs after the whole program (ours first), or ''. A limit is slow: only for programs that may not end."""
    try:
        theirs = judge.run(program, limit)
    except UcError as error:
        return f"Unicorn: {error}"
    return difference(ours.run(program, limit or STEPS), theirs)


def shrink(program: Program, fails) -> Program:
    """Turn slots into nops as long as the program still fails: halves, quarters, … single slots."""
    dead: set[int] = set()
    step = max(1, len(program.slots) // 2)
    while step:
        for first in range(0, len(program.slots), step):
            trial = dead | set(range(first, min(first + step, len(program.slots))))
            if trial != dead and fails(program.without(trial)):
                dead = trial
        step //= 2
    small = program.without(dead)
    for register in range(32):
        trial = replace(small, x=[0 if i == register else v for i, v in enumerate(small.x)])
        if fails(trial):
            small = trial
    return small


def pinpoint(program: Program, ours: Ours, judge: Judge, length: int = 256) -> int:
    """The number of instructions after which the two first differ, by bisection."""
    low, high = 0, length
    while high - low > 1:
        middle = (low + high) // 2
        if compare(program, ours, judge, middle):
            high = middle
        else:
            low = middle
    return high


def report(program: Program, ours: Ours, judge: Judge) -> str:
    """What to print about a program that differs: the difference, when it arises, and the smallest such program."""
    small = shrink(program, lambda p: compare(p, ours, judge, STEPS) != "")
    count = pinpoint(small, ours, judge)
    return f"after instruction {count}: {compare(small, ours, judge, count)}\n{small.listing()}"
