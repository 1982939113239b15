"""Static programs of Debian's riscv64-linux-gnu-gcc and its glibc, where that is installed: nothing but the kernel's
system calls, auxiliary vector and thread pointer is common to them and the programs of musl.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from judge_programs import FOLDER, expected, transcript
from judges import GCC, GXX

PROGRAMS = (
    "integers.c",
    "varargs.c",
    "malloc_stress.c",
    "pthreads.c",
    "signals.c",
    "mmap_all.c",
    "epoll_timers.c",
    "math_float.c",
    "cxx_exceptions.cpp",
    "cxx_library.cpp",
)
HELLO = '#include <stdio.h>\nint main(int c, char **v) { printf("hello, %s\\n", c > 1 ? v[1] : "world"); return c; }\n'


def compile_with_gcc(source: Path, output: Path) -> Path:
    """A static executable, linked against glibc."""
    driver = GXX if source.suffix == ".cpp" else GCC
    command = [driver, "-static", "-O1", "-w", "-D_GNU_SOURCE", str(source), "-o", str(output), "-lm", "-lpthread"]
    subprocess.run(command, check=True, timeout=300)
    return output


if GCC and GXX:

    def test_hello(emulate: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
        """Starts, prints, ends; the kernel knows every call that glibc makes on the way."""
        (tmp_path / "hello.c").write_text(HELLO)
        elf = compile_with_gcc(tmp_path / "hello.c", tmp_path / "hello")
        assert emulate(elf) == (1, "hello, world\n", "")
        assert emulate(elf, "glibc", options=("--harts", "2", "--no-aslr")) == (2, "hello, glibc\n", "")

    def test_programs(emulate: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
        """What was recorded with musl on QEMU is printed with glibc too: these don't depend on the library."""
        for name in PROGRAMS:
            code, out, err = emulate(compile_with_gcc(FOLDER / name, tmp_path / "program"))
            assert transcript(code, out) == expected(name, 64), name
            assert "not implemented" not in err
