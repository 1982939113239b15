"""Help texts and the generated reference."""

import runpy
from pathlib import Path

import pytest

from emu.errors import EmuError
from emu.isa.help import cells, diagram, insn_help
from emu.isa.insns import BY_NAME, INSNS, XLENS, lookup
from emu.isa.pseudo import PSEUDO_BY_NAME

ROOT = Path(__file__).resolve().parents[2]


def test_reference_is_current():
    """docs/isa.md is what tools/gen_isa_docs.py makes of the tables."""
    document = runpy.run_path(str(ROOT / "tools" / "gen_isa_docs.py"))["document"]
    assert (ROOT / "docs" / "isa.md").read_text() == document()


@pytest.mark.parametrize("xlen", XLENS)
def test_each_name_has_help(xlen):
    """Every instruction and pseudo-instruction is explained at both widths, within 100 columns."""
    for name in BY_NAME.keys() | PSEUDO_BY_NAME.keys():
        text = insn_help(name, xlen)
        assert text.startswith(name)
        assert max(map(len, text.splitlines())) <= 100, name


def test_help_of_addi():
    """Syntax, formula, boxes, limits, example, compressed forms and pseudo-instructions stand in one card."""
    text = insn_help("ADDI")
    for part in ("addi rd, rs1, imm", "rd = rs1 + imm", "| imm[11:0] | rs1 | 000 | rd | 0010011 |", "-2048..2047",
                 "addi sp, sp, -16", "0xff010113", "c.addi4spn", "mv rd, rs1"):  # fmt: skip
        assert part in text


def test_help_of_a_name_with_suffix_and_of_the_other_width():
    """amoadd.w.aq is found, and an RV64 instruction when asked for RV32."""
    assert "[.aq][.rl]" in insn_help("amoadd.w.aq")
    assert "RV64" in insn_help("addiw", 32)


def test_unknown_names_get_a_suggestion():
    """A typing error is an EmuError with a hint."""
    with pytest.raises(EmuError, match="did you mean 'andn' or 'andi' or 'addi'"):
        insn_help("adni")


@pytest.mark.parametrize("insn", INSNS, ids=lambda i: f"{i.name}-{i.xlens[0]}")
def test_diagrams_cover_the_word(insn):
    """The boxes run from the top bit to bit 0 without a gap, show all fixed bits and only bits of their fields."""
    expected = 8 * insn.length - 1
    for hi, lo, label in cells(insn):
        assert hi == expected >= lo
        expected = lo - 1
        bits = insn.bits[8 * insn.length - 1 - hi : 8 * insn.length - lo]
        assert bits == label if label[0] in "01" else set(bits) == {"."}
    assert expected == -1


def test_diagram_of_a_branch():
    """The scattered immediate of a branch is drawn as in the manual."""
    assert "imm[12|10:5]" in diagram(lookup("beq", 64))[1]
    assert "imm[4:1|11]" in diagram(lookup("beq", 64))[1]
