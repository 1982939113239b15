"""A real gdb against `emu gdb`, where one that knows RISC-V is installed (Debian: gdb-multiarch)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from judges import judge

ROOT = Path(__file__).resolve().parents[2]
GDB = [path for name in ("gdb-multiarch", "riscv64-unknown-elf-gdb", "riscv64-linux-gnu-gdb") if (path := judge(name))]


def talk(program: str, *lines: str, options: tuple[str, ...] = ()) -> str:
    """What gdb prints for these commands."""
    command = [sys.executable, "-m", "emu", "gdb", "--port", "0", "--once", *options, program]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as server:
        try:
            port = next(line for line in server.stderr if "waiting for gdb" in line).rsplit(":", 1)[1].strip()
            script = ["set pagination off", "set confirm off", f"target remote :{port}", *lines, "kill"]
            arguments = [part for line in script for part in ("-ex", line)]
            run = subprocess.run(
                [GDB[0], "-nx", "-batch", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300
            )
            return run.stdout + run.stderr
        finally:
            server.kill()


if GDB:  # collected only where there is one

    @pytest.mark.parametrize("xlen", ["64", "32"])
    def test_breakpoint_backtrace_and_back(xlen: str) -> None:
        """Symbols and lines come from the guest; gdb steps forwards and backwards."""
        lines = [
            "break fib",
            "continue",
            "bt",
            "stepi",
            "reverse-stepi",
            "p $pc",
            "reverse-continue",
            "p/x $pc",
            "monitor walk $sp",
        ]
        said = talk("programs/fib.s", *lines, options=("--xlen", xlen))
        assert "Breakpoint 1, fib () at" in said and "programs/fib.s:29" in said
        assert "#1 " in said and "in _start ()" in said
        assert "No more reverse-execution history" in said
        assert "PGD" in said

    def test_a_segmentation_fault() -> None:
        """gdb sees the program before it dies, and can go back."""
        said = talk("programs/null_deref.s", "continue", "x/i $pc", "reverse-stepi", "x/i $pc", "continue", "continue")
        assert "Program received signal SIGSEGV" in said
        assert "lw\ta0,8(t0)" in said and "li\tt0,0" in said
        assert "Program terminated with signal SIGSEGV" in said

    def test_watchpoints_and_threads() -> None:
        """Hardware watchpoints; a thread of its own for each task."""
        lines = [
            "monitor catch fork",
            "continue",
            "monitor stepi 3",
            "info threads",
            "watch *(int*)$sp",
            "info breakpoints",
        ]
        said = talk("programs/kernel/threads.s", *lines, options=("--harts", "2"))
        assert "Thread 1.2" in said and "atchpoint" in said
