"""Floating-point instructions on tables of operands: one guest loop, run by the machine and by its judges.

A case is 48 bytes: three f registers, two x registers, and fcsr; an answer is 24: the f result, the x result, fcsr.
"""

from __future__ import annotations

import random
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from emu.isa.insns import INSNS, Insn, encode, lookup

CODE, CASES = 0x1000, 0x10000
CASE, ANSWER = struct.Struct("<3QQQQ"), struct.Struct("<3Q")
FLOATING = ("F", "D", "Zfa")
ONES = (1 << 64) - 1
BOX = 0xFFFFFFFF << 32
A0, A1, X1, X2, FCSR, XD, COUNT = 10, 11, 12, 13, 14, 15, 16
FS = 1, 2, 3
FD = 4
NX = 1


class Case(NamedTuple):
    """Operands and fcsr before."""

    f1: int
    f2: int
    f3: int
    x1: int
    x2: int
    fcsr: int


def rows(xlen: int, exts: tuple[str, ...] = FLOATING) -> list[Insn]:
    """The instructions to judge: all but loads and stores."""
    return [i for i in INSNS if xlen in i.xlens and i.ext in exts and not any(f.role == "imm" for f in i.fields)]


def _op(name: str, xlen: int, **roles: int) -> int:
    insn = lookup(name, xlen)
    return encode(insn, {f.name: roles.get(f.role, f.default or 0) for f in insn.fields})


def word_of(insn: Insn, rm: int, constant: int = 0) -> int:
    """The instruction on the registers of the loop."""
    roles = {"rs2": FS[1], "rs3": FS[2], "rm": rm}
    out = {}
    for f in insn.fields:
        if f.role == "rd":
            out[f.name] = FD if f.kind == "freg" else XD
        elif f.role == "rs1":
            out[f.name] = FS[0] if f.kind == "freg" else X1 if f.kind == "xreg" else constant
        elif f.role == "rs2" and f.kind == "xreg":
            out[f.name] = X2
        else:
            out[f.name] = roles[f.role] if f.role != "rm" or f.allows(rm) else f.default
    return encode(insn, out)


def loop(insn: Insn, rm: int, xlen: int, constant: int = 0) -> bytes:
    """Load a case, execute, store the answer; a0: cases, a1: answers, x16: how many."""
    load, store = ("ld", "sd") if xlen == 64 else ("lw", "sw")
    words = [_op("fld", xlen, rd=r, rs1=A0, imm=8 * k) for k, r in enumerate(FS)]
    words += [_op(load, xlen, rd=r, rs1=A0, imm=24 + 8 * k) for k, r in enumerate((X1, X2, FCSR))]
    words += [
        _op("csrrw", xlen, rd=0, rs1=FCSR, csr=3),
        _op("addi", xlen, rd=XD, rs1=0, imm=0),
        word_of(insn, rm, constant),
        _op("csrrs", xlen, rd=FCSR, rs1=0, csr=3),
        _op("fsd", xlen, rs2=FD, rs1=A1, imm=0),
        _op(store, xlen, rs2=XD, rs1=A1, imm=8),
        _op(store, xlen, rs2=FCSR, rs1=A1, imm=16),
        _op("addi", xlen, rd=A0, rs1=A0, imm=CASE.size),
        _op("addi", xlen, rd=A1, rs1=A1, imm=ANSWER.size),
        _op("addi", xlen, rd=COUNT, rs1=COUNT, imm=-1),
    ]
    words.append(_op("bne", xlen, rs1=COUNT, rs2=0, imm=-4 * len(words)))
    words.append(0x00100073)
    return b"".join(w.to_bytes(4, "little") for w in words)


class Answers(NamedTuple):
    """The result register of each case (f or x, as a 64-bit pattern), and the flags after it."""

    results: list[int]
    flags: list[int]


def _answers(insn: Insn, data: bytes, xlen: int) -> Answers:
    to_x = next(f for f in insn.fields if f.role == "rd").kind == "xreg"
    results, flags = [], []
    for f, x, fcsr in ANSWER.iter_unpack(data):
        value = x if xlen == 64 else (x & 0xFFFFFFFF) - ((x & 0x80000000) << 1) & ONES
        results.append(value if to_x else f)
        flags.append(fcsr & 31)
    return Answers(results, flags)


