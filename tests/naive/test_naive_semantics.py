"""Every register instruction on pairs of corner operands, against arithmetic on unbounded integers."""

import random
import sys
from pathlib import Path

import pytest
from naive_semantics import COMPUTE, signed

sys.path.insert(0, str(Path(__file__).parents[1] / "machine"))

from machine_programs import computing

from emu.isa.insns import XLENS, encode
from emu.machine import Machine, load_config

EXTENSIONS = ("I", "M", "Zba", "Zbb", "Zbs", "Zicond")
RD, RS1, RS2 = 10, 11, 12


def corners(xlen):
    """Operands near the places where carries, signs and widths change."""
    near = [
        0,
        1 << 7,
        1 << 8,
        1 << 15,
        1 << 16,
        1 << 31,
        1 << 32,
        1 << 62,
        1 << 63,
        0x5555555555555555,
        0x0123456789ABCDEF,
    ]
    rng = random.Random(1)
    values = [s * (n + d) for n in near for d in (-1, 0, 1) for s in (1, -1)] + [rng.getrandbits(64) for _ in range(6)]
    return sorted({signed(v, xlen) for v in values} | {2, 31, 32, 33, 63, 64, 65, -31, -64})


@pytest.mark.parametrize("xlen", XLENS)
def test_all_pairs(xlen):
    """rd is what the formula says, for each pair of corners, or each corner and some immediates."""
    machine, values = Machine(load_config("toy", {"ram": "64K"}), xlen=xlen), corners(xlen)
    hart = machine.harts[0]
    hart.priv = 3
    rng = random.Random(2)
    for insn in computing(xlen, EXTENSIONS):
        if insn.name in ("lui", "auipc", "fence", "fence.tso", "pause"):
            continue
        immediate = next((f for f in insn.fields if f.role == "imm"), None)
        roles = {f.role for f in insn.fields}
        if immediate:
            low, high = immediate.minimum, immediate.maximum
            seconds = sorted({low, high, 0, 1, *(rng.randint(low, high) for _ in range(4))})
        else:
            seconds = values if "rs2" in roles else [0]
        for b in seconds:
            fixed = {"rd": RD, "rs1": RS1, "rs2": RS2, "imm": b}
            word = encode(insn, {f.name: fixed[f.role] for f in insn.fields})
            if immediate or b == seconds[0]:
                machine.ram32[0x1000 // 4] = word
                machine.code_changed(1)
            hart.x[RS2] = b
            for a in values:
                hart.x[RS1], hart.pc = a, 0x1000
                machine.run(max_insns=1)
                expected = signed(COMPUTE[xlen][insn.name](a, b), xlen)
                assert hart.x[RD] == expected, (insn.name, a, b)
