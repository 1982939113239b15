"""`list`: lines of a source file, around a place or from one line to another."""

from __future__ import annotations

from typing import Any

from emu.debug.look.code import MOST, text_of
from emu.debug.look.regfile import registers_of
from emu.debug.look.subject import mm_of
from emu.debug.view import Line, Text, View
from emu.errors import EmuError

LIST_LINES = 10


def around(session: Any, at: int | None = None, count: int = LIST_LINES) -> View:
    """The lines around an address (default: pc). EmuError if no line is known for it."""
    mm_of(session)
    at = registers_of(session).pc if at is None else at
    place = session.source(at)
    if place is None:
        raise EmuError(
            f"no source line is known for {at:#x}", hint="programs have lines when assembled by emu, or with -g"
        )
    return listing(session, place[0], place[1] - min(max(count, 1), MOST) // 2, count)


def listing(session: Any, file: str, first: int, count: int = LIST_LINES) -> View:
    """`count` lines of a file from `first` on; => marks where the selected task stands. EmuError beyond its end."""
    first, count = max(1, first), min(max(count, 1), MOST)
    now = session.source(registers_of(session).pc)
    rows = [(n, text_of(session, file, n)) for n in range(first, first + count)]
    while rows and not rows[-1][1]:
        rows.pop()
    known = session.source_lines(file)
    if known is None:
        raise EmuError(f"the text of {file} is not at hand", hint="directory FOLDER lets it be read from there")
    if first > len(known):
        raise EmuError(f"{file} ends with line {len(known)}", hint="list LINE shows what is around a line")
    lines: list[Line] = [
        [("=> " if (file, n) == now else "   ", "head"), (f"{n:>5}  ", "dim"), (text, "insn")] for n, text in rows
    ]
    data = {"file": file, "first": first, "lines": [{"number": n, "text": text} for n, text in rows]}
    return View("list", data, [Text(lines, title=file)])
