"""fli's constants in assembly text; clang judges the rows themselves in tests/isa."""

import pytest

from emu.asm import AsmError, Source, assemble, disassemble_elf
from emu.isa.text import FLI

SPELLINGS = [("1", "1.0"), ("0.250", "0.25"), ("-1", "-1.0"), ("1e0", "1.0"), ("3.0517578125e-5", "3.0517578125e-05")]


def listing(operand):
    """What `fli.d fa0, operand` is read back as."""
    elf = assemble([Source("zfa.s", f".globl _start\n_start: fli.d fa0, {operand}\n")], xlen=64)
    return "\n".join(map(str, disassemble_elf(elf)))


@pytest.mark.parametrize("constant", FLI)
def test_each_constant(constant):
    """All 32 are taken as they are printed."""
    assert f"fli.d fa0, {constant}" in " ".join(listing(constant).split()).replace(" ,", ",")


@pytest.mark.parametrize(("written", "shown"), SPELLINGS)
def test_other_spellings(written, shown):
    """The value counts, not the spelling."""
    assert f"fli.d fa0, {shown}" in " ".join(listing(written).split())


@pytest.mark.parametrize("operand", ["0.3", "0.0", "1.0.0", "max", "fa1", "1.0 + 1.0"])
def test_other_constants(operand):
    """What fli cannot load is an error that lists what it can, or says what is wrong."""
    with pytest.raises(AsmError) as caught:
        listing(operand)
    assert "zfa.s:2:" in str(caught.value)


def test_points_elsewhere_are_no_numbers():
    """Other instructions take no floating-point constants."""
    with pytest.raises(AsmError, match=r"zfa\.s:1:17: error: unexpected text"):
        assemble([Source("zfa.s", "_start: li a0, 1.5\n")], xlen=64)
