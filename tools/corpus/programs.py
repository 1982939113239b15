"""What is compiled and what it is given to do. A run's files lie in one folder, `{w}` in its arguments."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tools.corpus import inputs

FILES = Path(__file__).parent / "files"


class Run(NamedTuple):
    """One execution. `files` are there before it; `compare` are files whose bytes are compared after it."""

    args: tuple[str, ...]
    files: dict[str, bytes] = {}  # noqa: RUF012 - never changed
    stdin: str = ""
    compare: tuple[str, ...] = ()


class Program(NamedTuple):
    """An executable. `sources` are patterns in the package; a leading ! takes files out, + names one of `files`.

    `built`: the package has it as a distribution compiled it, `sources` is its place. The package of RISC-V and that
    of this host (x86-64) differ in the last part of their names.
    """

    source: str
    sources: tuple[str, ...]
    options: tuple[str, ...]
    runs: tuple[Run, ...]
    built: bool = False


MINIZIP = ("*.c", "contrib/minizip/zip.c", "contrib/minizip/unzip.c", "contrib/minizip/ioapi.c")
ZLIB = ("-DHAVE_UNISTD_H", "-I.", "-Icontrib/minizip", "-D_LARGEFILE64_SOURCE=1")
TCC = (
    "-I.",
    "-DONE_SOURCE=1",
    "-DTCC_TARGET_RISCV64",
    '-DTCC_VERSION="0.9.27"',
    '-DCONFIG_TCCDIR="/w"',
    "-include",
    "stddef.h",
)

PROGRAMS = {
    "lua": Program(
        "lua",
        ("l*.c", "!ltests.c"),
        ("-DLUA_USE_POSIX",),
        (
            Run(("{w}/all.lua", "one", "two"), {"all.lua": inputs.text("all.lua")}),
            Run(("-e", "print(2^53, 10 // 3, 7.0 % 2.5, 0x7fffffffffffffff + 1, _VERSION)")),
            Run(("-",), stdin="for i = 1, 3 do print(i, i / 3, ('x'):rep(i)) end error('at the end')"),
        ),
    ),
    "sqlite": Program(
        "sqlite",
        ("sqlite3.c", "shell.c", "+no_extensions.c"),
        ("-DSQLITE_THREADSAFE=1", "-DSQLITE_OMIT_LOAD_EXTENSION", "-DSQLITE_ENABLE_MATH_FUNCTIONS"),
        (
            Run(("-batch", "{w}/test.db"), stdin=inputs.thousand_statements(), compare=("test.db",)),
            Run(("-batch", ":memory:"), stdin=inputs.text("queries.sql").decode()),
        ),
    ),
    "zlib": Program(
        "zlib",
        ("*.c", "test/example.c"),
        ZLIB,
        (Run(("{w}/example.gz",), compare=("example.gz",)),),
    ),
    "minigzip": Program(
        "zlib",
        ("*.c", "test/minigzip.c"),
        ZLIB,
        (
            Run(("-9", "{w}/poem"), {"poem": inputs.poem()}, compare=("poem.gz",)),
            Run(("-d", "{w}/poem.gz"), {"poem.gz": inputs.compressed(inputs.poem())}, compare=("poem",)),
        ),
    ),
    "minizip": Program(
        "zlib",
        (*MINIZIP, "contrib/minizip/minizip.c"),
        ZLIB,
        (
            Run(
                ("-o", "-j", "{w}/new.zip", "{w}/poem", "{w}/table"),
                {"poem": inputs.poem(), "table": inputs.table()},
                compare=("new.zip",),
            ),
        ),
    ),
    "miniunz": Program(
        "zlib",
        (*MINIZIP, "contrib/minizip/miniunz.c"),
        ZLIB,
        (
            Run(("-l", "{w}/old.zip"), {"old.zip": inputs.archive()}),
            Run(("-o", "{w}/old.zip", "-d", "{w}"), {"old.zip": inputs.archive()}, compare=("poem", "table")),
        ),
    ),
    "cjson": Program("cjson", ("cJSON.c", "test.c"), ("-I.",), (Run(()),)),
    "tcc": Program(
        "tcc",
        ("tcc.c",),
        TCC,
        (
            Run(
                ("-nostdlib", "-static", "{w}/primes.c", "{w}/start.o", "-o", "{w}/primes"),
                {"primes.c": inputs.text("primes.c"), "start.o": inputs.start_object()},
                compare=("primes",),
            ),
            Run(("-c", "{w}/broken.c"), {"broken.c": b"int main(void) { return undeclared; }\n"}),
        ),
    ),
    "busybox": Program(
        "busybox-riscv64",
        ("usr/bin/busybox",),
        (),
        (Run(("sh", "{w}/applets.sh"), {"applets.sh": inputs.text("applets.sh")}),),
        built=True,
    ),
    "bash": Program(
        "bash-riscv64",
        ("usr/bin/bash-static",),
        (),
        (Run(("{w}/builtins.bash",), {"builtins.bash": inputs.text("builtins.bash")}),),
        built=True,
    ),
}
"""Name -> program. `tcc` is a compiler for RISC-V wherever it runs: both executables must write the same bytes."""
