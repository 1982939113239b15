"""Executables: read the ELF headers, believe nothing, say in one line what is wrong.

Only the header and the program headers are read, with `struct`: fast, and nothing in a hostile file can lead anywhere.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from emu.errors import EmuError
from emu.kernel.errno import ELIBBAD, ENOEXEC
from emu.kernel.fs.namei import PATH_MAX
from emu.kernel.mm.page import PAGE_SIZE

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_PHDR, PT_TLS = 1, 2, 3, 6, 7
PT_GNU_STACK = 0x6474E551
PF_X, PF_W, PF_R = 1, 2, 4
ET_NAMES = {0: "no type", 1: "a relocatable object", 2: "an executable", 3: "a shared object", 4: "a core dump"}
ET_EXEC, ET_DYN = 2, 3
EM_RISCV = 243
EM_NAMES = {3: "x86", 8: "MIPS", 20: "PowerPC", 40: "ARM", 62: "x86-64", 183: "AArch64", 258: "LoongArch"}
MAX_HEADERS = 128
MIN_ADDR = 0x10000  # vm.mmap_min_addr


class ElfError(EmuError):
    """An executable that can't be loaded."""

    number = ENOEXEC


class LoaderError(ElfError):
    """A program interpreter that can't be loaded."""

    number = ELIBBAD


@dataclass(frozen=True, slots=True)
class Segment:
    """A PT_LOAD program header."""

    offset: int
    vaddr: int
    filesz: int
    memsz: int
    flags: int

    @property
    def end(self) -> int:
        """The address behind it."""
        return self.vaddr + self.memsz

    @property
    def first_page(self) -> int:
        """The page that its first byte lies in."""
        return self.vaddr & -PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Elf:
    """What the kernel needs to know of an executable. Addresses are as linked; `pie` may be loaded elsewhere."""

    xlen: int
    entry: int
    pie: bool
    segments: tuple[Segment, ...]
    phdr: int  # address of the program headers in memory, 0 if no segment holds them
    phentsize: int
    phnum: int
    exec_stack: bool
    interp: bytes  # path of the program interpreter (the dynamic linker); b"" for a static program

    @property
    def end(self) -> int:
        """The address behind the last segment."""
        return max(segment.end for segment in self.segments if segment.memsz)


@dataclass(frozen=True, slots=True)
class Image:
    """A file to be parsed: its size, and `read(offset, size)`, which may give less at the end."""

    size: int
    read: Callable[[int, int], bytes]


def check(ok: bool, message: str, hint: str = "") -> None:
    """ElfError unless ok."""
    if not ok:
        raise ElfError(message, hint=hint)


def parse(image: Image, task_size: int) -> Elf:
    """Read and check an executable's headers. ElfError."""
    data = image.read(0, 64)
    xlen = check_ident(data)
    kind, machine, version, entry, phoff, _, _, _, phentsize, phnum = struct.unpack_from(
        "<HHIQQQIHHH" if xlen == 64 else "<HHIIIIIHHH", data, 16
    )
    check_header(kind, machine, version)
    headers = program_headers(image, xlen, phoff, phentsize, phnum)
    kinds = [header[0] for header in headers]
    interp = interpreter_name(image, headers)
    check(kind == ET_EXEC or PT_DYNAMIC in kinds, "a shared object is not a program", "link it with -static")
    loads = tuple(Segment(*header[2:6], flags=header[1]) for header in headers if header[0] == PT_LOAD)
    check_segments(loads, image.size, task_size, kind == ET_DYN, [h[6] for h in headers if h[0] == PT_LOAD])
    code = any(s.vaddr <= entry < s.end and s.flags & PF_X for s in loads)
    check(code, f"the entry point {entry:#x} is in no executable segment", "is _start defined and global, in .text?")
    stack = [header[1] for header in headers if header[0] == PT_GNU_STACK]
    phdr = next((s.vaddr + phoff - s.offset for s in loads if s.offset <= phoff < s.offset + s.filesz), 0)
    return Elf(xlen, entry, kind == ET_DYN, loads, phdr, phentsize, phnum, bool(stack and stack[0] & PF_X), interp)


