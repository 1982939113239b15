"""`emu asm`: sources and objects in, a static ELF or an object out."""

from __future__ import annotations

import click

from emu.cli.files import keep_inputs, write_bytes
from emu.cli.job import xlen_option


@click.command("asm")
@click.argument("files", metavar="FILES…", nargs=-1, required=True)
@click.option("-o", "--output", default="a.out", show_default=True, metavar="FILE", help="Where the result goes.")
@click.option("-c", "--compile-only", is_flag=True, help="Make an object of one source; don't link.")
@xlen_option
def command(files: tuple[str, ...], output: str, compile_only: bool, xlen: int | None) -> None:
    """Assemble and link sources and objects into a static ELF."""
    from emu.cli.build import build, to_object

    keep_inputs(output, files)
    if not compile_only:
        write_bytes(output, build(files, xlen).elf, executable=True)
        return
    if len(files) != 1:
        raise click.UsageError("-c makes an object of exactly one source")
    from emu.asm.elf.objectfile import write_object

    write_bytes(output, write_object(to_object(files[0], xlen)))
