"""Lines of assembly at the boundaries of every operand, made from the tables of emu.isa."""

from __future__ import annotations

import random
from collections.abc import Iterator

from emu.asm.compress import rules
from emu.asm.forms import Form, Slot, forms, mnemonics
from emu.isa.abi import F_NAMES, X_NAMES
from emu.isa.formats import FIELDS, EncodeError, Field
from emu.isa.insns import ORDERINGS
from emu.isa.text import FLI, ROUNDING

REGISTERS = (0, 1, 2, 5, 8, 10, 15, 16, 31)
NUMBERS = sorted({s * (1 << b) + d for b in range(20) for d in (-8, -4, -1, 0, 1, 2, 8) for s in (1, -1)} | {496, -496})
NAMED = {
    "fli": FLI,
    "fence": ("rw", "w", "iorw", "0", "i", "r", "ow"),
    "csr": ("fcsr", "cycle", "0", "0xfff", "sstatus", "satp"),
}


def written_numbers(field: Field) -> list[str]:
    """Numbers a field takes, at its limits and at those of the compressed forms."""
    found = []
    for number in NUMBERS:
        try:
            if field.allows(field.from_written(number)):
                found.append(str(number))
        except EncodeError:
            continue
    return found


def operand_texts(slot: Slot) -> list[str]:
    """What may stand in a slot."""
    field = slot.field
    if slot.literal >= 0 and slot.shape == "x":
        return [X_NAMES[slot.literal]]
    if slot.shape in "xf":
        names = X_NAMES if slot.shape == "x" else F_NAMES
        return [names[r] for r in REGISTERS if field is None or field.allows(r)]
    if slot.shape == "m":
        allowed = [slot.literal] if slot.literal >= 0 else [r for r in REGISTERS if FIELDS[slot.base].allows(r)]
        offsets = written_numbers(field) if field else ["", "0"]
        return [f"{offset}({X_NAMES[base]})" for offset in offsets for base in allowed]
    if field.kind == "rm":
        return [name for name, mode in ROUNDING.items() if field.allows(mode)]
    return list(NAMED.get(field.kind) or written_numbers(field))


def lines(form: Form, rng: random.Random) -> Iterator[str]:
    """Each operand at each of its values with random others, and more random ones where compression has a say."""
    slots = [operand_texts(slot) for slot in form.slots]
    if form.required < len(slots):
        yield f"{form.name} {', '.join(texts[0] for texts in slots[: form.required])}"
    if not slots:
        yield form.name
    for index, texts in enumerate(slots):
        for text in texts:
            operands = [rng.choice(other) for other in slots]
            operands[index] = text
            yield f"{form.name} {', '.join(operands)}"
    for _ in range(150 if form.insn and rules(form.insn.name, 64) else 0):
        operands = [rng.choice(texts) for texts in slots]
        if len(slots) > 1 and operands[0] in slots[1]:
            operands[1] = operands[0]
        yield f"{form.name} {', '.join(operands)}"


def batch(xlen: int, rvc: bool, bit_manipulation: bool) -> list[str]:
    """Lines for every form at a width that needs no symbol; with or without c.* rows, with or without Zb*."""
    rng, found = random.Random(xlen + rvc), []
    for name in mnemonics(xlen):
        known = forms(name, xlen)
        for form in known:
            computed = any(slot.word in ("symbol", "value", "rt") for slot in form.slots)
            compressed = form.insn is not None and form.insn.length == 2
            zb = form.ext.startswith("Zb")
            if (
                computed
                or (compressed and not rvc)
                or (form.without and bit_manipulation)
                or (zb and not bit_manipulation)
            ):
                continue
            found += sorted(set(lines(form, rng)))
            if form.insn and form.insn.ordered:
                found += [line.replace(name, name + suffix, 1) for suffix in ORDERINGS for line in lines(form, rng)]
    return [line for line in found if line != "c.nop 0"]  # clang wants c.nop with a hint of 1 or more
