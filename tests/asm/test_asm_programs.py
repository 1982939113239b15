"""The guest programs: clang's bytes in every section."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from asm_judge import clang_object, difference, elf_sections, our_sections

FOLDER = Path(__file__).parents[2] / "programs"
PROGRAMS = [path for path in sorted(FOLDER.glob("**/*.s")) if ".globl" in path.read_text()]  # others are included


def found(name: str, folders: Iterable[Path]) -> Path:
    """An included file, in the first folder that has it."""
    return next(folder / name for folder in folders if (folder / name).exists())


CASES = [(path, xlen) for xlen in (64, 32) for path in PROGRAMS if xlen == 64 or "64-bit only" not in path.read_text()]


@pytest.mark.parametrize(("path", "xlen"), CASES, ids=lambda value: getattr(value, "stem", value))
def test_programs(path, xlen):
    """Each program, at the widths that it is for."""
    text, folders = path.read_text(), (path.parent, FOLDER / "lib")
    theirs = elf_sections(clang_object(f".set __riscv_xlen, {xlen}\n{text}", xlen, folders=folders))
    ours = our_sections(text, xlen, include=lambda name, includer: found(name, folders).read_bytes())
    assert ours.keys() == theirs.keys()
    for name, data in theirs.items():
        assert ours[name] == data, difference(name, ours[name], data)
