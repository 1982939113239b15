"""The table itself: every row is complete and consistent."""

import random
import re

import pytest
from isa_oracles import boundary_operands

from emu.isa.formats import FIELDS, EncodeError, fields_in
from emu.isa.help import encoded_example
from emu.isa.insns import (
    BY_NAME,
    INSNS,
    XLENS,
    Decoded,
    base_operands,
    decode,
    encode,
    expand,
    lookup,
    lookup_mnemonic,
)

rows = pytest.mark.parametrize("insn", INSNS, ids=lambda insn: f"{insn.name}-{'-'.join(map(str, insn.xlens))}")


@rows
def test_fields_fill_the_open_bits(insn):
    """Fixed bits and fields cover each bit of the word exactly once."""
    assert insn.length in (2, 4)
    covered = insn.mask
    for field in insn.fields:
        assert not covered & field.bits, field.name
        covered |= field.bits
    assert covered == (1 << 8 * insn.length) - 1


@rows
def test_length_is_told_by_the_low_bits(insn):
    """Words of 32 bits end in 11, shorter ones do not, and nothing ends in 11111 (48 bits and longer)."""
    assert (insn.match & 3 == 3) == (insn.length == 4)
    assert insn.mask & 3 == 3
    assert insn.match & 0x1F != 0x1F


@rows
def test_texts_are_there(insn):
    """Each row has a summary that is a sentence, an example, and a formula or a base instruction."""
    assert insn.summary.endswith(".")
    assert insn.summary[0].isupper() or insn.summary[0].isdigit()
    assert insn.example.split()[0].startswith(insn.name)
    assert bool(insn.semantics) != bool(insn.expands)


@rows
def test_example_decodes_to_its_row(insn):
    """The example's word is read back as the same row at each of its widths."""
    word = encoded_example(insn)
    assert all(decode(word, xlen).insn is insn for xlen in insn.xlens)


@rows
def test_compressed_forms_expand(insn):
    """A compressed row names a base instruction of the same width and fills each of its operands."""
    for xlen in insn.xlens:
        name, roles = base_operands(insn)
        base = lookup(name, xlen)
        assert base.length == 4
        assert {FIELDS[operand].role for operand in base.operands} <= roles.keys()


@rows
def test_boundary_operands_survive(insn):
    """encode, decode and encode again agree for every boundary operand."""
    for operands in boundary_operands(insn):
        word = encode(insn, operands)
        for xlen in insn.xlens:
            decoded = decode(word, xlen)
            assert encode(decoded.insn, decoded.operands) == word
            if decoded.insn is insn:
                assert decoded.operands == operands


@rows
def test_out_of_range_is_refused(insn):
    """A value just outside a field raises EncodeError and is never encoded as something else."""
    operands = boundary_operands(insn)[0]
    for field in insn.fields:
        for value in (field.minimum - field.scale, field.maximum + field.scale, *field.exclude):
            with pytest.raises(EncodeError):
                encode(insn, operands | {field.name: value})
        if field.scale > 1:
            with pytest.raises(EncodeError):
                encode(insn, operands | {field.name: field.minimum + 1})


def test_rows_of_one_name_do_not_overlap_in_width():
    """lookup is unambiguous: a name has at most one row per width."""
    for name, found in BY_NAME.items():
        widths = [xlen for insn in found for xlen in insn.xlens]
        assert len(widths) == len(set(widths)), name


def test_rows_that_share_words_are_nested():
    """Where two rows of a width match the same word, one is a special case of the other (fewer open bits)."""
    for xlen in XLENS:
        found = [i for i in INSNS if xlen in i.xlens]
        for i, a in enumerate(found):
            for b in found[i + 1 :]:
                both = a.mask & b.mask
                if a.length == b.length and not (a.match ^ b.match) & both:
                    assert both in (a.mask, b.mask) and a.mask != b.mask, (a, b)


