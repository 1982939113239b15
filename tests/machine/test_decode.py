"""The machine's decode tables against the ISA table they are made from: every halfword, and many words."""

import random

import numpy as np
import pytest

from emu.isa.insns import INSNS, XLENS, decode
from emu.machine import Machine, decode_table, float_table, load_config
from emu.machine.decode import find_row, operand
from emu.machine.jit import entry
from emu.machine.state import FLOATS

WORDS = 120_000


@entry
def decode_all(machines, words, out):
    """For each word the row, and rd, rs1, rs2, imm."""
    m = machines[0]
    for i in range(len(words)):
        r = find_row(m, words[i])
        out[i, 0] = r
        if r >= 0:
            for k in range(4):
                out[i, k + 1] = operand(m.row[r], k, words[i])


def sample(xlen):
    """All 16-bit words; 32-bit ones near valid encodings and anywhere."""
    rng = random.Random(xlen)
    rows = [i for i in INSNS if xlen in i.xlens and i.length == 4]
    words = [w for w in range(1 << 16) if w & 3 != 3]
    for _ in range(WORDS):
        insn = rng.choice(rows)
        word = insn.match | rng.getrandbits(32) & ~insn.mask & 0xFFFFFFFF
        dice = rng.random()
        words.append(
            word if dice < 0.6 else word ^ 1 << rng.randrange(2, 32) if dice < 0.9 else rng.getrandbits(32) | 3
        )
    return words


def expected(found, role, slot):
    """What the record holds: an operand; f registers stand behind the x ones; the immediate has a third one and rm."""
    if isinstance(slot, int):
        floating = role == "imm" and not found.insn.expands
        return slot + (float_immediate(found) if floating else 0)
    value = found.operands[slot.name]
    return value + FLOATS if slot.kind == "freg" else value


def float_immediate(found):
    """The record's immediate of an instruction that has none itself."""
    parts = float_table.segments(found.insn)
    bits = sum((found.operands[f.name] + (FLOATS if f.role == "rs3" else 0)) << to for f, to in parts)
    return float_table.immediate(found.insn.name) + bits


@pytest.mark.parametrize("xlen", XLENS)
def test_decode_tables(xlen):
    """The same instruction with the same operands, or both refuse."""
    machine = Machine(load_config("toy", {"ram": "64K"}), xlen=xlen)
    words = sample(xlen)
    out = np.zeros((len(words), 5), dtype=np.int64)
    decode_all(machine._state, np.array(words, dtype=np.int64), out)
    rows = sorted((i for i in INSNS if xlen in i.xlens), key=lambda i: -i.mask.bit_count())
    slots = {insn: decode_table.operand_slots(insn) for insn in rows}
    for word, (row, *values) in zip(words, out.tolist(), strict=True):
        found = decode(word, xlen)
        assert (found is None) == (row < 0), hex(word)
        if found is None:
            continue
        assert rows[row] == found.insn, hex(word)
        for role, value in zip(decode_table.ROLES, values, strict=True):
            slot = slots[found.insn].get(role, 0)
            assert value == expected(found, role, slot), (hex(word), role)


@pytest.mark.parametrize("xlen", XLENS)
def test_every_row_has_an_operation(xlen):
    """What the table lists is implemented, but for what belongs to a supervisor."""
    missing = {i.name for i in INSNS if xlen in i.xlens and decode_table.operation(i, xlen) == decode_table.ops.ILLEGAL}
    assert missing <= {"sret", "mret", "sfence.vma"}
