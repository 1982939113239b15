"""Directives that leave room: zeros, fills, alignment, .org. GNU as manual, ".align", ".fill", ".org", ".skip"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.asm.directives.table import Arguments, directive
from emu.asm.elastic import Align, Fill, Org
from emu.asm.errors import Mistake
from emu.asm.limits import MAX_ALIGNMENT
from emu.asm.nodes import Node

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler

INLINE = 4096  # bytes of fill that are stored at once; more take a fragment of their own


@directive(".zero .skip .space .ds.b", "count[, byte]", "So many bytes, 0 or as given.")
def zero(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(1, 2)
    pattern = (arguments.integer(1, 0) & 0xFF).to_bytes(1, "little")
    _fill(asm, arguments, arguments.expression(0), pattern)


@directive(".fill", "count[, size[, value]]", "`count` numbers of `size` bytes (at most 8, of which 4 hold the value).")
def fill(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(1, 3)
    size = arguments.integer(1, 1)
    if size < 0:
        raise Mistake("size must not be negative", arguments.at(1))
    value = (arguments.integer(2, 0) & 0xFFFFFFFF).to_bytes(4, "little") + bytes(4)
    pattern = value[: min(size, 8)]
    if pattern:
        _fill(asm, arguments, arguments.expression(0), pattern)


def _fill(asm: Assembler, arguments: Arguments, node: Node, pattern: bytes) -> None:
    section, count = asm.section, asm.evaluator.known(node)
    if section.is_nobits and any(pattern):
        raise Mistake(f"section {section.name} holds only zeros", arguments.name_column, "use section .data")
    if count is None:
        section.position(asm.line)
        section.add(Fill(section, asm.line, node, pattern, arguments.at(0)))
        return
    if count < 0:
        raise Mistake(f"{arguments.name}: count {count} is negative", arguments.at(0))
    size = count * len(pattern)
    if section.is_nobits or (size > INLINE and not any(pattern)):
        section.space(asm.line, size)
    else:
        section.count(size)
        section.data(asm.line).data.extend(pattern * count)


@directive(".org", "offset[, byte]", "Goes forward to an offset of the section.")
def org(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(1, 2)
    pattern = (arguments.integer(1, 0) & 0xFF).to_bytes(1, "little")
    asm.section.position(asm.line)
    asm.section.add(Org(asm.section, asm.line, arguments.expression(0), pattern, arguments.at(0)))


# name -> (whether the argument is an exponent of two, bytes of the fill value)
_ALIGN = {
    ".align": (True, 1),
    ".p2align": (True, 1),
    ".p2alignw": (True, 2),
    ".p2alignl": (True, 4),
    ".balign": (False, 1),
    ".balignw": (False, 2),
    ".balignl": (False, 4),
}


@directive(
    ".align .p2align .p2alignw .p2alignl", "exponent[, fill[, limit]]", "Goes to a multiple of 2 to the exponent."
)
@directive(".balign .balignw .balignl", "bytes[, fill[, limit]]", "Goes to a multiple of so many bytes.")
def align(asm: Assembler, arguments: Arguments) -> None:
    texts = arguments.texts
    if not 1 <= len(texts) <= 3:
        raise Mistake(f"{arguments.name} takes 1 to 3 arguments, found {len(texts)}", arguments.name_column)
    numbers = [arguments.number_of(asm.expression(t, arguments.column), arguments.column) if t else None for t in texts]
    boundary, value, limit = (*numbers, None, None)[:3]
    exponent, width = _ALIGN[arguments.name]
    alignment = _alignment(boundary or 0, exponent, arguments)
    section = asm.section
    pattern = (
        None if value is None and section.is_code else ((value or 0) & (1 << 8 * width) - 1).to_bytes(width, "little")
    )
    if alignment > 1:
        section.position(asm.line)
        section.alignment = max(section.alignment, alignment)
        section.add(Align(section, asm.line, alignment, pattern, limit, asm.rvc_used))


def _alignment(boundary: int, exponent: bool, arguments: Arguments) -> int:
    if exponent and 0 <= boundary < 64:
        boundary = 1 << boundary
    elif exponent or boundary < 0 or boundary & (boundary - 1):
        what = f"an exponent from 0 to {MAX_ALIGNMENT.bit_length() - 1}" if exponent else "a power of two"
        raise Mistake(f"{arguments.name} needs {what}, found {boundary}", arguments.column)
    if boundary > MAX_ALIGNMENT:
        hint = f".align n means 2 to the n; for bytes write .balign {boundary.bit_length() - 1}" if exponent else ""
        raise Mistake(f"alignment of {boundary} bytes is more than {MAX_ALIGNMENT}", arguments.column, hint)
    return boundary
