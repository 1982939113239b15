"""qemu-riscv64 and qemu-riscv32, QEMU's user-mode translators, where installed: no machine at all is modelled."""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

from .measure import Run
from .program import Program


def command(xlen: int) -> str | None:
    """Where the translator for a width is."""
    return shutil.which(f"qemu-riscv{xlen}") or shutil.which(f"qemu-riscv{xlen}-static")


def available() -> str:
    """The version, or ''."""
    found = command(64)
    if not found:
        return ""
    text = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    return text.split("version ")[-1].split()[0] if "version " in text else "?"


def run(program: Program, instructions: int) -> Run:
    """The whole process, its start included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench"
        path.write_bytes(program.elf)
        path.chmod(0o755)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([command(program.xlen), str(path)], capture_output=True, check=True, timeout=600)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, instructions, int(done.stdout, 16))
