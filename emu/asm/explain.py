"""Why no form of an instruction takes these operands: the messages, with the syntax that is expected."""

from __future__ import annotations

from collections.abc import Iterable

from emu.asm.errors import Mistake
from emu.asm.forms import Form, forms, mnemonics
from emu.asm.operands import Operand
from emu.errors import did_you_mean
from emu.isa.abi import FREG, XREG
from emu.isa.csrs import CSR_BY_NAME

SHAPE_NAMES = {
    "x": "an integer register such as a0",
    "f": "a floating-point register such as fa0",
    "m": "an address such as 8(sp)",
    "e": "a number or symbol",
}


def unknown(name: str, xlen: int, column: int, macros: Iterable[str]) -> Mistake:
    """For a mnemonic that does not exist at this width."""
    other = 96 - xlen
    if forms(name, other):
        return Mistake(
            f"{name!r} is an RV{other} instruction, and this is RV{xlen}",
            column,
            f"assemble for RV{other}, or use an RV{xlen} instruction",
        )
    hint = did_you_mean(name, [*mnemonics(xlen), *macros])
    return Mistake(f"unknown instruction {name!r}", column, hint)


def mismatch(name: str, candidates: tuple[Form, ...], operands: list[Operand], column: int) -> Mistake:
    """For a mnemonic that exists, with operands that fit none of its forms."""
    count = len(operands)
    hint = _missing_comma(operands) or "write: " + "  or  ".join(form.syntax for form in candidates[:4])
    same = [form for form in candidates if form.required <= count <= len(form.slots)]
    if not same:
        return Mistake(f"{name} takes {_counts(candidates)}, found {count}", column, hint)
    form = max(same, key=lambda f: _agreement(f, operands))
    index = min(_agreement(form, operands), count - 1)
    operand, slot = operands[index], form.slots[index]
    return Mistake(
        f"operand {index + 1} of {name} must be {SHAPE_NAMES[slot.shape]}",
        operand.column,
        _register_hint(slot.shape, operand) or hint,
    )


def _missing_comma(operands: list[Operand]) -> str:
    for operand in operands:
        first, *rest = operand.tokens or [None]
        if rest and first.value in XREG and rest[0].kind != "op":
            return f"a comma is missing after {first.value}"
    return ""


def _counts(candidates: tuple[Form, ...]) -> str:
    counts = sorted({n for form in candidates for n in range(form.required, len(form.slots) + 1)})
    if counts == [0]:
        return "no operands"
    words = " or ".join(map(str, counts))
    return f"{words} operand{'s' if counts[-1] != 1 else ''}"


def _agreement(form: Form, operands: list[Operand]) -> int:
    for index, (slot, operand) in enumerate(zip(form.slots, operands, strict=False)):
        if slot.shape != operand.shape:
            return index
    return len(operands)


def _register_hint(shape: str, operand: Operand) -> str:
    if shape not in "xf" or len(operand.tokens) != 1 or operand.tokens[0].kind != "name":
        return ""
    word = str(operand.tokens[0].value)
    known = XREG if shape == "x" else FREG
    if word.lower() in known:
        return f"register names are in lower case: {word.lower()}"
    return did_you_mean(word, known)


def unknown_csr(word: str, column: int) -> Mistake:
    """For a name that is no control register."""
    return Mistake(f"unknown control register {word!r}", column, did_you_mean(word, CSR_BY_NAME))
