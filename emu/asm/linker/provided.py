"""Symbols that the linker defines: as GNU ld's default script for RISC-V, "PROVIDE"."""

from __future__ import annotations

import re
from collections.abc import Callable

from emu.asm.linker.layout import BASE, Memory
from emu.asm.sections import SHF_EXECINSTR

ALWAYS = ("__global_pointer$", "__bss_start", "_edata", "_end")  # in the symbol table even when nothing uses them


def _start(name: str) -> Callable[[Memory], int]:
    return lambda m: section.address if (section := m.find(name)) else m.end(nobits=False)


def _end(name: str) -> Callable[[Memory], int]:
    return lambda m: section.address + section.size if (section := m.find(name)) else m.end(nobits=False)


def _bss_start(memory: Memory) -> int:
    section = memory.find(".sbss") or memory.find(".bss")
    return section.address if section else memory.end(nobits=False)


def _global_pointer(memory: Memory) -> int:
    """So that signed 12-bit offsets reach .sdata and what follows."""
    section = memory.find(".sdata") or memory.find(".data") or memory.find(".sbss") or memory.find(".bss")
    return (section.address if section else memory.end()) + 0x800


_EDATA, _END_OF_ALL, _ETEXT = (
    lambda m: m.end(nobits=False),
    lambda m: m.end(),
    lambda m: m.end(SHF_EXECINSTR),
)
PROVIDED: dict[str, Callable[[Memory], int]] = {
    "__global_pointer$": _global_pointer,
    "__bss_start": _bss_start,
    "__BSS_END__": _END_OF_ALL,
    "__DATA_BEGIN__": _start(".data"),
    "__SDATA_BEGIN__": _start(".sdata"),
    "_edata": _EDATA,
    "edata": _EDATA,
    "_end": _END_OF_ALL,
    "end": _END_OF_ALL,
    "_etext": _ETEXT,
    "etext": _ETEXT,
    "__etext": _ETEXT,
    "__ehdr_start": lambda m: BASE,
    "__executable_start": lambda m: BASE,
    "_GLOBAL_OFFSET_TABLE_": _start(".got"),
    "__preinit_array_start": _start(".preinit_array"),
    "__preinit_array_end": _end(".preinit_array"),
    "__init_array_start": _start(".init_array"),
    "__init_array_end": _end(".init_array"),
    "__fini_array_start": _start(".fini_array"),
    "__fini_array_end": _end(".fini_array"),
    "__rela_iplt_start": lambda m: 0,
    "__rela_iplt_end": lambda m: 0,
    "__dso_handle": lambda m: BASE,
}
_BOUND = re.compile(r"__(start|stop)_([A-Za-z_]\w*)")


def provided(name: str, memory: Memory) -> int | None:
    """The value of a name that the linker defines, `__start_` and `__stop_` of a section among them; else None."""
    if name in PROVIDED:
        return PROVIDED[name](memory)
    bound = _BOUND.fullmatch(name)
    section = memory.find(bound[2]) if bound else None
    if section is None:
        return None
    return section.address + (section.size if bound[1] == "stop" else 0)


def may_provide(name: str, memory: Memory) -> bool:
    """Whether `provided` will have a value after layout."""
    bound = _BOUND.fullmatch(name)
    return name in PROVIDED or bool(bound and memory.find(bound[2]))
