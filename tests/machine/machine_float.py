"""Floating-point instructions on tables of operands: one guest loop, run by the machine and by its judges.

A case is 48 bytes: three f registers, two x registers, and fcsr; an answer is 24: the f result, the x result, fcsr.
"""

from __future__ import annotations

import struct
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


def reads_singles(insn: Insn) -> bool:
    """Whether its floating-point sources are singles."""
    return insn.name.endswith(".s") or insn.name == "fmv.x.w"


def gives_single(insn: Insn) -> bool:
    """Whether its result is a single in an f register."""
    to_f = any(f.role == "rd" and f.kind == "freg" for f in insn.fields)
    return to_f and (insn.name.split(".")[1] == "s" or insn.name == "fmv.w.x")


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


def answers_of(insn: Insn, data: bytes, xlen: int) -> Answers:
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
        return answers_of(insn, bytes(m.ram[self.answers_at : self.answers_at + len(cases) * ANSWER.size]), self.xlen)
