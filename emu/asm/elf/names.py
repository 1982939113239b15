"""Names by address and addresses by name, from an ELF's symbol table."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from emu.asm.errors import AsmError
from emu.errors import did_you_mean

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile

FAR = 1 << 20  # a byte this far behind a symbol has nothing to do with it


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
        if index < 0 or address - self._starts[index] > FAR:
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
