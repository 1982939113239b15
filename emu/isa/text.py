"""Operands as text: names of registers, CSRs, fence sets and rounding modes, both ways, by the field's kind."""

from __future__ import annotations

from emu.isa.abi import F_NAMES, FREG, X_NAMES, XREG
from emu.isa.csrs import CSR_BY_NAME, csr_name
from emu.isa.formats import Field

ROUNDING = {"rne": 0, "rtz": 1, "rdn": 2, "rup": 3, "rmm": 4, "dyn": 7}
FLI = (  # RISC-V Unprivileged, "Zfa", "Load-Immediate Instructions"; min is the smallest normal number
    "-1.0", "min", "1.52587890625e-05", "3.0517578125e-05", "0.00390625", "0.0078125", "0.0625", "0.125", "0.25",
    "0.3125", "0.375", "0.4375", "0.5", "0.625", "0.75", "0.875", "1.0", "1.25", "1.5", "1.75", "2.0", "2.5", "3.0",
    "4.0", "8.0", "16.0", "128.0", "256.0", "32768.0", "65536.0", "inf", "nan",
)  # fmt: skip
ROUNDING_NAMES = {value: name for name, value in ROUNDING.items()}


def fence_set(text: str) -> int | None:
    """'rw' -> 3: the letters i, o, r, w in that order, or a plain 0; None if it is no set."""
    if text == "0":
        return 0
    value = sum(1 << "wroi".index(letter) for letter in text if letter in "iorw")
    return value if value and text == fence_letters(value) else None


def fli_constant(text: str) -> int | None:
    """'0.25' -> 8: the number of a constant that fli can load, however its value is written; None if it can't."""
    if text in FLI:
        return FLI.index(text)
    try:
        value = float(text)
    except ValueError:
        return None
    return next((k for k, known in enumerate(FLI) if known != "min" and float(known) == value), None)


def fence_letters(value: int) -> str:
    """3 -> 'rw'; the empty set is '0', as LLVM writes it."""
    return "".join(letter for bit, letter in ((8, "i"), (4, "o"), (2, "r"), (1, "w")) if value & bit) or "0"


def constant(field: Field, token: str) -> int:
    """The value that a fixed operand of a template has: `zero`, `sp`, `cycle`, `iorw`, `-1`."""
    named = {"xreg": XREG, "freg": FREG, "rm": ROUNDING}.get(field.kind, {})
    if token in named:
        return named[token]
    if field.kind == "csr":
        return CSR_BY_NAME[token].number
    if field.kind == "fli":
        return fli_constant(token)
    return fence_set(token) if field.kind == "fence" else int(token, 0)


def show(field: Field, value: int, pc: int = 0, xlen: int = 64) -> str:
    """The operand as a disassembler prints it; pc-relative ones as the target's address."""
    match field.kind:
        case "xreg":
            return X_NAMES[value]
        case "freg":
            return F_NAMES[value]
        case "pcrel":
            return f"{(pc + value) & ((1 << xlen) - 1):#x}"
        case "upper":
            return f"{field.to_written(value):#x}"
        case "csr":
            return csr_name(value)
        case "fence":
            return fence_letters(value)
        case "fli":
            return FLI[value]
        case "rm":
            return ROUNDING_NAMES[value]
    return str(value)


def parse(field: Field, token: str) -> int:
    """The value of an operand written without symbols: `a0`, `-16`, `.+8`, `rw`, `0x12345` for lui."""
    if field.kind == "pcrel":
        return int(token.removeprefix("."), 0)
    value = constant(field, token)
    return field.from_written(value) if field.kind == "upper" else value
