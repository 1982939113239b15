"""The doors of the assembler: text to objects, objects to an executable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from emu.asm.assembler import Assembler, Reader
from emu.asm.errors import AsmError, Diagnostics, TooManyErrors
from emu.asm.limits import MAX_ERRORS
from emu.asm.linker import link
from emu.asm.linker.link import Warn
from emu.asm.objects import Object
from emu.asm.options import Options, parse_arch
from emu.asm.resolve import Resolver
from emu.asm.source import Source


def assemble_object(
    source: Source,
    xlen: int = 64,
    arch: str | None = None,
    include: Reader | None = None,
    defines: Mapping[str, int] | None = None,
) -> Object:
    """One source file to an object. AsmError holds up to 20 mistakes.

    `arch` ("rv64imac") limits the extensions and decides about compression; without it every instruction of the table
    is taken, and compressed where it can be. `include(path, from_file)` reads files for .include and .incbin.
    """
    options = Options()
    if arch is not None:
        width, extensions = parse_arch(arch)
        options = options.with_extensions(extensions, strict=True)
        xlen = width
    asm = Assembler(source, xlen, options, include, defines or {})
    with suppress(TooManyErrors):
        asm.run()
        asm.diagnostics.raise_if_any()
        obj = Resolver(asm).run()
    asm.diagnostics.raise_if_any()
    return obj


def assemble(
    sources: Iterable[Source],
    xlen: int = 64,
    arch: str | None = None,
    include: Reader | None = None,
    defines: Mapping[str, int] | None = None,
    warn: Warn | None = None,
) -> bytes:
    """Source files to one static ELF. AsmError holds up to 20 mistakes of all files together."""
    diagnostics, objects = Diagnostics(), []
    for source in sources:
        try:
            objects.append(assemble_object(source, xlen, arch, include, defines))
            for warning in objects[-1].warnings if warn else ():
                warn(warning)
        except AsmError as error:
            diagnostics.errors.extend(error.errors)
    del diagnostics.errors[MAX_ERRORS:]
    diagnostics.raise_if_any()
    return link(objects, warn=warn)
