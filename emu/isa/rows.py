"""How the rows of THE table are written and read. The rows stand in `emu/isa/tables/`, two lines each:

    == EXT XLEN...                                    the extension and widths of the rows that follow
    name  bits  operands  semantics                   or "=> base instruction" for a compressed one
        summary.  example                             the example is made from the operands when left out

Parts are divided by two or more spaces. Bits read from the top one down; '.' is an operand bit. Operands are fields of
`emu.isa.formats` in GNU order; '-' is none, [...] may be left out in text, {...} are fields that are never written (aq
and rl are suffixes of the name).

Semantics: rd, rs1 … are register values, signed; u marks an unsigned operator; M8 … M64 memory, little-endian; `sext`
and `zext` extend to XLEN, `sext32` takes the low 32 bits first; results wrap to XLEN; `next` is the address after this
instruction, where pc goes unless assigned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from emu.isa.formats import FIELDS, Field, fields_in, replace_fields


class Insn(NamedTuple):
    """One instruction in one encoding; `syntax` holds field names as words, `fields` all fields, hidden ones last."""

    name: str
    ext: str
    xlens: tuple[int, ...]
    length: int
    match: int
    mask: int
    syntax: str
    operands: tuple[str, ...]
    fields: tuple[Field, ...]
    semantics: str
    summary: str
    example: str
    expands: str
    bits: str

    def matches(self, word: int) -> bool:
        """Whether the word is this instruction: fixed bits as given, and no operand reserved."""
        return word & self.mask == self.match and all(
            f.extract(word) not in f.exclude for f in self.fields if f.exclude
        )

    @property
    def ordered(self) -> bool:
        """Whether .aq, .rl and .aqrl may follow the name."""
        return any(f.kind == "order" for f in self.fields)

    def __repr__(self) -> str:
        return f"<Insn {self.name} {self.syntax}>"


def _make(first: str, second: str, ext: str, xlens: tuple[int, ...]) -> Insn:
    name, pattern, syntax, semantics = re.split(r" {2,}", first.strip(), maxsplit=3)
    summary, _, example = second.strip().partition("  ")
    pattern = pattern.replace(" ", "")
    syntax, _, hidden = syntax.partition("{")
    syntax = syntax.strip().replace("-", "")
    operands = fields_in(syntax)
    fields = tuple(FIELDS[w] for w in (*operands, *hidden.rstrip("}").split()))
    expands = semantics.removeprefix("=> ") if semantics.startswith("=> ") else ""
    return Insn(
        name=name,
        ext=ext,
        xlens=xlens,
        length=len(pattern) // 8,
        match=int(pattern.replace(".", "0"), 2),
        mask=int(pattern.replace("0", "1").replace(".", "0"), 2),
        syntax=syntax,
        operands=operands,
        fields=fields,
        semantics="" if expands else semantics,
        summary=summary,
        example=example.strip() or _example(name, syntax),
        expands=expands,
        bits=pattern,
    )


def _example(name: str, syntax: str) -> str:
    """`addi a0, a1, 16`: each field's sample in its place."""
    text = re.sub(r"\[.*", "", syntax)
    return f"{name} {replace_fields(text, lambda field: field.sample)}".strip()


def parse_rows(text: str) -> Iterator[Insn]:
    """The rows of one module of `emu/isa/tables/`."""
    ext, xlens = "", ()
    lines = iter(filter(None, text.splitlines()))
    for line in lines:
        if line.startswith("=="):
            _, ext, *widths = line.split()
            xlens = tuple(map(int, widths))
        else:
            yield _make(line, next(lines), ext, xlens)
