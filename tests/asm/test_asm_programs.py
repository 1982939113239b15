"""The guest programs: clang's bytes in every section."""

from pathlib import Path

import pytest
from asm_judge import clang_object, difference, elf_sections, our_sections

FOLDER = Path(__file__).parents[2] / "programs"
PROGRAMS = [path for path in sorted(FOLDER.glob("**/*.s")) if ".globl" in path.read_text()]  # others are included


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
@pytest.mark.parametrize("xlen", (64, 32))
def test_programs(path, xlen):
    """Each program, at both widths."""
    text = path.read_text()
    theirs = elf_sections(clang_object(f".set __riscv_xlen, {xlen}\n{text}", xlen, folder=path.parent))
    ours = our_sections(text, xlen, include=lambda name, includer: (path.parent / name).read_bytes())
    assert ours.keys() == theirs.keys()
    for name, data in theirs.items():
        assert ours[name] == data, difference(name, ours[name], data)
