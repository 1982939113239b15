"""How the floating-point rows of the ISA table become records: derived from their names, pure data.

A record's immediate holds: bits 0-2 rm, 3-8 the third source register, 9 and 10 which relations a comparison accepts,
16 the precision, 17-23 the kind of operation, 30 and 31 which operands change their sign: so fsub is an addition and
fnmadd a fused one, by the same code. Moves and loads of doubles are those of integers on the one file of registers.
"""

from __future__ import annotations

from emu.isa.formats import Field
from emu.isa.insns import Insn

_KINDS = """
ADD MUL DIV SQRT FMA
SGNJ PAIR BOX LI
CMP CMPQ MIN MAX MINM MAXM CLASS
TO_W TO_WU TO_L TO_LU FROM_W FROM_WU FROM_L FROM_LU FORMAT ROUND ROUNDNX MODULAR
"""
KINDS = tuple(_KINDS.split())
globals().update({f"F_{name}": number for number, name in enumerate(KINDS)})

RM, THIRD, LESS, EQUAL, SINGLE, KIND = 0, 3, 1 << 9, 1 << 10, 1 << 16, 17
NEGATE_SUM = 1 << 30  # the addend of a fused operation; of a sign injection: xor with the first sign
NEGATE = -1 << 31  # the second term of a sum, a fused product; of a sign injection: the complement

_OPERATIONS = {
    "fadd": ("ADD", 0), "fsub": ("ADD", NEGATE), "fmul": ("MUL", 0), "fdiv": ("DIV", 0), "fsqrt": ("SQRT", 0),
    "fmadd": ("FMA", 0), "fmsub": ("FMA", NEGATE_SUM), "fnmsub": ("FMA", NEGATE),
    "fnmadd": ("FMA", NEGATE + NEGATE_SUM),
    "fsgnj": ("SGNJ", 0), "fsgnjn": ("SGNJ", NEGATE), "fsgnjx": ("SGNJ", NEGATE_SUM),
    "feq": ("CMPQ", EQUAL), "flt": ("CMP", LESS), "fle": ("CMP", LESS | EQUAL),
    "fltq": ("CMPQ", LESS), "fleq": ("CMPQ", LESS | EQUAL),
    "fmin": ("MIN", 0), "fmax": ("MAX", 0), "fminm": ("MINM", 0), "fmaxm": ("MAXM", 0), "fclass": ("CLASS", 0),
    "fround": ("ROUND", 0), "froundnx": ("ROUNDNX", 0), "fli": ("LI", 0), "fcvtmod.w": ("MODULAR", 0),
    "fmvp": ("PAIR", 0),
}  # fmt: skip

MOVES = {  # instructions that are integer ones on the file of registers, or that have an operation of their own
    "flw": "FLW", "fsw": "SW", "fld": "LD", "fsd": "SD",
    "fmv.x.w": "ADDIW", "fmv.x.d": "ADDI", "fmv.d.x": "ADDI", "fmv.w.x": "FMV_W_X", "fmvh.x.d": "SRAI",
}  # fmt: skip
ARMS = {  # kinds with an arm in the run loop, by precision
    "ADD": ("FADD_D", "FADD_S"), "MUL": ("FMUL_D", "FMUL_S"), "DIV": ("FDIV_D", "FLOAT"), "FMA": ("FMA_D", "FMA_S"),
    "SGNJ": ("FSGNJ_D", "FSGNJ_S"), "CMP": ("FCMP_D", "FCMP_S"), "CMPQ": ("FCMP_D", "FCMP_S"),
    "FROM_W": ("FCVT_D_W", "FLOAT"),
}  # fmt: skip


def _split(name: str) -> tuple[str, int, bool] | None:
    """(kind, sign bits, single) of an instruction's name."""
    stem, _, letter = name.rpartition(".")
    if stem in _OPERATIONS and letter in ("s", "d"):
        return *_OPERATIONS[stem], letter == "s"
    if name == "fmvp.d.x":
        return "PAIR", 0, False
    if not name.startswith("fcvt."):
        return None
    _, target, source = name.split(".")
    if target in ("s", "d"):
        return ("FORMAT" if source in ("s", "d") else f"FROM_{source.upper()}"), 0, target == "s"
    return f"TO_{target.upper()}", 0, source == "s"


def operation(name: str) -> str | None:
    """The name of the record's operation (emu.machine.ops) for a base instruction; None: not one of these."""
    if name in MOVES:
        return MOVES[name]
    found = _split(name)
    return found and ARMS.get(found[0], ("FLOAT", "FLOAT"))[found[2]]


def immediate(name: str) -> int:
    """The constant part of the record's immediate."""
    if name == "fmvh.x.d":
        return 32
    found = _split(name)
    if name in MOVES or not found:
        return 0
    kind, bits, single = found
    return bits + (KINDS.index(kind) << KIND) + (SINGLE if single else 0)


def segments(insn: Insn) -> list[tuple[Field, int]]:
    """The operands that go into the immediate beside it, and where."""
    return [(f, {"rm": RM, "rs3": THIRD}[f.role]) for f in insn.fields if f.role in ("rm", "rs3")]
