"""From the files on the command line to one ELF: assembly is assembled, C compiled, objects are linked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from emu.cli.compiler import compile_to_elf
from emu.cli.compiler_words import is_c
from emu.cli.files import read_bytes, read_text
from emu.errors import EmuError, Place

SOURCE_SUFFIXES = (".s", ".S", ".asm")
ELF_MAGIC = b"\x7fELF"
SCRIPT_MAGIC = b"#!"  # of a text that names its interpreter: a program, too, as the kernel sees it
ET_REL = 1
DEFAULT_XLEN = 64


@dataclass(frozen=True, slots=True)
class Program:
    """An executable (an ELF, or a script) and the width that it was made for."""

    elf: bytes
    xlen: int


def load_program(
    path: str, further: tuple[str, ...] = (), xlen: int | None = None, cflags: tuple[str, ...] = ()
) -> Program:
    """PROG and the files of --with, as one program. EmuError when they can't become one."""
    if any(is_c(name) for name in (path, *further)):
        return compiled((path, *further), xlen, cflags)
    if not further and not is_source(path):
        data = read_bytes(path)
        if elf_type(data) not in (None, ET_REL):
            return Program(data, check_width(path, data, xlen))
        if data.startswith(SCRIPT_MAGIC):
            return Program(data, xlen or DEFAULT_XLEN)
    return build((path, *further), xlen)


def load_elf(path: str, xlen: int | None = None) -> bytes:
    """Any ELF as it is, objects too; a source assembled and linked. For those who look and don't run."""
    if is_c(path):
        return compiled((path,), xlen).elf
    if is_source(path):
        return build((path,), xlen).elf
    data = read_bytes(path)
    if elf_type(data) is None:
        raise EmuError(not_a_program(path, data), Place(path), hint_for(path, data))
    return data


def compiled(paths: tuple[str, ...], xlen: int | None, cflags: tuple[str, ...] = ()) -> Program:
    """C sources, and what is to be linked with them, as one program."""
    for path in paths:
        read_bytes(path)
    data = compile_to_elf(paths, xlen or DEFAULT_XLEN, cflags)
    if elf_type(data) in (None, ET_REL):
        raise EmuError("was not compiled to a program", Place(paths[0]), "emu cc has the options for other ends")
    return Program(data, elf_width(data))


def build(paths: tuple[str, ...], xlen: int | None = None) -> Program:
    """Assemble the sources among `paths`, link them with the objects. One AsmError holds all mistakes."""
    from emu.asm import AsmError, link

    objects, mistakes = [], []
    for path in paths:
        try:
            objects.append(to_object(path, xlen))
        except AsmError as error:
            mistakes.append(error)
    if mistakes:
        raise merged(mistakes)
    return Program(link(objects, warn=warn), objects[0].xlen)


def merged(mistakes: list[Any]) -> Any:
    """The AsmErrors of several files as one."""
    from emu.asm.limits import MAX_ERRORS

    first = mistakes[0]
    every = [error for mistake in mistakes for error in mistake.errors]
    first.errors, first.cut_short = tuple(every[:MAX_ERRORS]), len(every) >= MAX_ERRORS
    return first


def warn(message: str) -> None:
    """What the linker thinks worth saying."""
    click.echo(message if message.startswith("warning") else f"warning: {message}", err=True)


def to_object(path: str, xlen: int | None) -> Any:
    """A source assembled, or an object file read: an emu.asm Object."""
    from emu.asm import Source, assemble_object

    if is_source(path):
        return assemble_object(Source(path, read_text(path)), xlen=xlen or DEFAULT_XLEN, include=include)
    data = read_bytes(path)
    if elf_type(data) != ET_REL:
        raise EmuError(not_a_program(path, data), Place(path), hint_for(path, data))
    check_width(path, data, xlen)
    from emu.asm import read_object

    return read_object(data, path)


def include(written: str, includer: str) -> bytes:
    """What .include and .incbin read: relative to the file that says so, then to the current folder."""
    beside = Path(includer).parent / written
    return (beside if beside.exists() else Path(written)).read_bytes()


def is_source(path: str) -> bool:
    """Whether a name is that of assembly source."""
    return path.endswith(SOURCE_SUFFIXES)


def elf_type(data: bytes) -> int | None:
    """e_type of an ELF (1 relocatable, 2 executable, 3 shared or PIE); None for anything else or a part of one."""
    return int.from_bytes(data[16:18], "little") if data[:4] == ELF_MAGIC and len(data) >= 18 else None


def elf_width(data: bytes) -> int:
    """32 or 64, by EI_CLASS; the loader complains about other values."""
    return 32 if data[4:5] == b"\x01" else 64


def check_width(path: str, data: bytes, wanted: int | None) -> int:
    """The width of an ELF; EmuError when --xlen asks for the other one."""
    width = elf_width(data)
    if wanted not in (None, width):
        raise EmuError(f"is a {width}-bit ELF, --xlen {wanted} can't change that", Place(path), "leave --xlen out")
    return width


def not_a_program(path: str, data: bytes) -> str:
    """Why a file can't be run or linked."""
    if not data:
        return "is empty"
    if elf_type(data) is not None:
        return "is a linked ELF, not an object file"
    return "is truncated: an ELF header is longer" if data[:4] == ELF_MAGIC else "is neither an ELF nor assembly source"


def hint_for(path: str, data: bytes) -> str:
    """What to do about it."""
    if is_c(path):
        return f"C is compiled by emu cc: emu cc {path} -o {Path(path).stem}"
    if elf_type(data) is not None:
        return "an executable runs by itself: emu run FILE"
    if data[:4] == ELF_MAGIC:
        return "was it copied completely?"
    return f"assembly source is recognised by its name: {', '.join(SOURCE_SUFFIXES)}; C and C++ by .c, .cpp, .cc …"
