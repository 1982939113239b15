"""The two executables of a program: one for the emulator, one for this host, by the same compiler and options (or as
a distribution has compiled them).
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from emu.cli.compiler import cache_folder, compile_to_elf, zig
from emu.errors import EmuError
from tools.corpus.programs import FILES, PROGRAMS
from tools.corpus.sources import fetch

QUICK = ("-O1", "-w", "-g0")


def sources(name: str) -> tuple[Path, list[str]]:
    """The package's folder, and the program's files in it."""
    program = PROGRAMS[name]
    folder = fetch(program.source)
    found = [path for pattern in program.sources if pattern[0] not in "!+" for path in sorted(folder.glob(pattern))]
    found += [FILES / pattern[1:] for pattern in program.sources if pattern[0] == "+"]
    unwanted = {folder / pattern[1:] for pattern in program.sources if pattern[0] == "!"}
    (folder / "config.h").touch()  # TinyCC's configure would write one
    return folder, [str(path) for path in found if path not in unwanted]


def options(name: str, folder: Path) -> list[str]:
    """Compiler options; folders of -I are the package's."""
    return [f"-I{folder / word[2:]}" if word.startswith("-I") else word for word in (*QUICK, *PROGRAMS[name].options)]


def as_it_comes(source: str, name: str) -> bytes:
    """The executable in a distribution's package."""
    return (fetch(source) / PROGRAMS[name].sources[0]).read_bytes()


def for_the_emulator(name: str, xlen: int = 64, further: tuple[str, ...] = ()) -> bytes:
    """A static RISC-V executable; `further` options come last."""
    if PROGRAMS[name].built:
        return as_it_comes(PROGRAMS[name].source, name)
    folder, files = sources(name)
    return compile_to_elf(files, xlen, [*options(name, folder), *further])


def for_this_host(name: str) -> bytes:
    """A static executable that this host runs itself."""
    if PROGRAMS[name].built:
        return as_it_comes(PROGRAMS[name].source.replace("riscv64", "amd64"), name)
    folder, files = sources(name)
    cache = str(cache_folder())
    with tempfile.TemporaryDirectory() as temporary:
        output = Path(temporary) / name
        command = [zig(), "cc", "-target", "native-linux-musl", "-static", "-fno-sanitize=undefined"]
        command += [*options(name, folder), *files, "-o", str(output)]
        environment = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache}
        if subprocess.run(command, env=environment, check=False).returncode:
            raise EmuError(f"{name} does not compile for this host, see above")
        return output.read_bytes()
