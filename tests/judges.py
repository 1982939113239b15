"""The distribution's judges: QEMU, gdb, a cross compiler. One whose installation was cut short counts as not there."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

PREFIX = "riscv64-linux-gnu-"


def said(*command: str) -> str | None:
    """What a command prints, None if it doesn't end well."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


@cache
def judge(name: str) -> str | None:
    """The path of a command that is installed and runs."""
    path = shutil.which(name)
    return path if path and said(path, "--version") else None


@cache
def cross_compiler(driver: str, library: str) -> str | None:
    """Debian's gcc or g++ for RISC-V, if it has its static library too."""
    path = judge(PREFIX + driver)
    return path if path and Path(said(path, f"-print-file-name={library}") or "").is_absolute() else None


GCC, GXX = cross_compiler("gcc", "libc.a"), cross_compiler("g++", "libstdc++.a")
