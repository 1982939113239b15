"""Stretches of a program as a person writes them: addresses for `disassemble`, lines of a file for `list`."""

from __future__ import annotations

import re
from typing import Any

from emu.debug.look.listing import LIST_LINES, around, listing
from emu.debug.view import View
from emu.errors import EmuError

COUNT = re.compile(r"(?P<where>.*\S)\s+(?P<count>\d+)$")
INSTRUCTIONS = 20


def addresses(session: Any, text: str) -> tuple[int | None, int | None, int]:
    """(first, end, count) of LOCATION, LOCATION COUNT, FROM,TO and FROM,+BYTES; None: pc, or as many as asked."""
    text = text.strip()
    first, comma, last = text.rpartition(",")
    if comma:
        begin = place(session, first)
        end = begin + session.evaluate(last.strip()[1:]) if last.strip()[:1] == "+" else place(session, last)
        if end <= begin:
            raise EmuError(f"{text}: the end lies before the beginning")
        return begin, end, 0
    found = COUNT.match(text)
    count = int(found["count"]) if found else INSTRUCTIONS
    where = found["where"] if found else text
    return (place(session, where) if where else None), None, max(count, 1)


def place(session: Any, text: str) -> int:
    """The first address of a location. EmuError."""
    if re.match(r"0[xX]", text.strip()):
        return session.evaluate(text)
    return session.resolve(text)[0]


def source(session: Any, text: str, before: tuple[str, int, int] | None) -> View:
    """Lines around LOCATION (COUNT of them), FIRST,LAST or FIRST, and ,LAST; without a word those that follow
    `before` (file, first line, line behind the last); - those before it."""
    text = text.strip()
    if text in ("", "+") and before is not None:
        return listing(session, before[0], before[2])
    if text == "-" and before is not None:
        return earlier(session, before[0], before[1])
    if not text:
        return here(session)
    first, comma, last = text.partition(",")
    if comma:
        return between(session, first.strip(), last.strip())
    found = COUNT.match(text)
    count = int(found["count"]) if found else LIST_LINES
    file, line = line_of(session, found["where"] if found else text)
    return listing(session, file, line - count // 2, count)


def here(session: Any) -> View:
    """Around where the selected frame stands; else where the program's own source begins."""
    found = session.frame_source(session.current_frame())
    if found is None and session.engine.tick == session.engine.start_tick:
        found = session.source_here()
    return around(session) if found is None else listing(session, found[0], found[1] - LIST_LINES // 2)


def earlier(session: Any, file: str, first: int) -> View:
    """The lines before a line."""
    if first <= 1:
        raise EmuError(f"{file} begins with line 1")
    return listing(session, file, first - LIST_LINES, min(LIST_LINES, first - 1))


def between(session: Any, first: str, last: str) -> View:
    """From one line to another; one of them may be left out."""
    if not first:
        file, end = line_of(session, last)
        return listing(session, file, end - LIST_LINES + 1, LIST_LINES)
    file, begin = line_of(session, first)
    end = line_of(session, last)[1] if last else begin + LIST_LINES - 1
    if end < begin:
        raise EmuError(f"line {end} lies before line {begin}")
    return listing(session, file, begin, end - begin + 1)


def line_of(session: Any, text: str) -> tuple[str, int]:
    """(file, line) of a location; a line needs no code. EmuError."""
    file, _, number = text.rpartition(":")
    if number.isascii() and number.isdigit() and len(number) < 9:
        lines = session.program.lines
        now = session.source_here()
        if file:
            names = lines.matching(file)
            if not names:
                session.resolve(text)  # raises, with a suggestion
            return names[0], int(number)
        if now is None:
            raise EmuError("there is no current source file here", hint="give FILE:LINE")
        return now[0], int(number)
    places = session.resolve(text)
    found = places.line or session.source(places[0])
    if found is None:
        hint = "programs have lines when assembled by emu, or with -g"
        raise EmuError(f"no source line is known for {text}", hint=hint)
    return found