def difference(cases: list[Case], found: Answers, wanted: list[tuple[int, int]]) -> str:
    """The first case that is not as wanted, or ''."""
    for case, *got, want in zip(cases, *found, wanted, strict=True):
        if tuple(got) != want:
            operands = " ".join(f"{v:#x}" for v in case)
            return f"{operands}: {got[0]:#x} with flags {got[1]:#x}, not {want[0]:#x} with {want[1]:#x}"
    return ""


def pack(cases: list[Case]) -> bytes:
    """The cases as the guest reads them."""
    return b"".join(CASE.pack(*c) for c in cases)


class Table:
    """The machine, with room for a number of cases."""

    def __init__(self, xlen: int, timing: str = "full", room: int = 1 << 16) -> None:
        from emu.machine import Machine, load_config

        self.xlen, self.room = xlen, room
        self.answers_at = CASES + room * CASE.size
        ram = self.answers_at + room * ANSWER.size + 4096 & -4096
        self.machine = Machine(load_config("small", {"ram": ram, "timing": timing}), xlen=xlen)
        self.machine.harts[0].priv = 3

    def run(self, insn: Insn, rm: int, cases: list[Case], constant: int = 0) -> Answers:
        """The machine's answers."""
        m, h = self.machine, self.machine.harts[0]
        code, data = loop(insn, rm, self.xlen, constant), pack(cases)
        m.ram[CODE : CODE + len(code)] = code
        m.code_changed(CODE >> 12)
        m.ram[CASES : CASES + len(data)] = data
        h.pc, h.x[A0], h.x[A1], h.x[COUNT], h.f[FD] = CODE, CASES, self.answers_at, len(cases), 0
        m.run()
        if h.cause != 3:
            raise AssertionError(f"trap {h.cause} at {h.pc:#x} in {insn.name}, rm {rm}")
        return _answers(insn, bytes(m.ram[self.answers_at : self.answers_at + len(cases) * ANSWER.size]), self.xlen)


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
        out = _answers(insn, bytes(uc.mem_read(self.answers_at, len(cases) * ANSWER.size)), self.xlen)
        if gives_single(insn):
            out = out._replace(results=[v & 0xFFFFFFFF | BOX for v in out.results])
        return out


# ------------------------------------------------------------------------------------------------------------ operands


def corners_d() -> list[int]:
    """Doubles where something changes: zeros, subnormals, extremes, infinities, NaNs, neighbours of powers of two."""
    positive = [0, 1, 2, (1 << 51) + 1, (1 << 52) - 1, 1 << 52, (1 << 52) + 1, 2 << 52]
    positive += [0x7FE << 52, (0x7FF << 52) - 1, (0x7FF << 52) - 2, 0x7FF << 52]  # the largest, infinity
    positive += [(0x7FF << 52) + 1, (0x7FF << 52) + (1 << 50), (0x7FF << 52) + (1 << 51), (0x800 << 52) - 1]  # NaNs
    positive += [0x3FF << 52, (0x3FF << 52) + 1, (0x3FF << 52) - 1, 0x3FE << 52, 0x3FF8 << 48, 0x4008 << 48]
    positive += [(0x3FF - 52 << 52), (0x3FF - 53 << 52), (0x3FF - 54 << 52) + 1, 0x3FF + 53 << 52, 0x433 << 52]
    positive += [0x41DF_FFFF_FFC0_0000, 0x41DF_FFFF_FFE0_0000, 0x41E0 << 48, 0x41EF_FFFF_FFE0_0000, 0x41F0 << 48]
    positive += [0x43E0 << 48, 0x43DF_FFFF_FFFF_FFFF, 0x43F0 << 48, 0x43EF_FFFF_FFFF_FFFF]  # 2**31 … 2**64
    positive += [0x47EF_FFFF_E000_0000, 0x47EF_FFFF_F000_0000, 0x47EF_FFFF_EFFF_FFFF, 0x3690 << 48, 0x36A0 << 48]
    positive += [0x380F_FFFF_FFFF_FFFF, 0x380F_FFFF_E000_0000, 0x3810 << 48, 0x3FF0_0000_1000_0000]  # edges of singles
    positive += [0x3FB9_9999_9999_999A, 0x3FC9_9999_9999_999A, 0x2000 << 48, 0x5FE0 << 48]
    return [sign << 63 | v for v in positive for sign in (0, 1)]


