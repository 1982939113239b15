"""Directives about symbols. GNU as manual, ".global", ".set", ".size", ".type", ".comm"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.asm.directives.table import Arguments, directive
from emu.asm.elastic import Align
from emu.asm.errors import Mistake
from emu.asm.limits import MAX_ALIGNMENT
from emu.errors import did_you_mean

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler
    from emu.asm.symbols import Entry

BINDINGS = {".globl": "global", ".global": "global", ".weak": "weak", ".local": "local"}
VISIBILITIES = {".hidden": "hidden", ".protected": "protected", ".internal": "internal"}
TYPES = {
    "function": "func",
    "object": "object",
    "tls_object": "tls",
    "common": "object",
    "notype": "notype",
    "gnu_indirect_function": "ifunc",
    "gnu_unique_object": "object",
    "stt_func": "func",
    "stt_object": "object",
    "stt_tls": "tls",
    "stt_notype": "notype",
}


@directive(".globl .global", "symbol, …", "Other files may use these symbols, or these come from other files.")
@directive(".weak", "symbol, …", "As .globl, but another definition wins, and none at all means address 0.")
@directive(".local", "symbol, …", "Only this file may use these symbols.")
def binding(asm: Assembler, arguments: Arguments) -> None:
    for entry in _entries(asm, arguments):
        entry.binding = BINDINGS[arguments.name]


@directive(".hidden .protected .internal", "symbol, …", "How far outside a shared library these symbols are seen.")
def visibility(asm: Assembler, arguments: Arguments) -> None:
    for entry in _entries(asm, arguments):
        entry.visibility = VISIBILITIES[arguments.name]


@directive(".extern", "symbol, …", "Nothing: symbols that are not defined are looked for in other files anyway.")
def extern(asm: Assembler, arguments: Arguments) -> None:
    for index in range(len(arguments)):
        arguments.symbol(index)


def _entries(asm: Assembler, arguments: Arguments) -> list[Entry]:
    if not len(arguments):
        raise Mistake(f"{arguments.name} needs the name of a symbol", arguments.name_column)
    return [_entry(asm, arguments, index) for index in range(len(arguments))]


def _entry(asm: Assembler, arguments: Arguments, index: int) -> Entry:
    return asm.symbols.get(arguments.symbol(index))


@directive(".set .equ", "symbol, expression", "Gives a symbol a value; it may get another one later.")
@directive(".equiv .eqv", "symbol, expression", "Gives a symbol a value that may not change.")
def assign(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(2, 2)
    name, value = arguments.symbol(0), arguments.expression(1)
    if name == ".":
        raise Mistake("write .org to move the location counter", arguments.at(0))
    asm.symbols.assign(name, value, arguments.at(0), once=arguments.name in (".equiv", ".eqv"))


@directive(".type", "symbol, @function or @object", "What a symbol is, for debuggers and linkers.")
def kind(asm: Assembler, arguments: Arguments) -> None:
    words = arguments.text.replace(",", " ").split()
    if len(words) != 2:
        raise Mistake(".type needs a symbol and a type", arguments.name_column)
    word = words[1].strip('@%#"').lower()
    if word not in TYPES:
        column = arguments.column + arguments.text.rfind(words[1])
        raise Mistake(f"unknown type {word!r}", column, did_you_mean(word, TYPES))
    asm.symbols.get(words[0].strip('"')).kind = TYPES[word]


@directive(".size", "symbol, expression", "The bytes that a symbol covers, for debuggers.")
def size(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(2, 2)
    _entry(asm, arguments, 0).size = arguments.expression(1)


def _alignment(arguments: Arguments) -> int:
    alignment = arguments.integer(2, 1)
    if not 0 < alignment <= MAX_ALIGNMENT or alignment & (alignment - 1):
        raise Mistake("the alignment must be a power of two", arguments.at(2))
    return alignment


@directive(".comm .common", "symbol, size[, alignment]", "Zeroed storage that all files naming it share.")
@directive(".lcomm", "symbol, size[, alignment]", "Zeroed storage of this file.")
def common(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(2, 3)
    name, count = arguments.symbol(0), arguments.integer(1)
    if count < 0:
        raise Mistake("the size must not be negative", arguments.at(1))
    alignment = _alignment(arguments)
    if arguments.name == ".lcomm" or asm.symbols.get(name).binding == "local":
        return storage(asm, name, count, alignment, arguments.at(0))
    return asm.symbols.common(name, count, alignment, arguments.at(0))


def storage(asm: Assembler, name: str, size: int, alignment: int, column: int) -> None:
    """Defines a label with `size` bytes in .bss."""
    here = asm.section, asm.section.current
    section = asm.bss()
    asm.enter(section, 0)
    section.alignment = max(section.alignment, alignment)
    section.add(Align(section, asm.line, alignment, b"\0", None, False))
    asm.symbols.label(name, column)
    asm.symbols.get(name).kind, asm.symbols.get(name).size = "object", size
    section.space(asm.line, size)
    asm.enter(*here)


@directive(".weakref", "alias, symbol", "Another name for a symbol that may be missing.")
def weakref(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(2, 2)
    target = _entry(asm, arguments, 1)
    if not target.is_defined:
        target.binding = target.binding or "weak"
    asm.symbols.assign(arguments.symbol(0), arguments.expression(1), arguments.at(0))
