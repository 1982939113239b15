"""Names and source lines of a program's addresses, read with pyelftools, and only when a fault is to be explained.

The file belongs to the guest and may hold anything: whatever goes wrong in reading it means that there is no name.
"""

from __future__ import annotations

from bisect import bisect_right
from io import BytesIO
from typing import TYPE_CHECKING, Any

from emu.kernel import exec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

LARGEST = 64 << 20  # bytes of an executable that are worth reading for a name


def names_code(symbol: Any) -> bool:
    """Whether a symbol names a place in the program (and is no mapping symbol or local label)."""
    place = symbol["st_info"]["type"] in ("STT_FUNC", "STT_NOTYPE", "STT_OBJECT")
    defined = symbol["st_shndx"] not in ("SHN_UNDEF", "SHN_ABS")
    return bool(symbol.name) and place and defined and not symbol.name.startswith(("$", ".L"))


class Symbols:
    """The symbol table (sorted) and the line table of one ELF file. `bias` is added to its addresses."""

    def __init__(self, data: bytes, bias: int = 0) -> None:
        self.bias = bias
        self.symbols: list[tuple[int, int, str]] = []
        self.lines: list[tuple[int, str, int, bool]] = []
        try:
            self._read(data)
        except Exception:  # pyelftools raises a dozen kinds on a hostile file; none of them matters here
            self.symbols.sort()
        self.starts = [start for start, _, _ in self.symbols]

    @classmethod
    def of(cls, kernel: Kernel, task: Task) -> Symbols:
        """Those of the program that the task runs."""
        file = task.mm.exe_file
        if file is None or file.inode.i_size > LARGEST:
            return cls(b"")
        return cls(exec.peek_whole(file.inode), 0)

    def _read(self, data: bytes) -> None:
        if not data:
            return
        from elftools.elf.elffile import ELFFile

        elf = ELFFile(BytesIO(data))
        table = elf.get_section_by_name(".symtab")
        if table is not None:
            self.symbols = [(s["st_value"], s["st_size"], s.name) for s in table.iter_symbols() if names_code(s)]
        self.symbols.sort()
        if elf.has_dwarf_info():
            self._read_lines(elf.get_dwarf_info(relocate_dwarf_sections=False))

    def _read_lines(self, dwarf: object) -> None:
        for unit in dwarf.iter_CUs():
            program = dwarf.line_program_for_CU(unit)
            if program is None:
                continue
            files = program["file_entry"]
            first = 0 if program["version"] >= 5 else 1
            for entry in program.get_entries():
                state = entry.state
                if state is not None and 0 <= state.file - first < len(files):
                    name = files[state.file - first].name.decode("utf-8", "replace")
                    self.lines.append((state.address, name, state.line, state.end_sequence))
        self.lines.sort(key=lambda row: (row[0], not row[3]))

    def name(self, addr: int) -> str:
        """`main+0x1c`, or ''."""
        at = bisect_right(self.starts, addr - self.bias) - 1
        if at < 0:
            return ""
        start, size, name = self.symbols[at]
        offset = addr - self.bias - start
        if offset >= max(size, 1 << 16):
            return ""
        return f"{name}+{offset:#x}" if offset else name

    def line(self, addr: int) -> str:
        """`hello.s:12`, or ''."""
        at = bisect_right(self.lines, (addr - self.bias, "\U0010ffff", 0, True)) - 1
        if at < 0 or self.lines[at][3]:
            return ""
        _, name, line, _ = self.lines[at]
        return f"{name}:{line}"
