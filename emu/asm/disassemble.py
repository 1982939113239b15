"""An ELF back to text, as objdump -d prints it: symbols, encodings, instructions, and source lines between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from emu.asm.dwarf.lookup import LineMap, SourceLine
from emu.asm.elf.reading import open_elf, reading
from emu.asm.errors import AsmError
from emu.errors import did_you_mean
from emu.isa.disassemble import disassemble
from emu.isa.insns import Decoded, decode, expand

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile

SourceReader = Callable[[str], "str | None"]
MAX_SOURCE = 16 << 20
SHF_EXECINSTR, PF_X = 4, 1


class Code(NamedTuple):
    """A run of instructions in memory."""

    name: str
    address: int
    data: bytes


class Symbols:
    """Names by address. Labels of code and data, not section or file names."""

    def __init__(self, elf: ELFFile) -> None:
        table = elf.get_section_by_name(".symtab")
        rows = [] if table is None else [row for symbol in table.iter_symbols() if (row := _row(symbol))]
        rows.sort()
        self.at: dict[int, list[str]] = {}
        self.by_name: dict[str, tuple[int, int]] = {}
        for address, _, name, size in rows:
            self.at.setdefault(address, []).append(name)
            self.by_name.setdefault(name, (address, size))
        self._starts = list(self.at)

    def name(self, address: int) -> str | None:
        """'main+0x10'; None before the first symbol or far behind the last."""
        index = bisect_right(self._starts, address) - 1
        if index < 0 or address - self._starts[index] > 1 << 20:
            return None
        start = self._starts[index]
        name = self.at[start][0]
        return name if start == address else f"{name}+{address - start:#x}"

    def extent(self, name: str) -> tuple[int, int]:
        """(start, end) of a symbol; without a size it reaches up to the next."""
        if name not in self.by_name:
            raise AsmError(f"there is no symbol {name!r}", None, did_you_mean(name, self.by_name))
        start, size = self.by_name[name]
        index = bisect_right(self._starts, start)
        following = self._starts[index] if index < len(self._starts) else 1 << 64
        return start, start + size if size else following


def _row(symbol: object) -> tuple[int, int, str, int] | None:
    info, index = symbol["st_info"], symbol["st_shndx"]
    if not symbol.name or info["type"] in ("STT_SECTION", "STT_FILE", "STT_TLS"):
        return None
    if index in ("SHN_UNDEF", "SHN_ABS", "SHN_COMMON") or symbol.name.startswith(("$x", "$d", ".L")):
        return None
    rank = {"STT_FUNC": 0, "STT_OBJECT": 1}.get(info["type"], 2) + 3 * (info["bind"] == "STB_LOCAL")
    return symbol["st_value"], rank, symbol.name, symbol["st_size"]


def disassemble_elf(
    data: bytes,
    *,
    source: bool = False,
    symbol: str | None = None,
    aliases: bool = True,
    name: str = "program",
    read_source: SourceReader | None = None,
) -> Iterator[str]:
    """The lines of a listing. `source` puts source lines between; `symbol` limits it to one; AsmError for a bad ELF.

    `read_source(path)` gives the text of a source file, None if there is none; by default it is read from the host.
    """
    with reading(name, "ELF file"):
        elf = open_elf(data, name)
        symbols, codes = Symbols(elf), list(_codes(elf))
        lines = LineMap(elf) if source else None
        xlen = elf.elfclass
    extent = symbols.extent(symbol) if symbol else None
    texts = SourceTexts(read_source or read_host_file)
    for code in codes:
        yield from Listing(code, xlen, symbols, lines, texts, aliases).lines(extent)


def _codes(elf: ELFFile) -> Iterator[Code]:
    """Executable sections, or segments where there are no sections."""
    found = False
    for section in elf.iter_sections():
        if section["sh_flags"] & SHF_EXECINSTR and section["sh_type"] != "SHT_NOBITS":
            found = True
            yield Code(f"section {section.name}", section["sh_addr"], bytes(section.data()))
    for number, segment in enumerate(elf.iter_segments()):
        if not found and segment["p_type"] == "PT_LOAD" and segment["p_flags"] & PF_X:
            yield Code(f"segment {number}", segment["p_vaddr"], bytes(segment.data()))


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


_ADDRESSING = frozenset(["addi", "jalr", "lb", "lh", "lw", "ld", "lbu", "lhu", "lwu", "sb", "sh", "sw", "sd", "flw", "fld", "fsw", "fsd"])


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
