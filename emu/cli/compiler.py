"""C and C++ to a static ELF, by zig: clang, linker, musl and libc++ in one PyPI package (the extra `c`).

zig keeps what it has compiled, in the user's cache folder, under a hash of the sources, the headers that they include,
the options and its own version. Compiling the same program again takes some 50 ms.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata, util
from pathlib import Path
from typing import NamedTuple

import click

from emu.cachedir import cache_root, writable
from emu.cli import diagnostics
from emu.cli.compiler_words import for_zig, is_cxx, sources_among
from emu.cli.files import write_bytes
from emu.errors import EmuError, Place

INSTALL = "pip install ziglang (clang, its linker and musl in one package)"


class Target(NamedTuple):
    """What zig is told to compile for."""

    triple: str
    cpu: str


TARGETS = {
    64: Target("riscv64-linux-musl", "baseline_rv64"),
    32: Target("riscv32-linux-musl", "baseline_rv32"),
}
OPTIONS = ("-static", "-g", "-fno-sanitize=undefined")
"""Before the user's own options, which therefore win. Without the last one zig's clang stops programs at undefined
behaviour, where the machine is to show what happens."""


def compile_to_elf(paths: Sequence[str], xlen: int, options: Sequence[str] = ()) -> bytes:
    """One program from C, C++ and assembly sources and objects. EmuError; the compiler's messages go to stderr."""
    with tempfile.TemporaryDirectory(prefix="emu-cc-") as folder:
        output = Path(folder) / "program"
        files = [f"./{path}" if path.startswith("-") else path for path in paths]
        if failure := zig_cc([*options, *files, "-o", str(output)], xlen, quiet_stdout=True):
            raise EmuError(failure, Place(paths[0]))
        if not output.is_file():
            raise EmuError("was not linked to a program", Place(paths[0]), "leave -c, -S and -E to emu cc")
        return output.read_bytes()


def is_stream(output: str) -> bool:
    """Whether what -o names is standard output (-), a device or a pipe."""
    try:
        mode = Path(output).stat().st_mode
    except (OSError, ValueError):
        return output == "-"
    return output == "-" or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def into_stream(arguments: Sequence[str], xlen: int, stream: str) -> str:
    """The same for a stream, in the place of which zig would put a file."""
    with tempfile.TemporaryDirectory(prefix="emu-cc-") as folder:
        output = Path(folder) / "output"
        pairs = zip(("", *arguments), arguments, strict=False)
        words = [word for before, word in pairs if before != "-o" and not word.startswith("-o")]
        failure = zig_cc([*words, "-o", str(output)], xlen)
        if not failure and output.is_file():
            deliver(output.read_bytes(), stream)
        return failure


def deliver(data: bytes, stream: str) -> None:
    """Bytes to standard output or to another stream."""
    if stream != "-":
        write_bytes(stream, data)
        return
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


def zig_cc(arguments: Sequence[str], xlen: int, *, quiet_stdout: bool = False) -> str:
    """Run zig's compiler on this process's streams; what went wrong, or "". With `quiet_stdout` it writes to stderr
    only. EmuError if it can't be run.
    """
    driver = "c++" if any(is_cxx(argument) for argument in arguments) else "cc"
    target, folder = TARGETS[xlen], cache_folder()
    marker = folder / f"{driver}-{target.triple}-{target.cpu}-{version()}"
    if not marker.exists():
        library = {"cc": "C", "c++": "C++"}[driver]
        click.echo(f"compiling the {library} library for {target.triple} (once per version; it is cached)…", err=True)
    target_options = ("-target", target.triple, f"-mcpu={target.cpu}")
    chosen = [driver, *target_options, *OPTIONS, *diagnostics.colours(), *for_zig(arguments)]
    sources = sources_among(arguments)
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="emu-cc-") as fresh:
        local = fresh if diagnostics.remembered(folder, sources) else str(folder)
        environment = {"ZIG_GLOBAL_CACHE_DIR": str(folder), "ZIG_LOCAL_CACHE_DIR": local} | os.environ
        try:
            code, messages = diagnostics.follow([zig(), *chosen], environment, 2 if quiet_stdout else None)
        except OSError as error:
            raise EmuError(f"the C compiler can't be run: {error.strerror or error}", hint=INSTALL) from None
    diagnostics.remember(folder, diagnostics.spoken_of(sources, messages))
    if code < 0:
        return f"the compiler was ended by signal {-code} (is there enough memory?)"
    if code:
        return diagnostics.verdict(messages)
    marker.touch()
    return ""


def zig() -> str:
    """The path of zig's binary. EmuError when the extra isn't installed."""
    found = util.find_spec("ziglang")
    if found is None or not found.submodule_search_locations:
        raise EmuError("there is no C compiler: the package ziglang is missing", hint=INSTALL)
    folder = Path(found.submodule_search_locations[0])
    return str(folder / ("zig.exe" if os.name == "nt" else "zig"))


def version() -> str:
    """zig's version; empty when it isn't installed."""
    try:
        return metadata.version("ziglang")
    except metadata.PackageNotFoundError:
        return ""


def cache_folder() -> Path:
    """Where zig keeps what it has compiled. EmuError where nothing can be kept."""
    zig()
    folder = cache_root() / "zig"
    if not writable(folder):
        raise EmuError("there is no folder to compile in", hint="EMU_CACHE_DIR names one that can be written to")
    return folder
