"""`x/FMT ADDRESS`: memory as numbers, text or instructions; virtual through the page table, or physical."""

from __future__ import annotations

from typing import Any

from emu.debug.look import code
from emu.debug.look.formats import Format, parse, quoted, write
from emu.debug.look.subject import machine_of, mm_of
from emu.debug.look.words import address
from emu.debug.view import Line, Text, View
from emu.errors import EmuError

STRING_MOST = 200
PER_LINE = {"x": 16, "z": 16, "d": 16, "u": 16, "o": 16, "t": 8, "c": 8, "a": 8, "f": 16}


def memory(session: Any, at: int, fmt: str = "", physical: bool = False, last: Format | None = None) -> View:
    """`fmt` items from address `at` on. The data's `next` is where the following ones would begin."""
    shape = parse(fmt, machine_of(session).xlen, last)
    reader = Reader(session, physical)
    if shape.letter == "i":
        return code.instructions(session, at, shape.count, reader.read)
    if shape.letter == "s":
        return strings(session, at, shape, reader)
    return numbers(session, at, shape, reader)


class Reader:
    """Bytes at an address, virtual (of the selected task) or physical, without any side effect."""

    def __init__(self, session: Any, physical: bool) -> None:
        self.session, self.physical = session, physical
        if not physical:
            mm_of(session)

    def read(self, at: int, count: int) -> bytes | None:
        """`count` bytes, or None where some are missing."""
        if not self.physical:
            return self.session.read(at, count)
        ram = machine_of(self.session).ram
        return bytes(ram[at : at + count]) if 0 <= at <= len(ram) - count else None

    def demand(self, at: int, count: int) -> bytes:
        """The same; EmuError when they are missing."""
        data = self.read(at, count)
        if data is None:
            what = "physical memory ends before it" if self.physical else "no page is there"
            raise EmuError(f"can't read {at:#x}: {what}", hint="" if self.physical else f"`walk {at:#x}` shows why")
        return data

    def label(self, at: int) -> str:
        """`main+0x12`, or ''."""
        return "" if self.physical else self.session.symbolize(at)


def numbers(session: Any, at: int, shape: Format, reader: Reader) -> View:
    """Items of equal size, some to a line. Reading stops, and says so, where memory ends."""
    items, notes = [], []
    for index in range(shape.count):
        place = at + index * shape.size
        data = reader.read(place, shape.size) if items else reader.demand(place, shape.size)
        if data is None:
            notes.append(f"can't read {place:#x}: no page is there")
            break
        items.append((place, data))
    values = [int.from_bytes(data, "little") for _, data in items]
    lines = [
        line(session, items[k : k + per], shape, reader) for per in [per_line(shape)] for k in range(0, len(items), per)
    ]
    data = {"address": at, "size": shape.size, "format": shape.letter, "values": values}
    data["next"] = at + len(items) * shape.size
    return View("memory", data, [Text(lines)], notes)


def per_line(shape: Format) -> int:
    """Items on a line."""
    return max(1, PER_LINE[shape.letter] // shape.size)


def line(session: Any, items: list[tuple[int, bytes]], shape: Format, reader: Reader) -> Line:
    """`address <symbol>:  item item`."""
    xlen = machine_of(session).xlen
    spans = head(items[0][0], xlen, reader)
    for _, data in items:
        text = write(data, shape)
        spans.append(("  " + text, "value"))
        if shape.letter == "a" and (name := session.symbolize(int.from_bytes(data, "little"))):
            spans.append((f" <{name}>", "symbol"))
    return spans


def head(at: int, xlen: int, reader: Reader) -> list[tuple[str, str]]:
    """How a line begins."""
    name = reader.label(at)
    return [(address(at, xlen), "addr"), (f" <{name}>" if name else "", "symbol"), (":", "")]


def strings(session: Any, at: int, shape: Format, reader: Reader) -> View:
    """C strings, one after the other; one that is longer than STRING_MOST goes on in the next item."""
    found, lines, start = [], [], at
    for _ in range(shape.count):
        text, size, whole = string_at(reader, at)
        found.append({"address": at, "text": text.decode("utf-8", "replace"), "whole": whole})
        shown = quoted(text, '"') + ("" if whole else "...")
        lines.append([*head(at, machine_of(session).xlen, reader), ("  " + shown, "value")])
        at += size
    return View("memory", {"address": start, "format": "s", "strings": found, "next": at}, [Text(lines)])


def string_at(reader: Reader, at: int) -> tuple[bytes, int, bool]:
    """(bytes, bytes it takes, whether it ended with a NUL)."""
    data = bytearray()
    while len(data) < STRING_MOST:
        byte = reader.read(at + len(data), 1) if data else reader.demand(at, 1)
        if byte is None:
            return bytes(data), len(data), False
        if byte == b"\0":
            return bytes(data), len(data) + 1, True
        data += byte
    return bytes(data), len(data), False
