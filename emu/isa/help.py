"""What `emu help insn NAME` says, as text: syntax, encoding, meaning, example, relatives. Computes, never prints."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emu.errors import EmuError, did_you_mean
from emu.isa.formats import FIELDS, Field, readable
from emu.isa.insns import BY_NAME, INSNS, Insn, base_operands, encode, lookup_mnemonic
from emu.isa.pseudo import PSEUDO_BY_NAME, PSEUDOS, Pseudo, lookup_pseudo
from emu.isa.text import ROUNDING_NAMES, fence_letters, parse

# Where the manual draws the borders of a 32-bit word; fixed bits are cut there.
_BORDERS = {4: (25, 20, 15, 12, 7), 2: (13, 2)}


def insn_help(name: str, xlen: int = 64) -> str:
    """Everything known about an instruction or pseudo-instruction. Raises EmuError with a hint for an unknown name."""
    name = name.lower()
    found = lookup_mnemonic(name, xlen) or lookup_mnemonic(name, 96 - xlen)
    pseudos = lookup_pseudo(name, xlen) or lookup_pseudo(name, 96 - xlen)
    if not found and not pseudos:
        known = BY_NAME.keys() | PSEUDO_BY_NAME.keys()
        raise EmuError(f"there is no instruction {name!r}", hint=did_you_mean(name, sorted(known)))
    lines = list(_insn_lines(found[0], xlen)) if found else []
    for pseudo in pseudos:
        lines += ["", *_pseudo_lines(pseudo)] if lines else _pseudo_lines(pseudo)
    return "\n".join(lines)


def encoded_example(insn: Insn) -> int:
    """The word of the row's example."""
    mnemonic, _, text = insn.example.partition(" ")
    slots, tokens = (re.findall(r"[^\s,()\[\]]+", side) for side in (insn.syntax, text))
    pairs = zip(slots, tokens, strict=False)  # optional operands may be missing at the end
    values = {slot: parse(FIELDS[slot], token) for slot, token in pairs if slot in FIELDS}
    return encode(insn, values | lookup_mnemonic(mnemonic, insn.xlens[0])[1])


def hex_word(insn: Insn, word: int) -> str:
    """The word in hex, as wide as the instruction."""
    return f"{word:#0{2 + 2 * insn.length}x}"


def relatives(insn: Insn) -> list[Insn]:
    """The compressed forms of a base instruction."""
    return [i for i in INSNS if i.expands and base_operands(i)[0] == insn.name and set(i.xlens) & set(insn.xlens)]


def pseudos_of(insn: Insn) -> list[Pseudo]:
    """The templates that come to exactly this instruction, under another name."""
    rows = (p for p in PSEUDOS if p.mark in "=>" and p.bases == (insn.name,) and set(p.xlens) & set(insn.xlens))
    return [p for p in rows if p.name != insn.name]


def _insn_lines(insn: Insn, xlen: int) -> Iterator[str]:
    widths = " and ".join(f"RV{x}" for x in insn.xlens)
    suffixes = "[.aq][.rl]" if insn.ordered else ""
    yield f"{insn.name}{suffixes} {readable(insn.syntax)}".ljust(48) + f"{insn.ext}, {widths}"
    yield insn.summary
    yield ""
    yield f"    {insn.semantics or 'stands for  ' + readable(insn.expands)}"
    yield ""
    yield from (f"    {line}" for line in diagram(insn))
    yield ""
    yield from (f"    {field.label:<10}  {limits(field)}" for field in insn.fields if limits(field))
    yield f"    example     {insn.example:<30}  {hex_word(insn, encoded_example(insn))}"
    for title, items in (("compressed", _compressed_text(insn)), ("pseudo", _pseudo_text(insn))):
        yield from (f"    {title if i == 0 else '':<10}  {item}" for i, item in enumerate(items))


def _compressed_text(insn: Insn) -> list[str]:
    return [f"{f'{i.name} {readable(i.syntax)}':<30}  = {readable(i.expands)}" for i in relatives(insn)]


def _pseudo_text(insn: Insn) -> list[str]:
    return [f"{f'{p.name} {readable(p.syntax)}':<30}  = {readable(p.templates[0])}" for p in pseudos_of(insn)]


def _pseudo_lines(pseudo: Pseudo) -> list[str]:
    head = f"{pseudo.name} {readable(pseudo.syntax)}".ljust(48) + "pseudo-instruction"
    how = "computed, for instance" if pseudo.computed else "stands for"
    return [head, pseudo.summary, "", f"    {how}", *(f"        {readable(t)}" for t in pseudo.templates)]


def limits(field: Field) -> str:
    """What values an operand takes, in words; empty for a plain register."""
    if field.kind == "upper":
        return "0..0xfffff" if field.minimum == -1 << 31 else "1..31 or 0xfffe0..0xfffff"
    if field.kind in ("imm", "shamt", "pcrel"):
        scale = f", a multiple of {field.scale}" if field.scale > 1 else ""
        what = ", from this instruction" if field.kind == "pcrel" else ""
        return f"{field.minimum}..{field.maximum}{scale}{what}{', not 0' if 0 in field.exclude else ''}"
    if field.bias:
        return "s0, s1, a0..a5 (f: fs0, fs1, fa0..fa5)" if field.kind == "freg" else "s0, s1, a0..a5"
    if field.kind == "xreg" and field.exclude:
        return "any register but " + ", ".join(f"x{n}" for n in field.exclude)
    if field.kind == "fence":
        return f"letters of {fence_letters(15)}: device input, output, memory reads, writes"
    if field.kind == "rm":
        return f"rne rtz rdn rup rmm dyn; {ROUNDING_NAMES[field.default]} if left out"
    return "a name or a number" if field.kind == "csr" else ""


def diagram(insn: Insn) -> list[str]:
    """The encoding drawn as the manual does: a line of bit numbers and a line of boxes."""
    numbers, boxes = "", ""
    for hi, lo, label in cells(insn):
        ends = (str(hi), str(lo)) if hi != lo else (str(hi), "")
        width = max(len(label) + 2, len(ends[0]) + len(ends[1]) + 1)
        numbers += " " + ends[0] + ends[1].rjust(width - len(ends[0]))
        boxes += "|" + label.center(width)
    return [numbers, boxes + "|"]


def cells(insn: Insn) -> Iterator[tuple[int, int, str]]:
    """Runs of bits (hi, lo, label): fixed bits cut at the format's borders, adjacent parts of one field joined."""
    top = 8 * insn.length - 1
    owner = {bit: field for field in insn.fields for bit in range(top + 1) if field.bits >> bit & 1}
    hi = top
    for bit in range(top, -1, -1):
        field, below = owner.get(bit), owner.get(bit - 1)
        if bit == 0 or field is not below or (field is None and bit in _BORDERS[insn.length]):
            yield hi, bit, _cell_label(field, hi, bit) if field else insn.bits[top - hi : top - bit + 1]
            hi = bit - 1


def _cell_label(field: Field, hi: int, lo: int) -> str:
    """`rs1`, or the value bits that stand there: `imm[4:1|11]`; the order is the instruction's."""
    if field.role != "imm":
        return field.label
    here = (s for s in sorted(field.segments, reverse=True) if lo <= s[1] and s[0] <= hi)
    parts = ((to + top - bottom, to) for top, bottom, to in here)
    inside = "|".join(f"{top}:{bottom}" if top != bottom else f"{top}" for top, bottom in parts)
    return f"{field.label}[{inside}]"
