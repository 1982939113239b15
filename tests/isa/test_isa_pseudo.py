"""The second table: every row is complete, and the manual's list is there."""

import pytest

from emu.isa.formats import FIELDS
from emu.isa.insns import INSNS, lookup
from emu.isa.pseudo import OPERAND_KINDS, PSEUDOS, lookup_pseudo, template_operands

# RISC-V Assembly Programmer's Manual, "A listing of standard RISC-V pseudoinstructions" (RV64; then RV32 only).
MANUAL = """
la lla lga lb lh lw ld sb sh sw sd flw fld fsw fsd nop li mv not neg negw sext.b sext.h sext.w zext.b zext.h zext.w
seqz snez sltz sgtz fmv.s fabs.s fneg.s fmv.d fabs.d fneg.d beqz bnez blez bgez bltz bgtz bgt ble bgtu bleu
j jal jr jalr ret call tail jump fence rdinstret rdcycle rdtime csrr csrw csrs csrc csrwi csrsi csrci
frcsr fscsr frrm fsrm fsrmi frflags fsflags fsflagsi
"""
MANUAL_RV32 = "rdinstreth rdcycleh rdtimeh"


@pytest.mark.parametrize("name", MANUAL.split())
def test_manual_is_covered(name):
    """Each pseudo-instruction of the manual is in the table."""
    assert lookup_pseudo(name, 64)


@pytest.mark.parametrize("name", MANUAL_RV32.split())
def test_manual_is_covered_rv32(name):
    """The upper halves of the counters are RV32's only."""
    assert lookup_pseudo(name, 32)
    assert not lookup_pseudo(name, 64)


@pytest.mark.parametrize("pseudo", PSEUDOS, ids=lambda p: f"{p.name}-{p.syntax}-{p.xlens[0]}{p.without}")
def test_rows_are_complete(pseudo):
    """Operand words are known, and templates use instructions of the same widths and no other operands."""
    assert pseudo.summary.endswith(".")
    assert all(word in FIELDS or word in OPERAND_KINDS for word in pseudo.operands)
    for xlen in pseudo.xlens:
        for template in pseudo.templates:
            assert lookup(template.split()[0], xlen)
            if not pseudo.computed:
                used = {v.name for v in template_operands(template, xlen)[1].values() if not isinstance(v, int)}
                assert used <= set(pseudo.operands)


def test_loads_and_stores_by_symbol():
    """Each load and store of the base table has a form with a symbol."""
    memory = {i.name for i in INSNS if i.length == 4 and i.syntax.endswith(("imm_i(rs1)", "imm_s(rs1)"))} - {"jalr"}
    assert memory == {p.name for p in PSEUDOS if "symbol" in p.operands and p.name in memory}
    assert len(memory) == 15


def test_forms_are_told_apart():
    """jalr has forms of one, two and three operands; what may only be printed is not offered."""
    assert [p.syntax for p in lookup_pseudo("jalr", 64)] == [
        "rs1",
        "imm_i(rs1)",
        "rs1, imm_i",
        "rd, rs1",
        "rd, rs1, imm_i",
    ]
    assert [p.mark for p in lookup_pseudo("li", 64)] == ["~"]


def test_template_operands():
    """A template is resolved to fields, constants and words by the base's operands."""
    assert template_operands("addi rd, rs1, 0", 64) == (
        "addi",
        {"rd": FIELDS["rd"], "rs1": FIELDS["rs1"], "imm_i": 0},
    )
    assert template_operands("csrrs rd, cycle, zero", 64)[1] == {"rd": FIELDS["rd"], "csr": 0xC00, "rs1": 0}
    assert template_operands("auipc ra, symbol[31:12]", 64)[1] == {"rd": 1, "imm_u": "symbol[31:12]"}
