"""The disassembler: aliases, symbols, targets, and words that are no instructions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emu.isa.disassemble import disassemble
from emu.isa.insns import XLENS, decode

ALIASES = [
    (0x00000013, "nop", "addi zero, zero, 0"),
    (0x00008067, "ret", "jalr zero, 0(ra)"),
    (0x00858067, "jr 8(a1)", "jalr zero, 8(a1)"),
    (0x000580E7, "jalr a1", "jalr ra, 0(a1)"),
    (0x000582E7, "jalr t0, 0(a1)", "jalr t0, 0(a1)"),
    (0x00500513, "li a0, 5", "addi a0, zero, 5"),
    (0x00058513, "mv a0, a1", "addi a0, a1, 0"),
    (0xFFF5C513, "not a0, a1", "xori a0, a1, -1"),
    (0x40B00533, "neg a0, a1", "sub a0, zero, a1"),
    (0x40B0053B, "negw a0, a1", "subw a0, zero, a1"),
    (0x0005851B, "sext.w a0, a1", "addiw a0, a1, 0"),
    (0x0805853B, "zext.w a0, a1", "add.uw a0, a1, zero"),
    (0x0FF5F513, "zext.b a0, a1", "andi a0, a1, 255"),
    (0x0015B513, "seqz a0, a1", "sltiu a0, a1, 1"),
    (0x0140006F, "j 0x1014", "jal zero, 0x1014"),
    (0xFF5FF0EF, "jal 0xff4", "jal ra, 0xff4"),
    (0x00B50463, "beq a0, a1, 0x1008", "beq a0, a1, 0x1008"),
    (0xC0002573, "rdcycle a0", "csrrs a0, cycle, zero"),
    (0x00302573, "frcsr a0", "csrrs a0, fcsr, zero"),
    (0x7C002573, "csrr a0, 0x7c0", "csrrs a0, 0x7c0, zero"),
    (0xC0001073, "unimp", "csrrw zero, cycle, zero"),
    (0x0FF0000F, "fence", "fence iorw, iorw"),
    (0x0330000F, "fence rw, rw", "fence rw, rw"),
    (0x12000073, "sfence.vma", "sfence.vma zero, zero"),
    (0xFFFFF537, "lui a0, 0xfffff", "lui a0, 0xfffff"),
    (0x06A5B52F, "amoadd.d.aqrl a0, a0, (a1)", "amoadd.d.aqrl a0, a0, (a1)"),
    (0x02B5F553, "fadd.d fa0, fa1, fa1", "fadd.d fa0, fa1, fa1"),
    (0x02B59553, "fadd.d fa0, fa1, fa1, rtz", "fadd.d fa0, fa1, fa1, rtz"),
    (0x22B58553, "fmv.d fa0, fa1", "fsgnj.d fa0, fa1, fa1"),
    (0x8082, "ret", "c.jr ra"),
    (0x852E, "mv a0, a1", "c.mv a0, a1"),
    (0x1141, "addi sp, sp, -16", "c.addi sp, -16"),
    (0x7179, "addi sp, sp, -48", "c.addi16sp sp, -48"),
    (0x4501, "li a0, 0", "c.li a0, 0"),
    (0xA809, "j 0x1012", "c.j 0x1012"),
    (0xC111, "beqz a0, 0x1004", "c.beqz a0, 0x1004"),
    (0x9002, "ebreak", "c.ebreak"),
    (0x0001, "nop", "c.nop"),
]


@pytest.mark.parametrize(("word", "alias", "plain"), ALIASES, ids=[alias for _, alias, _ in ALIASES])
def test_aliases(word, alias, plain):
    """Words read as pseudo-instructions, or under their own names without aliases."""
    assert disassemble(word, 0x1000, 64) == alias
    assert disassemble(word, 0x1000, 64, aliases=False) == plain


@pytest.mark.parametrize(
    ("word", "text"),
    [(0, ".2byte 0x0000"), (0xFFFF, ".4byte 0x0000ffff"), (0xFFFFFFFF, ".4byte 0xffffffff"), (0x4002, ".2byte 0x4002")],
)
def test_no_instruction(word, text):
    """What decodes to nothing is shown as data."""
    assert disassemble(word, 0, 64) == text


def test_ignored_bits_are_shown():
    """A fence with bits that hardware ignores is legal, but no assembler writes it."""
    assert disassemble(0x0331060F, 0, 64) == ".4byte 0x0331060f  # fence rw, rw"


def test_symbols_follow_targets():
    """A known target is named; other numbers are not looked up."""
    names = {0x1014: "main+0x4"}
    assert disassemble(0x0140006F, 0x1000, 64, symbols=names.get) == "j 0x1014 <main+0x4>"
    assert disassemble(0x0140006F, 0x2000, 64, symbols=names.get) == "j 0x2014"
    assert disassemble(0x00500513, 0x100F, 64, symbols=names.get) == "li a0, 5"


def test_targets_wrap():
    """Below address 0 is the top of the address space of the width."""
    assert disassemble(0xFF5FF06F, 0, 32) == "j 0xfffffff4"
    assert disassemble(0xFF5FF06F, 0, 64) == "j 0xfffffffffffffff4"


@given(st.integers(0, (1 << 64) - 1), st.integers(0, (1 << 64) - 1), st.sampled_from(XLENS), st.booleans())
def test_never_raises(word, pc, xlen, aliases):
    """Any bits, at any address, give one line."""
    text = disassemble(word, pc, xlen, aliases=aliases)
    assert text and "\n" not in text
    assert text.startswith(".") == (decode(word, xlen) is None) or "  # " in text
