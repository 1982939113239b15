"""Opening an executable with pyelftools, within bounds."""

from __future__ import annotations

from io import BytesIO
from typing import Any

LARGEST = 64 << 20  # bytes of an executable that are read for what they tell
LARGEST_SECTION = 16 << 20  # of debug information
PF_X = 1


def open_elf(data: bytes) -> Any:
    """An ELFFile, or None when the bytes are none."""
    from elftools.elf.elffile import ELFFile

    if not data or len(data) > LARGEST:
        return None
    try:
        return ELFFile(BytesIO(data))
    except Exception:  # pyelftools raises a dozen kinds on a hostile file; none of them matters here
        return None


def open_dwarf(elf: Any) -> Any:
    """Its DWARFInfo, or None: there is none, or it would unpack to more than is reasonable."""
    try:
        for section in elf.iter_sections():
            unpacks = section.compressed or section["sh_type"] == "SHT_NOBITS"
            if section.name.startswith(".debug") and (unpacks or section["sh_size"] > LARGEST_SECTION):
                return None
        if elf.has_dwarf_info() or elf.has_dwarf_info(strict=True) or elf.get_section_by_name(".eh_frame"):
            return elf.get_dwarf_info(relocate_dwarf_sections=False)
    except Exception:
        return None
    return None


def code_of(elf: Any, bias: int = 0) -> list[tuple[int, int]]:
    """The addresses of executable segments."""
    try:
        return [
            (s["p_vaddr"] + bias, s["p_vaddr"] + s["p_memsz"] + bias)
            for s in elf.iter_segments()
            if s["p_type"] == "PT_LOAD" and s["p_flags"] & PF_X
        ]
    except Exception:
        return []


def first_code(elf: Any) -> int:
    """The lowest address of executable segments as the file has it; 0 without any."""
    return min((low for low, _ in code_of(elf)), default=0)
