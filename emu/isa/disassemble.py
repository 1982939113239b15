"""Machine words to text, as objdump prints them: from the same syntax strings, with aliases from the second table."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from emu.isa.formats import FIELDS, Field, replace_fields
from emu.isa.insns import Decoded, decode, expand
from emu.isa.pseudo import PSEUDOS, Pseudo, template_operands
from emu.isa.text import show

Symbols = Callable[[int], str | None]  # address -> "main+0x10", or None

_OPTIONAL = re.compile(r"\[(,? ?)([a-z_0-9]+)\]")


def disassemble(word: int, pc: int, xlen: int, *, symbols: Symbols | None = None, aliases: bool = True) -> str:
    """One instruction as text; `.2byte`/`.4byte` where decode gives None. Never raises.

    With aliases, pseudo-instructions are preferred and a compressed instruction reads as the one it stands for;
    without, each row of the table under its own name. Targets are addresses, followed by `<symbol>` if one is known.
    """
    decoded = decode(word, xlen)
    if decoded is None:
        return data_text(word)
    alias = (_alias(decoded, xlen) or _alias(expand(decoded, xlen), xlen)) if aliases else None
    if alias:
        name, syntax, values = alias
    else:
        shown = expand(decoded, xlen) if aliases else decoded
        name, syntax, values = shown.mnemonic, shown.insn.syntax, shown.operands
    text = f"{name} {_fill(syntax, values, pc, xlen, symbols)}".strip()
    if any(decoded.operands[f.name] for f in decoded.insn.fields if f.kind == "ignored"):
        return f"{data_text(word)}  # {text}"  # legal, but no assembler would write these bits
    return text


def data_text(word: int) -> str:
    """A word that is no instruction, as the directive that would assemble to it."""
    return f".4byte {word & 0xFFFFFFFF:#010x}" if word & 3 == 3 else f".2byte {word & 0xFFFF:#06x}"


def _fill(syntax: str, values: dict[str, int], pc: int, xlen: int, symbols: Symbols | None) -> str:
    """The syntax string with every field name replaced by its operand, optional ones dropped at their default."""

    def optional(found: re.Match[str]) -> str:
        comma, name = found.groups()
        return "" if values[name] == FIELDS[name].default else comma + name

    def operand(field: Field) -> str:
        value = values[field.name]
        text = show(field, value, pc, xlen)
        name = symbols((pc + value) & ((1 << xlen) - 1)) if symbols and field.kind == "pcrel" else None
        return f"{text} <{name}>" if name else text

    return replace_fields(_OPTIONAL.sub(optional, syntax), operand)


@cache
def _aliases(name: str, xlen: int) -> tuple[tuple[Pseudo, dict[str, Field | str | int]], ...]:
    """The printable pseudo-instructions over one base instruction, in the table's order."""
    rows = (p for p in PSEUDOS if p.mark in "=<" and p.bases == (name,) and xlen in p.xlens)
    return tuple((p, template_operands(p.templates[0], xlen)[1]) for p in rows)


def _alias(decoded: Decoded, xlen: int) -> tuple[str, str, dict[str, int]] | None:
    """(name, syntax, values) of the first pseudo-instruction whose template the operands fit."""
    for pseudo, template in _aliases(decoded.insn.name, xlen):
        bound: dict[str, int] = {}
        for operand, wanted in template.items():
            value = decoded.operands[operand]
            if (bound.setdefault(wanted.name, value) if isinstance(wanted, Field) else wanted) != value:
                break
        else:
            return pseudo.name, pseudo.syntax, bound
    return None
