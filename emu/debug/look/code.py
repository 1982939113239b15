"""`disassemble`: the instructions at an address with their source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emu.debug.control import predecoded
from emu.debug.look.regfile import registers_of
from emu.debug.look.subject import machine_of, mm_of
from emu.debug.look.words import address
from emu.debug.view import Line, Text, View
from emu.errors import EmuError
from emu.isa.disassemble import disassemble as as_text

Read = Callable[[int, int], bytes | None]
MOST, WIDEST, LOOKED_AT = 4096, 40, 256


def fetch(read: Read, pc: int) -> int | None:
    """The 16 or 32 bits of the instruction at pc; None where there are none."""
    low = read(pc, 2)
    if low is None or low[0] & 3 != 3:
        return None if low is None else int.from_bytes(low, "little")
    high = read(pc + 2, 2)
    return None if high is None else int.from_bytes(low + high, "little")


def decode_from(session: Any, at: int, count: int, read: Read, until: int | None = None) -> list[dict[str, Any]]:
    """Instructions from an address on: address, word, length, text, symbol, source."""
    xlen, found = machine_of(session).xlen, []
    mm = mm_of(session) if read == session.read else None
    while len(found) < count and (until is None or at < until):
        word = fetch(read, at)
        if word is None:
            break
        length = 4 if word & 3 == 3 else 2
        text = as_text(word, at, xlen, symbols=session.symbolize)
        old = predecoded.stale(machine_of(session), mm, at, word) if mm is not None and len(found) < LOOKED_AT else None
        source = session.source(at)
        place = f"{source[0]}:{source[1]}" if source else ""
        found.append(
            {
                "address": at,
                "word": word,
                "length": length,
                "text": text,
                "symbol": session.symbolize(at),
                "source": place,
            }
            | ({"runs": old.spell()} if old is not None else {})
        )
        at += length
    return found


def some_from(session: Any, at: int, count: int, read: Read, until: int | None = None) -> list[dict[str, Any]]:
    """As decode_from. EmuError if there is no memory at all."""
    rows = decode_from(session, at, count, read, until)
    if not rows:
        raise EmuError(f"can't read {at:#x}: no page is there", hint=f"`walk {at:#x}` shows why")
    return rows


def instructions(session: Any, at: int, count: int, read: Read) -> View:
    """x/i: instructions without source lines between. EmuError if there is no memory at all."""
    rows = some_from(session, at, count, read)
    after = rows[-1]["address"] + rows[-1]["length"]
    here = registers_of(session).pc
    data = {"address": at, "format": "i", "instructions": rows, "next": after}
    notes = [] if len(rows) == count else [f"can't read {after:#x}: no page is there"]
    width = name_width(rows)
    return View("memory", data, [Text([one_line(session, row, here, width) for row in rows])], notes)


def disassemble(
    session: Any, at: int | None = None, end: int | None = None, count: int = 20, source: bool = True
) -> View:
    """Instructions from `at` (default: pc) on, `count` of them or up to `end`, under their source lines."""
    mm_of(session)
    here = registers_of(session).pc
    at = here if at is None else at
    rows = some_from(session, at, MOST if end is not None else min(count, MOST), session.read, end)
    lines: list[Line] = []
    last, symbol, width = "", "", name_width(rows)
    for row in rows:
        name = row["symbol"].partition("+")[0]
        if name != symbol:
            symbol = name
            lines.append([(f"{name}:", "symbol")])
        if source and row["source"] != last:
            last = row["source"]
            lines += [text] if (text := source_text(session, last)) else []
        lines.append(one_line(session, row, here, width))
    return View("disassemble", {"pc": here, "instructions": rows}, [Text(lines)])


def name_width(rows: list[dict[str, Any]]) -> int:
    """Room for the longest name, so that the instructions stand below each other; very long ones stick out."""
    return min(max((len(row["symbol"]) + 3 for row in rows if row["symbol"]), default=0), WIDEST)


def one_line(session: Any, row: dict[str, Any], here: int, width: int) -> Line:
    """`=> address <symbol>  word  instruction`."""
    word = f"{row['word']:0{row['length'] * 2}x}"
    mark = "=> " if row["address"] == here else "   "
    name = f" <{row['symbol']}>" if row["symbol"] else ""
    return [
        (mark, "head"),
        (address(row["address"], machine_of(session).xlen), "addr"),
        (f"{name:<{width}}", "symbol"),
        (f"  {word:<8}  ", "dim"),
        (row["text"], "insn"),
        (f"  # without fence.i still {row['runs']}" if "runs" in row else "", "warn"),
    ]


def source_text(session: Any, place: str) -> Line:
    """`file:line  text`, or '' without debug lines."""
    file, _, line = place.rpartition(":")
    if not file:
        return ""
    text = text_of(session, file, int(line))
    return [(f"{place}  ", "dim"), (text.rstrip(), "comment")]


def text_of(session: Any, file: str, line: int) -> str:
    """A line of a source file, '' if the file can't be had."""
    try:
        lines = session.source_lines(file)
    except (OSError, EmuError):
        return ""
    return lines[line - 1] if lines and 0 < line <= len(lines) else ""