def test_random_words_survive():
    """Any word that decodes encodes back to itself, unused bits included."""
    random.seed(7)
    for _ in range(20_000):
        word = random.getrandbits(32) | 3
        for xlen in XLENS:
            decoded = decode(word, xlen)
            assert decoded is None or encode(decoded.insn, decoded.operands) == word


@pytest.mark.parametrize(
    ("name", "operands", "reason"),
    [
        ("addi", {"rd": 1, "rs1": 1, "imm_i": 4096}, "immediate 4096 out of range -2048..2047"),
        ("beq", {"rs1": 1, "rs2": 1, "imm_b": 3}, "offset 3 must be a multiple of 2"),
        ("beq", {"rs1": 1, "rs2": 1, "imm_b": 4096}, "offset 4096 out of range -4096..4094"),
        ("slli", {"rd": 1, "rs1": 1, "shamt6": 64}, "shift amount 64 out of range 0..63"),
        ("lui", {"rd": 1, "imm_u": 1 << 31}, "immediate 524288 out of range -524288..524287"),
        ("c.lw", {"rd_p": 7, "rs1_p": 8, "c_lw": 0}, "register x7 out of range 8..15"),
        ("c.lw", {"rd_p": 8, "rs1_p": 8, "c_lw": 6}, "immediate 6 must be a multiple of 4"),
        ("c.lwsp", {"rd_n0": 0, "c_lwsp": 0}, "register x0 is not allowed here"),
        ("c.addi16sp", {"c_addi16sp": 0}, "immediate 0 is not allowed here"),
        ("add", {"rd": 1, "rs1": 2}, "operand rs2 is missing"),
    ],
)
def test_reasons(name, operands, reason):
    """A refused operand is explained in words that fit behind file:line:column."""
    with pytest.raises(EncodeError, match=f"^{re.escape(reason)}$"):
        encode(lookup(name, 64), operands)


@pytest.mark.parametrize("number", [-1, 1 << 20])
def test_upper_immediates_are_written_as_twenty_bits(number):
    """`lui a0, 0xfffff` is -4096; anything beyond 20 bits is refused."""
    field = FIELDS["imm_u"]
    assert field.from_written(0xFFFFF) == -4096
    assert field.to_written(-4096) == 0xFFFFF
    with pytest.raises(EncodeError, match=r"out of range 0\.\.1048575"):
        field.from_written(number)


def test_ordering_suffixes():
    """.aq, .rl and .aqrl follow atomics only."""
    assert lookup_mnemonic("amoadd.w.aqrl", 32) == (lookup("amoadd.w", 32), {"aq": 1, "rl": 1})
    assert lookup_mnemonic("lr.d.aq", 64) == (lookup("lr.d", 64), {"aq": 1, "rl": 0})
    assert lookup_mnemonic("amoadd.w", 64) == (lookup("amoadd.w", 64), {})
    assert all(lookup_mnemonic(name, 64) is None for name in ("add.aq", "amoadd.w.", "amoadd.w.lr", "aq", ""))


def test_widths():
    """Instructions of one width are unknown at the other."""
    assert lookup("addiw", 32) is None
    assert lookup("c.jal", 64) is None
    assert lookup("slli", 32) is not lookup("slli", 64)


def test_expand():
    """c.addi4spn a0, sp, 16 reads as addi a0, sp, 16; a base instruction as itself."""
    decoded = decode(0x0808, 64)
    assert expand(decoded, 64) == Decoded(lookup("addi", 64), {"rd": 10, "rs1": 2, "imm_i": 16})
    plain = decode(0x13, 64)
    assert expand(plain, 64) is plain


def test_every_field_is_used():
    """No field is left over, and syntax strings hold no unknown words but register names."""
    assert {f.name for insn in INSNS for f in insn.fields} == FIELDS.keys()
    assert all(fields_in(insn.syntax) == insn.operands for insn in INSNS)