def corners_s() -> list[int]:
    """Singles likewise, boxed; and some that are not."""
    positive = [0, 1, 2, (1 << 22) + 1, (1 << 23) - 1, 1 << 23, (1 << 23) + 1, 2 << 23]
    positive += [0xFE << 23, (0xFF << 23) - 1, (0xFF << 23) - 2, 0xFF << 23]
    positive += [(0xFF << 23) + 1, (0xFF << 23) + (1 << 21), (0xFF << 23) + (1 << 22), (0x100 << 23) - 1]
    positive += [0x7F << 23, (0x7F << 23) + 1, (0x7F << 23) - 1, 0x7E << 23, 0x3FC00000, 0x40400000]
    positive += [0x7F - 23 << 23, 0x7F - 24 << 23, (0x7F - 25 << 23) + 1, 0x7F + 24 << 23, 0x4B000000]
    positive += [0x4EFFFFFF, 0x4F000000, 0x4F7FFFFF, 0x4F800000, 0x5EFFFFFF, 0x5F000000, 0x5F7FFFFF, 0x5F800000]
    positive += [0x3DCCCCCD, 0x20000000, 0x5F000000 + (1 << 22), 0x1FFFFFFF]
    return [BOX | sign << 31 | v for v in positive for sign in (0, 1)] + [0x3F800000, 0xFFFFFFFE << 32 | 0x3F800000]


def random_double(rng: random.Random) -> int:
    """Any exponent or one near 1; many or few digits."""
    exponent = rng.choice((rng.randrange(2048), 0x3FF + rng.randint(-60, 60), rng.choice((0, 1, 2, 2045, 2046, 2047))))
    fraction = rng.getrandbits(52)
    if rng.random() < 0.4:
        fraction &= -1 << rng.randrange(53)
    if rng.random() < 0.2:
        fraction ^= (1 << rng.randrange(53)) - 1
    return rng.getrandbits(1) << 63 | exponent << 52 | fraction


def random_single(rng: random.Random) -> int:
    """The same in 32 bits."""
    exponent = rng.choice((rng.randrange(256), 0x7F + rng.randint(-30, 30), rng.choice((0, 1, 2, 253, 254, 255))))
    fraction = rng.getrandbits(23)
    if rng.random() < 0.4:
        fraction &= -1 << rng.randrange(24)
    if rng.random() < 0.2:
        fraction ^= (1 << rng.randrange(24)) - 1
    return (BOX if rng.random() < 0.98 else 0) | rng.getrandbits(1) << 31 | exponent << 23 | fraction


def reads_singles(insn: Insn) -> bool:
    """Whether its floating-point sources are singles."""
    return insn.name.endswith(".s") or insn.name == "fmv.x.w"


def gives_single(insn: Insn) -> bool:
    """Whether its result is a single in an f register."""
    to_f = any(f.role == "rd" and f.kind == "freg" for f in insn.fields)
    return to_f and (insn.name.split(".")[1] == "s" or insn.name == "fmv.w.x")


def corner_cases(insn: Insn, rm: int, fcsr: int = 0, rng: random.Random | None = None) -> Iterator[Case]:
    """Every pair of corners; the third operand is another corner."""
    pool = corners_s() if reads_singles(insn) else corners_d()
    rng = rng or random.Random(insn.name)
    two = any(f.role == "rs2" and f.kind == "freg" for f in insn.fields)
    integers = [
        s * n + d for n in (0, 1 << 31, 1 << 32, 1 << 53, 1 << 63, 1 << 24) for s in (1, -1) for d in (-1, 0, 1)
    ]
    for a in pool:
        for b in pool if two else pool[:1]:
            x = rng.choice(integers) if rng.random() < 0.7 else rng.getrandbits(64) >> rng.randrange(64)
            yield Case(a, b, rng.choice(pool), x & ONES, rng.getrandbits(64), rm << 5 | fcsr)


def random_cases(insn: Insn, rm: int, rng: random.Random, count: int) -> Iterator[Case]:
    """Random operands; the second often near the first; flags before are none or NX."""
    number = random_single if reads_singles(insn) else random_double
    for _ in range(count):
        a, b, c = (number(rng) for _ in range(3))
        if rng.random() < 0.3:
            b = a ^ rng.getrandbits(4) ^ (rng.getrandbits(1) << (31 if reads_singles(insn) else 63))
        x = rng.getrandbits(64) >> rng.randrange(64)
        yield Case(
            a, b, c, (x if rng.random() < 0.5 else -x) & ONES, rng.getrandbits(64), rm << 5 | rng.choice((0, NX))
        )


# -------------------------------------------------------------------------------------------------------- qemu-riscv64

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
            done = subprocess.run(command, input=pack(cases), capture_output=True, check=True, timeout=100)
        finally:
            Path(file.name).unlink()
        return _answers(insn, done.stdout, self.xlen)
