"""Writes docs/isa.md from the tables in emu/isa; tests/isa checks that it is current."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from emu.isa.abi import X_NAMES, register_role
from emu.isa.causes import CAUSE_NAMES
from emu.isa.csrs import CSRS
from emu.isa.formats import readable
from emu.isa.help import encoded_example, hex_word
from emu.isa.insns import INSNS, Insn
from emu.isa.pseudo import PSEUDOS

TARGET = Path(__file__).resolve().parent.parent / "docs" / "isa.md"

INTRO = """# The instruction set

Generated from `emu/isa` by `tools/gen_isa_docs.py`; `emu help insn NAME` shows one instruction with its encoding drawn.

In the meanings, `rd`, `rs1`, … stand for the registers' values, signed; an operator with `u` is unsigned; `M8` … `M64`
are memory, little-endian; `sext` and `zext` extend to the register width XLEN, `sext32` takes the low 32 bits first;
results wrap to XLEN. `next` is the address after this instruction; pc goes there unless it is assigned. Operands with a
prime are the registers s0, s1, a0 to a5, the only ones that fit in the short fields of compressed instructions.
"""


def table(head: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A Markdown table; cells may hold '|'."""
    columns = head.split(", ")
    for row in (columns, ["---"] * len(columns), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def insn_row(insn: Insn) -> tuple[str, ...]:
    """Syntax, meaning, summary and example of one row."""
    order = "[.aq][.rl]" if insn.ordered else ""
    syntax = f"`{insn.name}{order} {readable(insn.syntax)}".strip() + "`"
    meaning = f"`{insn.semantics or readable(insn.expands)}`"
    return syntax, meaning, insn.summary, f"`{insn.example}`", f"`{hex_word(insn, encoded_example(insn))}`"


def insn_sections() -> Iterator[str]:
    """One table per extension and width, in the order of the tables."""
    sections: dict[tuple[str, tuple[int, ...]], list[Insn]] = {}
    for insn in INSNS:
        sections.setdefault((insn.ext, insn.xlens), []).append(insn)
    for (ext, xlens), rows in sections.items():
        yield f"\n## {ext}, {' and '.join(f'RV{x}' for x in xlens)}\n"
        yield from table("instruction, meaning, in words, example, encoded", map(insn_row, rows))


def pseudo_section() -> Iterator[str]:
    """All pseudo-instructions that can be written."""
    yield "\n## Pseudo-instructions\n"
    yield "Those marked * are computed by the assembler: what is shown is the longest form.\n"
    rows = []
    for p in PSEUDOS:
        if p.mark != "<":
            only = f"RV{p.xlens[0]}" if len(p.xlens) == 1 else ""
            needs = " ".join(
                filter(None, (only, p.ext if p.ext != "I" else "", f"without {p.without}" * bool(p.without)))
            )
            stands = "; ".join(map(readable, p.templates)) + (" *" if p.computed else "")
            rows.append((f"`{p.name} {readable(p.syntax)}".strip() + "`", f"`{stands}`", needs, p.summary))
    yield from table("written, stands for, needs, in words", rows)


def small_sections() -> Iterator[str]:
    """Registers, CSRs and trap causes."""
    yield "\n## Registers\n"
    yield from table("register, name, use", ((f"x{i}", name, register_role(i)) for i, name in enumerate(X_NAMES)))
    yield "\n## Control and status registers\n"
    csrs = [c for c in CSRS if "hpm" not in c.name and "pmp" not in c.name]
    yield from table(
        "number, name, width, holds", ((f"`{c.number:#05x}`", c.name, _widths(c.xlens), c.summary) for c in csrs)
    )
    yield "\n## Trap causes\n"
    yield from table("cause, name", ((str(number), name) for number, name in CAUSE_NAMES.items()))


def _widths(xlens: tuple[int, ...]) -> str:
    return "both" if len(xlens) == 2 else f"RV{xlens[0]}"


def document() -> str:
    """The whole of docs/isa.md."""
    return "\n".join((INTRO.rstrip("\n"), *insn_sections(), *pseudo_section(), *small_sections())) + "\n"


if __name__ == "__main__":
    TARGET.write_text(document())
