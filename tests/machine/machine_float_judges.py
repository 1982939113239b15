"""Unicorn and QEMU on tables of floating-point operands, as machine_float.py runs them on the machine."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from machine_float import (
    A0,
    A1,
    ANSWER,
    BOX,
    CASE,
    CASES,
    CODE,
    COUNT,
    Answers,
    Case,
    answers_of,
    gives_single,
    loop,
    pack,
    reads_singles,
)

from emu.isa.insns import Insn


def for_unicorn(insn: Insn, case: Case) -> bool:
    """Whether Unicorn can judge. It is QEMU 5.0, older than the ratified text, and differs from it where

    - a single is not NaN-boxed (it looks at the low half only): "NaN Boxing of Narrower Values";
    - fmin and fmax meet a signalling NaN (it gives NaN, as IEEE 754-2008 did): "Floating-Point Computational
      Instructions" say minimumNumber;
    - infinity times zero is added to a quiet NaN (not invalid there): the same section sets NV.

    QEMU 7.2 agrees with this machine in all three.
    """
    single = reads_singles(insn)
    values = case[:3]
    if single and any(v >> 32 != 0xFFFFFFFF for v in values):
        return False
    shift, infinity = (23, 0xFF << 23) if single else (52, 0x7FF << 52)
    magnitudes = [v & ((1 << (31 if single else 63)) - 1) for v in values]
    if insn.name.startswith(("fmin", "fmax")):
        return not any(m > infinity and not m >> (shift - 1) & 1 for m in magnitudes[:2])
    if insn.name.startswith(("fmadd", "fmsub", "fnm")):
        return sorted(magnitudes[:2]) != [0, infinity]
    return True


class UnicornTable:
    """Unicorn, likewise; upper halves of singles, which it leaves out, are filled in."""

    def __init__(self, xlen: int, room: int = 1 << 16) -> None:
        from unicorn import UC_ARCH_RISCV, UC_MODE_RISCV32, UC_MODE_RISCV64, Uc
        from unicorn import riscv_const as rc

        self.xlen, self.rc = xlen, rc
        self.answers_at = CASES + room * CASE.size
        self.uc = Uc(UC_ARCH_RISCV, UC_MODE_RISCV64 if xlen == 64 else UC_MODE_RISCV32)
        self.uc.mem_map(0, self.answers_at + room * ANSWER.size + 4096 & -4096)
        self.uc.reg_write(rc.UC_RISCV_REG_MSTATUS, 0x6000)

    def run(self, insn: Insn, rm: int, cases: list[Case], constant: int = 0) -> Answers:
        """Unicorn's answers."""
        uc, x0 = self.uc, self.rc.UC_RISCV_REG_X0
        code = loop(insn, rm, self.xlen, constant)
        uc.mem_write(CODE, code)
        uc.ctl_remove_cache(CODE, CODE + len(code))
        uc.mem_write(CASES, pack(cases))
        for register, value in ((A0, CASES), (A1, self.answers_at), (COUNT, len(cases))):
            uc.reg_write(x0 + register, value)
        uc.emu_start(CODE, CODE + len(code) - 4)
        out = answers_of(insn, bytes(uc.mem_read(self.answers_at, len(cases) * ANSWER.size)), self.xlen)
        if gives_single(insn):
            out = out._replace(results=[v & 0xFFFFFFFF | BOX for v in out.results])
        return out


_GUEST = """
    .globl _start
_start:
    la   s0, cases
    li   s1, {size}
1:  li   a0, 0
    mv   a1, s0
    mv   a2, s1
    li   a7, 63
    ecall
    blez a0, 2f
    add  s0, s0, a0
    sub  s1, s1, a0
    bnez s1, 1b
2:  la   a0, cases
    la   a1, answers
    li   x16, {count}
{words}
    la   s0, answers
    li   s1, {out}
3:  li   a0, 1
    mv   a1, s0
    mv   a2, s1
    li   a7, 64
    ecall
    add  s0, s0, a0
    sub  s1, s1, a0
    bnez s1, 3b
    li   a0, 0
    li   a7, 93
    ecall
    .bss
    .balign 16
cases: .zero {size}
answers: .zero {out}
"""


class QemuTable:
    """qemu-riscv64, likewise: the cases go through standard input, the answers come from standard output."""

    def __init__(self, xlen: int) -> None:
        self.xlen, self.command = xlen, f"qemu-riscv{xlen}"

    def run(self, insn: Insn, rm: int, cases: list[Case], constant: int = 0) -> Answers:
        """QEMU's answers."""
        from emu.asm import Source, assemble

        code = loop(insn, rm, self.xlen, constant)[:-4]
        words = "\n".join(f"    .4byte {int.from_bytes(code[k : k + 4], 'little'):#x}" for k in range(0, len(code), 4))
        size, out = len(cases) * CASE.size, len(cases) * ANSWER.size
        text = _GUEST.format(size=size, out=out, count=len(cases), words=words)
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(assemble([Source("table.s", text)], xlen=self.xlen))
        Path(file.name).chmod(0o755)
        try:
            command = [self.command, "-cpu", f"rv{self.xlen}", file.name]
            done = subprocess.run(command, input=pack(cases), capture_output=True, check=True, timeout=300)
        finally:
            Path(file.name).unlink()
        return answers_of(insn, done.stdout, self.xlen)
