"""A workload's source to what an engine can load: segments by address, the entry, the address of `finish`."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from elftools.elf.elffile import ELFFile

from emu.asm import Source, assemble

from .workloads import BY_NAME

FOLDER = Path(__file__).resolve().parents[2] / "programs" / "bench"
PAGE = 4096
STACK = 1 << 16


@dataclass(frozen=True)
class Program:
    """An executable, taken apart. `segments`: (address, bytes of the file), `end`: the first page after all of them."""

    elf: bytes
    xlen: int
    entry: int
    finish: int
    segments: tuple[tuple[int, bytes], ...]
    end: int
    harts: int

    @property
    def bottom(self) -> int:
        """The first page that a segment uses."""
        return min(at for at, _ in self.segments) & -PAGE

    @property
    def top(self) -> int:
        """The first page after the segments and a stack for each hart."""
        return self.end + STACK * self.harts

    def stack(self, hart: int = 0) -> int:
        """A hart's initial stack pointer."""
        return self.end + STACK * (hart + 1) - 64


@cache
def build(name: str, scale: str, xlen: int = 64) -> Program:
    """A workload at a scale, assembled."""
    workload = BY_NAME[name]
    return build_source(workload.source, workload.defines(scale), xlen, workload.harts)


def build_source(name: str, defines: Mapping[str, int], xlen: int = 64, harts: int = 1) -> Program:
    """A program of programs/bench with some of its sizes changed."""
    path = FOLDER / name
    source = Source(str(path), path.read_text(encoding="utf-8"))
    return take_apart(assemble([source], xlen=xlen, include=include, defines=defines), xlen, harts)


def include(written: str, includer: str) -> bytes:
    """What .include reads: relative to the file that says so."""
    return (Path(includer).parent / written).read_bytes()


def take_apart(elf: bytes, xlen: int, harts: int) -> Program:
    """Segments and symbols of an executable."""
    file = ELFFile(io.BytesIO(elf))
    loads = [s for s in file.iter_segments() if s["p_type"] == "PT_LOAD"]
    segments = tuple((s["p_vaddr"], s.data()) for s in loads)
    end = max(s["p_vaddr"] + s["p_memsz"] for s in loads) + PAGE - 1 & -PAGE
    finish = file.get_section_by_name(".symtab").get_symbol_by_name("finish")[0]["st_value"]
    return Program(elf, xlen, file["e_entry"], finish, segments, end, harts)
