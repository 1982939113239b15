"""`emu dis`: instructions back to text."""

from __future__ import annotations

import click

from emu.cli.job import xlen_option


@click.command("dis")
@click.argument("file", metavar="FILE")
@click.option("--source", is_flag=True, help="Show the source line that each instruction comes from.")
@click.option("--symbol", metavar="NAME", help="Only this function.")
@click.option(
    "--no-aliases", "aliases", flag_value=False, default=True, help="Instructions only, no pseudo-instructions."
)
@xlen_option
def command(file: str, source: bool, symbol: str | None, aliases: bool, xlen: int | None) -> None:
    """Disassemble an ELF, an object or a source, with symbols and encodings, like objdump -d."""
    from emu.asm import disassemble_elf
    from emu.cli.build import load_elf

    for line in disassemble_elf(load_elf(file, xlen), source=source, symbol=symbol, aliases=aliases, name=file):
        click.echo(line)
