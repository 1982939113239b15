"""A workload's source to what an engine can load: segments by physical address, the entry, the address of `finish`."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from elftools.elf.elffile import ELFFile

from emu.asm import Source, assemble

from .workloads import BY_NAME

FOLDER = Path(__file__).resolve().parents[2] / "programs" / "bench"
STACK = 1 << 16


@dataclass(frozen=True)
class Program:
    """An executable, taken apart. `top`: the first page after all segments and the stacks of its harts."""

    elf: bytes
    xlen: int
    entry: int
    finish: int
    segments: tuple[tuple[int, bytes, int], ...]
    harts: int

    @property
    def bottom(self) -> int:
        """The first page that a segment uses."""
        return min(at for at, _, _ in self.segments) & -4096

    @property
    def end(self) -> int:
        """The first page after all segments."""
        return (max(at + size for at, _, size in self.segments) + 4095) & -4096

    @property
    def top(self) -> int:
        """The first page after the segments and a stack for each hart."""
        return self.end + STACK * self.harts

    def stack(self, hart: int) -> int:
        """A hart's initial stack pointer."""
        return self.end + STACK * (hart + 1) - 64


def include(written: str, includer: str) -> bytes:
    """What .include reads: relative to the file that says so."""
    return (Path(includer).parent / written).read_bytes()


@cache
def build(name: str, scale: str, xlen: int = 64) -> Program:
    """A workload at a scale, assembled."""
    workload = BY_NAME[name]
    path = FOLDER / workload.source
    source = Source(str(path), path.read_text(encoding="utf-8"))
    elf = assemble([source], xlen=xlen, include=include, defines=workload.defines(scale))
    return take_apart(elf, xlen, workload.harts)


def take_apart(elf: bytes, xlen: int, harts: int) -> Program:
    """Segments and symbols of an executable."""
    file = ELFFile(io.BytesIO(elf))
    loads = [s for s in file.iter_segments() if s["p_type"] == "PT_LOAD"]
    segments = tuple((s["p_vaddr"], s.data(), s["p_memsz"]) for s in loads)
    symbols = file.get_section_by_name(".symtab")
    finish = symbols.get_symbol_by_name("finish")[0]["st_value"]
    return Program(elf, xlen, file["e_entry"], finish, segments, harts)
