"""ELF files through pyelftools, which is imported only here and when needed; whatever is wrong becomes an AsmError."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from emu.asm.elf.constants import EM_RISCV
from emu.asm.errors import AsmError
from emu.errors import EmuError, Place

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile


@contextmanager
def reading(name: str, what: str) -> Iterator[None]:
    """Turns anything that a malformed file makes pyelftools raise into an AsmError."""
    try:
        yield
    except EmuError:
        raise
    except Exception as error:  # pyelftools raises a dozen kinds, from struct.error to AttributeError
        detail = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        raise AsmError(f"is not a readable {what}: {detail}", Place(name)) from None


def open_elf(data: bytes, name: str) -> ELFFile:
    """A RISC-V ELF, little-endian. Call inside `reading`."""
    from elftools.elf.elffile import ELFFile

    if data[:4] != b"\x7fELF":
        raise AsmError("is not an ELF file", Place(name))
    if data[4:6] not in (b"\1\1", b"\2\1"):
        raise AsmError("is not a little-endian ELF of 32 or 64 bits", Place(name))
    if len(data) < (52 if data[4] == 1 else 64):
        raise AsmError("is truncated in its ELF header", Place(name), "was it copied completely?")
    elf = ELFFile(io.BytesIO(data))
    if elf.header["e_machine"] not in ("EM_RISCV", EM_RISCV):
        machine = str(elf.header["e_machine"]).removeprefix("EM_")
        raise AsmError(f"is for {machine}, not for RISC-V", Place(name), "compile it with -target riscv64-linux-musl")
    return elf
