"""Locations: what a person writes for a place in the program, as addresses.

main    main+8    *0x10116    *$pc + 4    hello.s:12    12    +3    loop.s:next
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emu.debug.source.program import Program
from emu.errors import EmuError, did_you_mean

if TYPE_CHECKING:
    from emu.debug.session import Session


class Places(list[int]):
    """Addresses, what was written for them, the line they were found on, and where a function's body begins."""

    def __init__(self, addresses: list[int], text: str, line: tuple[str, int] | None = None) -> None:
        super().__init__(addresses)
        self.text, self.line = text, line
        self.bodies = list(addresses)


def resolve(session: Session, text: str) -> Places:
    """The addresses of a location. EmuError that says what was looked for, with what resembles it."""
    text = text.strip()
    if not text:
        return Places([session.current_frame().pc], "*$pc")
    if text[0] == "*":
        return Places([session.evaluate(text[1:])], text)
    if re.fullmatch(r"[-+]?\d+", text):
        return of_line(session, "", text)
    file, colon, rest = text.rpartition(":")
    if colon and file and "::" not in text:
        return of_line(session, file, rest) if rest.isdigit() else of_function(session, file, rest)
    return of_symbol(session, text)


def of_line(session: Session, file: str, text: str) -> Places:
    """A line, of the current file or a named one; the next one that has code."""
    lines = session.program.lines
    if not lines.rows:
        raise EmuError("the program has no line table", hint="assemble it with emu, or compile with -g; *ADDRESS works")
    here = session.source_here()
    if file:
        names = matching(lines.files, lines.matching(file), file)
    elif here is None:
        raise EmuError("there is no current source file here", hint="give FILE:LINE")
    else:
        names = [here[0]]
    wanted = int(text) + (here[1] if here and text[0] in "+-" else 0)
    found = [(name, *lines.places(name, wanted)) for name in names]
    hits = [(name, line, places) for name, line, places in found if places]
    if not hits:
        last = max((row.line for row in lines.rows if row.file == names[0]), default=0)
        raise EmuError(f"{names[0]} has no code at or behind line {wanted}", hint=f"its last line with code is {last}")
    name, line, addresses = hits[0]
    addresses = first_of_calls(session, addresses)
    places = Places(addresses, f"{name}:{line}", (name, line))
    places.bodies = [body_at(session.program, address) for address in addresses]
    return places


def body_at(program: Program, address: int) -> int:
    """Behind the prologue of compiled code, for an address within it; else the address."""
    function = program.debug.function_at(address) if program.dwarf is not None else None
    body = program.body(function.low) if function is not None else None
    return body if body is not None and function.low <= address < body else address


def first_of_calls(session: Session, addresses: list[int]) -> list[int]:
    """Of the pieces of a line that the compiler made in one function (or one inlined call) the lowest, as gdb does."""
    if session.program.dwarf is None:
        return addresses
    first: dict[int, int] = {}
    for address in sorted(addresses):
        calls = session.program.debug.calls_at(address)
        first.setdefault(calls[0].die.offset if calls else -address, address)
    return sorted(first.values())


def main_source(session: Session) -> tuple[str, int] | None:
    """Where the program's own source begins: what a line number alone means where no source is at hand."""
    symbols, lines = session.program.symbols.by_name, session.program.lines
    for name in ("main", "_start"):
        if name in symbols and (row := lines.find(symbols[name].start)) is not None:
            return row.file, row.line
    return (lines.files[0], 1) if len(lines.files) == 1 else None


def matching(known: list[str], names: list[str], file: str) -> list[str]:
    """The files that a name means; EmuError if there is none."""
    if names:
        return names
    from posixpath import basename

    hint = did_you_mean(file, [*known, *map(basename, known)]) or "info sources shows them"
    raise EmuError(f"no source file is called {file!r}", hint=hint)


def of_function(session: Session, file: str, name: str) -> Places:
    """A symbol of one file."""
    lines = session.program.lines
    names = matching(lines.files, lines.matching(file), file)
    rows = [row for row in session.program.symbols.rows if row.name == name]
    inside = [row.start for row in rows if (found := lines.find(row.start)) and found.file in names]
    if not inside:
        raise EmuError(f"{file} has no symbol {name!r}", hint=did_you_mean(name, session.program.symbols.by_name))
    return with_bodies(session, Places(inside[:1], f"{names[0]}:{name}"))


def of_symbol(session: Session, text: str) -> Places:
    """A symbol, with an offset perhaps, or any expression that is no plain number."""
    symbols = session.program.symbols
    if text in symbols.by_name:
        return with_bodies(session, Places([symbols.by_name[text].start], text))
    name = re.match(r"[A-Za-z_.][\w.$]*(?:::~?[\w.$]+)*", text)
    if session.program.dwarf is not None and (places := session.program.debug.places_of(text)):
        return with_bodies(session, Places(places, text))
    if name and name[0] == text:
        symbols.address(text)  # raises, with a suggestion
    if not name and not re.match(r"0[xX]|\$|\(", text):
        raise EmuError(f"{text!r} is no location", hint="SYMBOL, FILE:LINE, LINE, +LINES or *ADDRESS")
    return Places([session.evaluate(text)], text)


def with_bodies(session: Session, places: Places) -> Places:
    """For functions of compiled code, note where the prologue ends: that is where a breakpoint belongs."""
    program: Program = session.program
    bodies = []
    for start in places:
        body = program.body(start)
        bodies.append(body if body is not None else start)
    places.bodies = bodies
    return places
