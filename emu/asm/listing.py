"""A piece of code as lines of text: labels, source lines, encodings, instructions, the addresses they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from emu.asm.dwarf.lookup import LineMap, SourceLine
from emu.asm.elf.names import Symbols
from emu.isa.disassemble import disassemble
from emu.isa.insns import Decoded, decode, expand

SourceReader = Callable[[str], "str | None"]
MAX_SOURCE = 16 << 20


class Code(NamedTuple):
    """A run of instructions in memory."""

    name: str
    address: int
    data: bytes


class Listing:
    """The lines for one piece of code."""

    def __init__(
        self, code: Code, xlen: int, symbols: Symbols, source: LineMap | None, texts: SourceTexts, aliases: bool
    ) -> None:
        self.code, self.xlen, self.symbols = code, xlen, symbols
        self.source, self.texts, self.aliases = source, texts, aliases
        self._upper: dict[int, int] = {}  # register -> what auipc or lui put there just before
        self._shown: SourceLine | None = None

    def lines(self, extent: tuple[int, int] | None) -> Iterator[str]:
        """The listing, or the part of it between two addresses."""
        start, end = self.code.address, self.code.address + len(self.code.data)
        if extent is not None:
            start, end = max(start, extent[0]), min(end, extent[1])
        if start >= end:
            return
        yield ""
        yield f"Disassembly of {self.code.name}:"
        address = start
        while address < end:
            yield from self._labels(address)
            yield from self._source(address)
            size, text = self._instruction(address)
            yield text
            address += size

    def _labels(self, address: int) -> Iterator[str]:
        names = self.symbols.at.get(address, ())
        if names:
            yield ""
            self._upper.clear()
        for name in names:
            yield f"{address:0{self.xlen // 4}x} <{name}>:"

    def _source(self, address: int) -> Iterator[str]:
        line = self.source.find(address) if self.source else None
        if line is None or (self._shown and line[:2] == self._shown[:2]):
            return
        self._shown = line
        text = self.texts.line(line)
        yield f"; {line.file}:{line.line}" + (f"    {text}" if text else "")

    def _instruction(self, address: int) -> tuple[int, str]:
        offset = address - self.code.address
        raw = self.code.data[offset : offset + 4]
        size = 4 if raw[0] & 3 == 3 and len(raw) == 4 else min(2, len(raw))
        word = int.from_bytes(raw[:size], "little")
        if size == 1:
            return 1, f"{address:8x}:  {word:02x}        .byte {word:#04x}"
        text = disassemble(word, address, self.xlen, symbols=self.symbols.name, aliases=self.aliases)
        note = self._note(word, address)
        return size, f"{address:8x}:  {word:0{2 * size}x}{'' if size == 4 else '    '}  {text}{note}"

    def _note(self, word: int, address: int) -> str:
        """'  # 0x11000 <message>' where an instruction completes an address that auipc or lui began."""
        decoded = decode(word, self.xlen)
        if decoded is None:
            return ""
        plain = expand(decoded, self.xlen)
        by_role = {field.role: plain.operands[field.name] for field in plain.insn.fields}
        target = self._complete(plain, by_role)
        self._remember(plain, by_role, address)
        if target is None:
            return ""
        target &= (1 << self.xlen) - 1
        name = self.symbols.name(target)
        return f"  # {target:#x}" + (f" <{name}>" if name else "")

    def _complete(self, plain: Decoded, by_role: dict[str, int]) -> int | None:
        base = self._upper.get(by_role.get("rs1", -1))
        if base is None or "imm" not in by_role or plain.insn.name not in _ADDRESSING:
            return None
        return base + by_role["imm"]

    def _remember(self, plain: Decoded, by_role: dict[str, int], address: int) -> None:
        if "rd" not in by_role:
            return
        self._upper.pop(by_role["rd"], None)
        if plain.insn.name == "auipc":
            self._upper[by_role["rd"]] = address + by_role["imm"]
        elif plain.insn.name == "lui":
            self._upper[by_role["rd"]] = by_role["imm"]


_ADDRESSING = frozenset(
    ("addi", "jalr", "lb", "lh", "lw", "ld", "lbu", "lhu", "lwu", "sb", "sh", "sw", "sd", "flw", "fld", "fsw", "fsd")
)


class SourceTexts:
    """The lines of source files, each file read once."""

    def __init__(self, read: SourceReader) -> None:
        self._read, self._files = read, {}

    def line(self, place: SourceLine) -> str:
        """The text of a line; '' if it is not to be had."""
        if place.file not in self._files:
            self._files[place.file] = (self._read(place.file) or "").splitlines()
        lines = self._files[place.file]
        return lines[place.line - 1].strip() if 0 < place.line <= len(lines) else ""


def read_host_file(path: str) -> str | None:
    """The text of a file of the host; None for anything but a regular file of moderate size."""
    try:
        file = Path(path)
        if not file.is_file() or file.stat().st_size > MAX_SOURCE:
            return None
        return file.read_text("utf-8", "replace")
    except (OSError, ValueError):
        return None
