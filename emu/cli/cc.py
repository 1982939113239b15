"""`emu cc`: C and C++ in, a static ELF for the emulator out. All options but --xlen are the compiler's."""

from __future__ import annotations

import click

from emu.cli.job import xlen_option
from emu.errors import EmuError, Place

# no short options, not even -h: click would look for them inside of -fno-short-enums
PASSED_ON = {"ignore_unknown_options": True, "help_option_names": ["--help"], "max_content_width": 110}


@click.command("cc", context_settings=PASSED_ON, options_metavar="[--xlen 32|64]")
@click.argument("arguments", metavar="FILES… [-o FILE] [OPTIONS…]", nargs=-1, type=click.UNPROCESSED, required=True)
@xlen_option
def command(arguments: tuple[str, ...], xlen: int | None) -> None:
    """Compile C and C++ sources (.c .cc .cpp .cxx) against musl and link them into a static ELF with debug information.

    Everything else goes to the compiler as it is: -O2 -DNAME=1 -I FOLDER -c -S -g0 … It is clang, from the package
    ziglang; docs/c-programs.md says more.
    """
    if arguments == ("-h",):
        click.echo(click.get_current_context().get_help())
        return
    from emu.cli.build import DEFAULT_XLEN
    from emu.cli.compiler import into_stream, is_stream, zig_cc
    from emu.cli.compiler_words import inputs_among, output_among, short_output, sources_among
    from emu.cli.files import keep_inputs, read_bytes

    arguments = short_output(arguments)
    sources, output = sources_among(arguments), output_among(arguments)
    keep_inputs(output, inputs_among(arguments))
    xlen = xlen or DEFAULT_XLEN
    if failure := into_stream(arguments, xlen, output) if is_stream(output) else zig_cc(arguments, xlen):
        for path in sources:
            read_bytes(path)  # of one that isn't there zig says FileNotFound and no more
        raise EmuError(failure, Place(sources[0]) if len(sources) == 1 else None)
