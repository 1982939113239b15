"""Register names and the calling convention: RISC-V ELF psABI, "Register Convention".

>>> XREG["fp"], XREG["x8"], X_NAMES[8]
(8, 8, 's0')
"""

from __future__ import annotations

_X = "zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6"
_F = """ft0 ft1 ft2 ft3 ft4 ft5 ft6 ft7 fs0 fs1 fa0 fa1 fa2 fa3 fa4 fa5 fa6 fa7
        fs2 fs3 fs4 fs5 fs6 fs7 fs8 fs9 fs10 fs11 ft8 ft9 ft10 ft11"""
X_NAMES = tuple(_X.split())
F_NAMES = tuple(_F.split())

# Every spelling an assembler accepts -> register number.
XREG = {name: i for i, name in enumerate(X_NAMES)} | {f"x{i}": i for i in range(32)} | {"fp": 8}
FREG = {name: i for i, name in enumerate(F_NAMES)} | {f"f{i}": i for i in range(32)}

ZERO, RA, SP, GP, TP = range(5)
A0, A1, A2, A3, A4, A5, A6, A7 = range(10, 18)  # arguments; a0 and a1 also hold results; a7 is the system-call number

CALLEE_SAVED = frozenset((SP, 8, 9, *range(18, 28)))
CALLER_SAVED = frozenset((RA, *range(5, 8), *range(10, 18), *range(28, 32)))

ROLES = {
    "zero": "always 0",
    "ra": "return address",
    "sp": "stack pointer",
    "gp": "global pointer",
    "tp": "thread pointer",
    "t": "temporary, lost over a call",
    "s": "saved, kept over a call (s0 is also the frame pointer fp)",
    "a": "argument; a0 and a1 also return values; a7 is the system-call number",
}


def register_role(number: int) -> str:
    """What x<number> is for, in a few words."""
    name = X_NAMES[number]
    return ROLES[name] if name in ROLES else ROLES[name[0]]