def interpreter_name(image: Image, headers: list[tuple[int, ...]]) -> bytes:
    """PT_INTERP: who loads the program and its shared libraries. b"" for a static program."""
    for kind, _, offset, _, size, *_ in headers:
        if kind == PT_INTERP:
            name = image.read(offset, min(size, PATH_MAX + 1))
            ok = 2 <= len(name) == size <= PATH_MAX and name.endswith(b"\0")
            check(ok, "the executable is dynamically linked, but names no program interpreter", "link it with -static")
            return name.partition(b"\0")[0]
    return b""


def check_ident(data: bytes) -> int:
    """The first 16 bytes; 32 or 64."""
    check(len(data) > 0, "the file is empty")
    check(
        data[:4] == b"\x7fELF",
        "not an ELF file",
        "assemble or compile it for RISC-V first; `emu run` takes .s files too",
    )
    check(len(data) >= 20, "the ELF file is truncated in its header")
    check(data[4] in (1, 2), f"unknown ELF class {data[4]}")
    check(data[5] == 1, "the ELF file is big-endian", "RISC-V programs are little-endian")
    xlen = 64 if data[4] == 2 else 32
    check(len(data) >= (64 if xlen == 64 else 52), "the ELF file is truncated in its header")
    return xlen


def check_header(kind: int, machine: int, version: int) -> None:
    """Is it an executable for this machine? ElfError."""
    check(
        machine == EM_RISCV,
        f"the program is for {EM_NAMES.get(machine, f'machine {machine}')}, not for RISC-V",
        "compile it with --target=riscv64-linux-musl or riscv32-linux-musl",
    )
    check(kind in (ET_EXEC, ET_DYN), f"the ELF file is {ET_NAMES.get(kind, f'of type {kind}')}", "link it first")
    check(version == 1, f"unknown ELF version {version}")


def program_headers(image: Image, xlen: int, phoff: int, phentsize: int, phnum: int) -> list[tuple[int, ...]]:
    """(type, flags, offset, vaddr, filesz, memsz, align) of each."""
    size = 56 if xlen == 64 else 32
    check(phnum > 0, "the ELF file has no program headers", "link it first")
    check(phentsize == size, f"program headers of {phentsize} bytes, not {size}")
    check(phnum <= MAX_HEADERS, f"{phnum} program headers, more than {MAX_HEADERS}")
    data = image.read(phoff, phnum * size) if phoff <= image.size else b""
    check(len(data) == phnum * size, "the ELF file is truncated in its program headers")
    headers = []
    for at in range(0, len(data), size):
        if xlen == 64:
            kind, flags, offset, vaddr, _, filesz, memsz, align = struct.unpack_from("<IIQQQQQQ", data, at)
        else:
            kind, offset, vaddr, _, filesz, memsz, flags, align = struct.unpack_from("<IIIIIIII", data, at)
        headers.append((kind, flags, offset, vaddr, filesz, memsz, align))
    return headers


def check_segments(loads: tuple[Segment, ...], size: int, task_size: int, pie: bool, aligns: list[int]) -> None:
    """Do they lie within the file and in user space, one behind the other? ElfError."""
    check(bool(loads), "the ELF file has nothing to load")
    above = 0
    for number, (segment, align) in enumerate(zip(loads, aligns, strict=True)):
        name = f"segment {number} at {segment.vaddr:#x}"
        check(segment.filesz <= segment.memsz, f"{name}: more bytes in the file than in memory")
        inside = not segment.filesz or segment.offset + segment.filesz <= size  # a .bss has no place in the file
        check(inside, f"the ELF file is truncated: {name} ends beyond it")
        check(align & (align - 1) == 0, f"{name}: alignment {align:#x} is no power of two")
        check(
            (segment.vaddr - segment.offset) % PAGE_SIZE == 0,
            f"{name}: address and file offset {segment.offset:#x} differ within a page",
            "link with -z max-page-size=4096",
        )
        check(segment.end <= task_size, f"{name}: {segment.memsz:#x} bytes don't fit below {task_size:#x}")
        check(pie or segment.vaddr >= MIN_ADDR or not segment.memsz, f"{name} lies in the reserved first 64 kB")
        check(segment.first_page >= above, f"{name} overlaps the segment before it, or comes before it")
        above = segment.end + PAGE_SIZE - 1 & -PAGE_SIZE if segment.memsz else above
