"""Directives that put numbers and strings into a section. GNU as manual, ".byte" and its kin."""

from __future__ import annotations

import math
import re
import struct
from typing import TYPE_CHECKING

from emu.asm.directives.table import Arguments, directive
from emu.asm.elastic import Leb
from emu.asm.errors import Mistake
from emu.asm.fragments import Fixup
from emu.asm.leb128 import sleb128, uleb128
from emu.asm.limits import MAX_OUTPUT

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler

SIZES = {
    **dict.fromkeys([".byte", ".1byte", ".dc.b"], 1),
    **dict.fromkeys([".half", ".short", ".hword", ".2byte", ".dc.w"], 2),
    **dict.fromkeys([".word", ".long", ".int", ".4byte", ".dc.l"], 4),
    **dict.fromkeys([".dword", ".quad", ".8byte", ".dc.x"], 8),
}


def append(asm: Assembler, data: bytes) -> None:
    """Adds bytes to the current section."""
    if data:
        asm.section.count(len(data))
        asm.section.data(asm.line).data.extend(data)


@directive(" ".join(SIZES), "expression, …", "Numbers of 1, 2, 4 or 8 bytes, little-endian.")
def numbers(asm: Assembler, arguments: Arguments) -> None:
    size = SIZES[arguments.name]
    if asm.section.is_nobits:
        return _nobits(asm, arguments, size)
    data = asm.section.data(asm.line)
    for index in range(len(arguments)):
        node = arguments.expression(index)
        if type(node) is int:
            value = checked(node, size, arguments.at(index))
        else:
            value = 0
            data.fixups.append(Fixup(len(data.data), f"DATA{size}", node, asm.line, arguments.at(index)))
        data.data += value.to_bytes(size, "little")
    return asm.section.count(size * len(arguments))


def _nobits(asm: Assembler, arguments: Arguments, size: int) -> None:
    for index in range(len(arguments)):
        if arguments.integer(index):
            raise Mistake(f"section {asm.section.name} holds only zeros", arguments.at(index), "use section .data")
        asm.section.space(asm.line, size)


def checked(value: int, size: int, column: int) -> int:
    """The value as an unsigned number of `size` bytes; Mistake if it fits neither signed nor unsigned."""
    bits = 8 * size
    if size < 8 and not -(1 << (bits - 1)) <= value < 1 << bits:
        raise Mistake(
            f"{value} does not fit in {size} byte{'s' * (size > 1)}", column, f"{-(1 << bits - 1)}..{(1 << bits) - 1}"
        )
    return value & ((1 << bits) - 1)


@directive(".octa", "number, …", "Numbers of 16 bytes.")
def octa(asm: Assembler, arguments: Arguments) -> None:
    for part in arguments.parts:
        sign = -1 if part[0].value == "-" else 1
        if part[-1].kind != "number" or len(part) != (2 if sign < 0 else 1) or part[-1].value >= 1 << 128:
            raise Mistake("expected a number of up to 128 bits", part[0].start)
        append(asm, (sign * part[-1].value & (1 << 128) - 1).to_bytes(16, "little"))


@directive(".uleb128 .sleb128", "expression, …", "Numbers of variable length, as DWARF writes them.")
def leb128(asm: Assembler, arguments: Arguments) -> None:
    signed = arguments.name == ".sleb128"
    for index in range(len(arguments)):
        node = arguments.expression(index)
        known = asm.evaluator.known(node)
        if known is not None:
            append(asm, sleb128(known) if signed else uleb128(known))
        else:
            asm.section.data(asm.line)
            asm.section.add(Leb(asm.section, asm.line, node, signed, arguments.at(index)))


@directive(".ascii .asciz .string", '"text", …', "Characters; .asciz and .string end each string with a 0.")
def strings(asm: Assembler, arguments: Arguments) -> None:
    end = b"" if arguments.name == ".ascii" else b"\0"
    for part in arguments.parts:
        for token in part:
            if token.kind != "string":
                raise Mistake(f'{arguments.name} needs a "string"', token.start)
        append(asm, b"".join(token.value for token in part) + end)


_FLOATS = {".float": "<f", ".single": "<f", ".dc.s": "<f", ".double": "<d", ".dc.d": "<d"}
NANS = {"<f": b"\xff\xff\xff\x7f", "<d": b"\xff\xff\xff\xff\xff\xff\xff\x7f"}
_PREFIX = re.compile(r"0[fFdDeE](?=[-+.\d])")


@directive(" ".join(_FLOATS), "number, …", "Floating-point numbers of 4 or 8 bytes.")
def floats(asm: Assembler, arguments: Arguments) -> None:
    for text in arguments.texts:
        value, form = _float(text, arguments), _FLOATS[arguments.name]
        append(asm, NANS[form] if math.isnan(value) else struct.pack(form, value))


def _float(text: str, arguments: Arguments) -> float:
    single = _FLOATS[arguments.name] == "<f"
    try:
        text = _PREFIX.sub("", text)
        value = float.fromhex(text) if "x" in text.lower() else float(text)
        if single and math.isfinite(value):
            struct.pack("<f", value)
        return value
    except (ValueError, OverflowError):
        raise Mistake(f"{text!r} is no floating-point number of this size", arguments.column) from None


@directive(".incbin", '"file"[, skip[, count]]', "The bytes of a file.")
def incbin(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(1, 3)
    contents = asm.read(arguments.string(0), arguments.at(0))
    skip = arguments.integer(1, 0)
    count = arguments.integer(2, MAX_OUTPUT)
    if skip < 0 or count < 0:
        raise Mistake("skip and count must not be negative", arguments.at(1))
    append(asm, contents[skip : skip + count])
