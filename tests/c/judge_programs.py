"""The C programs of judge/: how they are compiled, and what each must print, recorded by tools/record_c.py."""

from __future__ import annotations

from pathlib import Path

from emu.cli.compiler import compile_to_elf

FOLDER = Path(__file__).parent / "judge"
PROGRAMS = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".c", ".cpp"))
OPTIONS = ("-O1", "-w")
ONLY_64 = {"cxx_exceptions.cpp", "cxx_library.cpp"}
"""Compiled for one width only: libc++ takes a minute to build."""


def elf(name: str, xlen: int) -> bytes:
    """A program as an executable; zig keeps what it has compiled."""
    return compile_to_elf([str(FOLDER / name)], xlen, OPTIONS)


def expected(name: str, xlen: int) -> str:
    """What it prints on stdout, and how it ends: `exit N`. Some programs have an answer for each width."""
    stem = FOLDER / Path(name).stem
    own = stem.with_suffix(f".{xlen}.out")
    return (own if own.exists() else stem.with_suffix(".out")).read_text()


def transcript(code: int, out: str) -> str:
    """The same of a run."""
    return f"{out}{'' if out.endswith(chr(10)) or not out else chr(10)}exit {code}\n"
