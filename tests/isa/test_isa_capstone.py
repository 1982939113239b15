"""The decoder and disassembler against capstone: all 16-bit words, many 32-bit ones, both widths."""

import random
from collections import Counter

import pytest
from isa_oracles import boundary_operands, capstone_text, plain

from emu.isa.disassemble import disassemble
from emu.isa.insns import INSNS, XLENS, decode, encode

widths = pytest.mark.parametrize("xlen", XLENS)

# Where capstone 5 differs, why, and how to tell: (ours, theirs) as texts, '' if no instruction, and the word.
QUIRKS_16 = {
    "the all-zero word is illegal; capstone gives it a name": lambda w, x, a, b: w == 0 and b == "c.unimp",
    "c.nop with an immediate is a hint, whose immediate capstone drops or refuses": lambda w, x, a, b: (
        a.startswith("c.nop ") and b in ("c.nop", "")
    ),
    "other hints write x0; capstone knows none of them": lambda w, x, a, b: (
        b == "" and a.split()[0] in ("c.li", "c.lui", "c.mv", "c.add", "c.slli") and a.split()[1] == "zero,"
    ),
    "c.lui with immediate 0 is reserved": lambda w, x, a, b: a == "" and b.startswith("c.lui ") and b.endswith(", 0"),
    "RV32 shifts by 32 and more are not RV32C": lambda w, x, a, b: (
        x == 32 and a == "" and b.startswith(("c.slli ", "c.srli ", "c.srai ")) and w >> 12 & 1
    ),
}


@widths
def test_all_compressed_words(xlen):
    """Each 16-bit word is the instruction capstone says, or none, but for the listed quirks; all of them occur."""
    seen = Counter()
    for word in (w for w in range(1 << 16) if w & 3 != 3):
        ours = plain(disassemble(word, 0, xlen, aliases=False), xlen) if decode(word, xlen) else ""
        theirs = capstone_text(word, 2, xlen) or ""
        if ours != theirs:
            fits = [reason for reason, quirk in QUIRKS_16.items() if quirk(word, xlen, ours, theirs)]
            assert len(fits) == 1, f"{word:#06x}: ours {ours!r}, capstone {theirs!r}, quirks {fits}"
            seen[fits[0]] += 1
    assert len(seen) == len(QUIRKS_16) - (xlen == 64)


@widths
def test_all_compressed_words_encode_back(xlen):
    """encode undoes decode on each 16-bit word."""
    for word in (w for w in range(1 << 16) if w & 3 != 3):
        decoded = decode(word, xlen)
        assert decoded is None or encode(decoded.insn, decoded.operands) == word


UNKNOWN_TO_CAPSTONE = {"Zba", "Zbb", "Zbs", "Zicond", "Zfa"}  # judged by clang instead
# The withdrawn N extension.
OLD_CSRS = {"ustatus", "uie", "utvec", "uscratch", "uepc", "ucause", "utval", "uip", "sedeleg", "sideleg"}
NEW_CSRS = {0x10A, 0x30A, 0x31A, 0x310, 0x320, 0xF15}  # named after capstone 5: senvcfg … mconfigptr
EXACT = {"fcvt.d.w", "fcvt.d.wu", "fcvt.d.s"}  # always exact: capstone wants the rounding bits to be 0

QUIRKS_32 = {
    "fields that hardware must ignore are refused": lambda d, x, a, b: b == "" and "  # fence" in a,
    "extensions it does not know": lambda d, x, a, b: b == "" and d.insn.ext in UNKNOWN_TO_CAPSTONE,
    "jalr is written with commas, and jr with an offset not at all": lambda d, x, a, b: (
        a.startswith(("jalr ", "jr ")) and b.startswith("jalr ") and b.count(",") == 2
    ),
    "li is not used, but mv from zero": lambda d, x, a, b: a.startswith("li ") and ", zero" in b,
    "pause is a fence": lambda d, x, a, b: (a, b) == ("pause", "fence w, unknown"),
    "empty fence sets are unknown": lambda d, x, a, b: a.startswith("fence") and b == a.replace("0", "unknown"),
    "CSRs of old and new drafts": lambda d, x, a, b: (
        a.startswith("csr") and (OLD_CSRS & set(b.replace(",", "").split()) or d.operands["csr"] in NEW_CSRS)
    ),
    "exact conversions": lambda d, x, a, b: b == "" and d.insn.name in EXACT and d.operands["rm_exact"],
    "RV32 shifts by 32 and more are reserved": lambda d, x, a, b: (
        x == 32 and d is None and b.startswith(("slli ", "srli ", "srai "))
    ),
}


def sample_words(xlen):
    """Random words; for each row its open bits at random, sparse and dense; and its boundary operands."""
    random.seed(xlen)
    for _ in range(15_000):
        yield random.getrandbits(32) | 3
    for insn in (i for i in INSNS if i.length == 4 and xlen in i.xlens):
        for _ in range(30):
            bits = random.getrandbits(32)
            yield from ((b & ~insn.mask) | insn.match for b in (bits, bits & random.getrandbits(32)))
        yield from (encode(insn, operands) for operands in boundary_operands(insn))
    yield 0x02051513  # slli a0, a0, 32


@widths
def test_words(xlen):
    """Each 32-bit word reads as capstone reads it, aliases included, but for the listed quirks; all of them occur."""
    seen = Counter()
    for word in (w for w in sample_words(xlen) if w & 0x1F != 0x1F):
        decoded = decode(word, xlen)
        ours = plain(disassemble(word, 0, xlen), xlen) if decoded else ""
        theirs = capstone_text(word, 4, xlen) or ""
        if ours != theirs:
            fits = [reason for reason, quirk in QUIRKS_32.items() if quirk(decoded, xlen, ours, theirs)]
            assert len(fits) == 1, f"{word:#010x}: ours {ours!r}, capstone {theirs!r}, quirks {fits}"
            seen[fits[0]] += 1
    assert len(seen) == len(QUIRKS_32) - (xlen == 64)


@widths
def test_longer_instructions_are_unknown(xlen):
    """Words that start an instruction of 48 bits or more decode to None."""
    random.seed(xlen)
    assert all(decode(random.getrandbits(32) | 0x1F, xlen) is None for _ in range(1000))
