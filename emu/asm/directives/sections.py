"""Directives that choose the section. GNU as manual, ".section", ".pushsection", ".subsection"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from emu.asm.directives.table import Arguments, directive
from emu.asm.errors import Mistake
from emu.asm.lexer import number
from emu.asm.sections import FLAG_LETTERS, TYPE_NAMES, Section
from emu.errors import did_you_mean

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler

PLAIN = ".text .data .bss .rodata .sdata .sbss .tdata .tbss .init .fini .eh_frame"


class Spec(NamedTuple):
    """What .section says; None: by the section's name."""

    name: str
    flags: int | None = None
    kind: int | None = None
    entsize: int = 0
    group: tuple = ()


@directive(PLAIN, "[subsection]", "Goes on in the section of that name.")
def plain(asm: Assembler, arguments: Arguments) -> None:
    asm.switch(asm.open_section(arguments.name), _subsection(arguments, 0))


@directive(
    ".section",
    'name[, "flags"[, @type[, entry size][, group[, comdat]]]]',
    "Goes on in a section; flags of a alloc, w write, x execute, M merge, S strings, G group, T thread-local.",
)
def section(asm: Assembler, arguments: Arguments) -> None:
    asm.switch(_open(asm, _spec(arguments)))


@directive(".pushsection", 'name[, subsection][, "flags"[, @type]]', "As .section; .popsection comes back.")
def pushsection(asm: Assembler, arguments: Arguments) -> None:
    asm.section_stack.append((asm.section, asm.section.current, asm.previous))
    texts = arguments.texts
    number_given = len(texts) > 1 and texts[1].isdigit()
    spec = _spec(arguments, skip=1 if number_given else 0)
    asm.switch(_open(asm, spec), _checked_subsection(number(texts[1]), arguments) if number_given else 0)


@directive(".popsection", "", "Comes back from .pushsection.")
def popsection(asm: Assembler, arguments: Arguments) -> None:
    if not asm.section_stack:
        raise Mistake(".popsection without .pushsection", arguments.name_column)
    old, subsection, asm.previous = asm.section_stack.pop()
    asm.enter(old, subsection)


@directive(".previous", "", "Swaps with the section that was current before.")
def previous(asm: Assembler, arguments: Arguments) -> None:
    if asm.previous is None:
        raise Mistake(".previous without a section before", arguments.name_column)
    asm.switch(*asm.previous)


@directive(".subsection", "number", "Goes on in a part of the section; parts are put together by their numbers.")
def subsection(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(1, 1)
    asm.switch(asm.section, _subsection(arguments, 0))


def _subsection(arguments: Arguments, index: int) -> int:
    return _checked_subsection(arguments.integer(index, 0), arguments)


def _checked_subsection(value: int, arguments: Arguments) -> int:
    if not 0 <= value <= 8192:
        raise Mistake("a subsection is a number from 0 to 8192", arguments.name_column)
    return value


def _open(asm: Assembler, spec: Spec) -> Section:
    return asm.open_section(spec.name, spec.kind, spec.flags, spec.entsize, spec.group)


def _spec(arguments: Arguments, skip: int = 0) -> Spec:
    texts = arguments.texts
    if not texts or not texts[0]:
        raise Mistake(f"{arguments.name} needs the name of a section", arguments.name_column)
    name = texts[0].strip('"')
    if re.search(r"\s", name):
        raise Mistake(f"{name!r} is no section name", arguments.column)
    rest = texts[1 + skip :]
    if not rest:
        return Spec(name)
    flags, letters = _flags(rest[0], arguments)
    kind = _kind(rest[1], arguments) if len(rest) > 1 else None
    extra = rest[2:]
    entsize = _entsize(extra.pop(0), arguments) if "M" in letters and extra else 0
    if "o" in letters and extra:
        extra.pop(0)
    return Spec(name, flags, kind, entsize, tuple(word.strip('"') for word in extra if word))


def _flags(text: str, arguments: Arguments) -> tuple[int, str]:
    letters = text.strip('"')
    flags = 0
    for letter in letters:
        if letter not in FLAG_LETTERS:
            raise Mistake(f"unknown section flag {letter!r}", arguments.column, f"flags: {' '.join(FLAG_LETTERS)}")
        flags |= FLAG_LETTERS[letter]
    return flags, letters


def _kind(text: str, arguments: Arguments) -> int:
    word = text.strip().lstrip("@%").strip('"')
    if word in TYPE_NAMES:
        return TYPE_NAMES[word]
    if re.fullmatch(r"0[xX][0-9a-fA-F]{1,8}|\d{1,9}", word):
        return int(word, 0) if word[:1] != "0" or (len(word) > 1 and word[1] in "xX") else int(word, 8)
    raise Mistake(f"unknown section type {word!r}", arguments.column, did_you_mean(word, TYPE_NAMES))


def _entsize(text: str, arguments: Arguments) -> int:
    if not re.fullmatch(r"\d{1,9}", text):
        raise Mistake("the entry size of a section with M is a number", arguments.column)
    return int(text)
