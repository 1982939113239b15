"""Why no form of an instruction takes these operands: the messages, with the syntax that is expected."""

from __future__ import annotations

from collections.abc import Iterable

from emu.asm.errors import Mistake
from emu.asm.forms import Form, forms, mnemonics
from emu.asm.operands import Operand
from emu.errors import did_you_mean
from emu.isa.abi import FREG, XREG
from emu.isa.csrs import CSR_BY_NAME
from emu.isa.formats import Field
from emu.isa.insns import Insn

SHAPE_NAMES = {
    "x": "an integer register such as a0",
    "f": "a floating-point register such as fa0",
    "m": "an address such as 8(sp)",
    "e": "a number or symbol",
}
ELSEWHERE = {  # what other machines' assemblers call it
    **dict.fromkeys(("mov", "move"), "RISC-V has mv rd, rs and li rd, number"),
    **dict.fromkeys(("jmp", "b", "goto"), "RISC-V has j label"),
    **dict.fromkeys(("bl", "jsr"), "RISC-V has call label"),
    **dict.fromkeys(("syscall", "svc", "int", "swi"), "RISC-V has ecall, with the number in a7"),
    **dict.fromkeys(("ldr", "load"), "RISC-V has lb, lh, lw and on RV64 ld: lw rd, 0(rs)"),
    **dict.fromkeys(("str", "store"), "RISC-V has sb, sh, sw and on RV64 sd: sw rs, 0(base)"),
    **dict.fromkeys(("push", "pop"), "RISC-V has neither: addi sp, sp, -16 makes room, then a store or load at 0(sp)"),
    **dict.fromkeys(("cmp", "test"), "RISC-V has no flags: blt a0, a1, label compares and branches"),
    "inc": "RISC-V has addi rd, rd, 1",
    "dec": "RISC-V has addi rd, rd, -1",
    "subi": "RISC-V has addi rd, rs, -number",
}
REGISTERS = "there are a0-a7, s0-s11, t0-t6, zero, ra, sp, gp and tp, which are x0-x31"


def unknown(name: str, xlen: int, column: int, macros: Iterable[str]) -> Mistake:
    """For a mnemonic that does not exist at this width."""
    other = 96 - xlen
    if forms(name, other):
        return Mistake(
            f"{name!r} is an RV{other} instruction, and this is RV{xlen}",
            column,
            f"assemble for RV{other}, or use an RV{xlen} instruction",
        )
    hint = ELSEWHERE.get(name.lower()) or did_you_mean(name, [*mnemonics(xlen), *macros])
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
    if slot.shape == "m" and (mistake := wrong_base(operand)):
        return mistake
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
    return did_you_mean(word, known) or (REGISTERS if shape == "x" and word[1:].isdigit() else "")


def wrong_base(operand: Operand) -> Mistake | None:
    """For 8(s12): the word in brackets at the end of an operand is no register. None if there is no such word."""
    if len(operand.tokens) < 3:
        return None
    before, word, after = operand.tokens[-3:]
    if word.kind != "name" or (before.value, after.value) != ("(", ")"):
        return None
    hint = _register_hint("x", operand._replace(tokens=[word]))
    return Mistake(f"{word.value!r} is no integer register", word.start, hint or "write an address as 8(sp)")


REGISTER_FORMS = {
    "addi": "add",
    "addiw": "addw",
    "andi": "and",
    "ori": "or",
    "xori": "xor",
    "slti": "slt",
    "sltiu": "sltu",
}


def does_not_fit(insn: Insn, field: Field, value: int) -> str:
    """What to write when a 12-bit number is too large for its instruction; '' where there is no general way."""
    if field.maximum != 2047:
        return ""
    load = f"put it into a register before: li t0, {value}"
    if insn.name in REGISTER_FORMS:
        return f"{load} and then {REGISTER_FORMS[insn.name]} with t0"
    return f"{load}, add the base to t0, and write 0(t0)" if field.name in ("imm_i", "imm_s") else ""


def unknown_csr(word: str, column: int) -> Mistake:
    """For a name that is no control register."""
    return Mistake(f"unknown control register {word!r}", column, did_you_mean(word, CSR_BY_NAME))
