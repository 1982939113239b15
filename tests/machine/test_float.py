"""Floating point against exact fractions, Unicorn and QEMU: results and flags, in each mode, on corners and by dice."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "naive"))

from judges import judge
from machine_box import CODE, Box
from machine_float import NX, Table, difference, rows
from machine_float_judges import QemuTable, UnicornTable, for_unicorn
from machine_float_operands import corner_cases, random_cases
from naive_float import expected

from emu.isa.insns import XLENS, lookup
from emu.machine.counters import COUNTERS

widths = pytest.mark.parametrize("xlen", XLENS)
ILLEGAL_INSN = 2


def modes(insn):
    """The rounding modes in which an instruction differs."""
    return range(5) if any(f.role == "rm" for f in insn.fields) else (0,)


@widths
@pytest.mark.parametrize("timing", ["full", "off"])
def test_exact_fractions(xlen, timing):
    """Corners and random operands; the mode static or dynamic, NX clear or set before."""
    table, rng = Table(xlen, timing), random.Random(xlen)
    for insn in rows(xlen):
        for rm in modes(insn):
            pairs = list(corner_cases(insn, rm, rng.choice((0, NX)), rng))
            cases = rng.sample(pairs, min(70, len(pairs))) + list(random_cases(insn, rm, rng, 60))
            static = rng.choice((rm, 7)) if len(modes(insn)) > 1 else 7
            constant = rng.randrange(32)
            wanted = [expected(insn, rm, case, xlen, constant) for case in cases]
            found = table.run(insn, static, cases, constant)
            assert difference(cases, found, wanted) == "", (insn.name, rm)


@widths
def test_unicorn(xlen):
    """Every pair of corners, in every mode; and thousands of random operands."""
    table, judge, rng = Table(xlen), UnicornTable(xlen), random.Random(xlen)
    for insn in rows(xlen, ("F", "D")):
        for rm in modes(insn):
            cases = [c for c in corner_cases(insn, rm, rng.choice((0, NX)), rng) if for_unicorn(insn, c)]
            cases += [c for c in random_cases(insn, rm, rng, 400) if for_unicorn(insn, c)]
            assert table.run(insn, 7, cases) == judge.run(insn, 7, cases), (insn.name, rm)


if judge("qemu-riscv64") and judge("qemu-riscv32"):

    @widths
    def test_qemu(xlen):
        """The same operands, and those that Unicorn does not judge: QEMU knows NaN boxing and IEEE 754-2019."""
        table, judge, rng = Table(xlen), QemuTable(xlen), random.Random(xlen + 1)
        for insn in rows(xlen, ("F", "D")):
            rm = rng.choice(modes(insn))
            cases = list(corner_cases(insn, rm, rng.choice((0, NX)), rng))
            assert table.run(insn, 7, cases) == judge.run(insn, 7, cases), (insn.name, rm)


@widths
@pytest.mark.parametrize("frm", [5, 6, 7])
def test_reserved_dynamic_mode(xlen, frm):
    """With no valid mode in frm, what rounds is illegal if its mode is dynamic; nothing changes. The rest goes on."""
    box = Box(xlen)
    hart = box.harts[0]
    for insn in rows(xlen):
        rounds = next((f for f in insn.fields if f.role == "rm"), None)
        hart.fcsr, hart.f[0], hart.x[0] = frm << 5, 7, 0
        before = hart.f.tolist(), hart.x.tolist(), hart.cycle
        box.put(CODE, box.op(insn.name, **({"rm": 7 if rounds.allows(7) else rounds.default} if rounds else {})))
        box.run(CODE)
        dynamic = rounds is not None and rounds.allows(7)
        assert (hart.pc == CODE) == dynamic, insn.name
        if dynamic:
            assert box.trap() == (ILLEGAL_INSN, 0)
            assert (hart.f.tolist(), hart.x.tolist(), hart.fcsr) == (*before[:2], frm << 5)


@widths
def test_reserved_static_mode(xlen):
    """Modes 5 and 6 are no encodings."""
    box = Box(xlen)
    for insn in rows(xlen):
        rounds = next((f for f in insn.fields if f.role == "rm" and f.allows(7)), None)
        for mode in (5, 6) if rounds else ():
            word = int.from_bytes(box.op(insn.name, rm=0), "little") | mode << 12
            box.put(CODE, word.to_bytes(4, "little"))
            box.run(CODE)
            assert (box.harts[0].pc, box.trap()[0]) == (CODE, ILLEGAL_INSN), insn.name


def test_costs_and_counts():
    """Each kind pays what is configured, to stall; what computes is counted; moves are neither."""
    costs = {"costs.fp_add": 11, "costs.fp_mul": 12, "costs.fp_div": 13, "costs.fp_sqrt": 14}
    kinds = {
        11: "fadd fsub fmin fmax feq flt fle fclass", 12: "fmul fmadd fmsub fnmadd fnmsub", 13: "fdiv", 14: "fsqrt",
        0: "fsgnj fsgnjn fsgnjx",
    }  # fmt: skip
    names = [(cost, f"{name}.{p}") for cost, text in kinds.items() for name in text.split() for p in "sd"]
    names += [(11, "fcvt.w.d"), (11, "fcvt.s.lu"), (11, "fcvt.d.w"), (11, "fcvt.d.s"), (0, "fmv.x.d"), (0, "fmv.w.x")]
    box = Box(64, **costs)
    for static in (0, 1):
        for cost, name in names:
            roles = {"rm": static} if any(f.role == "rm" for f in lookup(name, 64).fields) else {}
            box.put(CODE, box.op(name, rd=1, rs1=2, rs2=3, **roles))
            box.run(CODE)
            before = box.machine.ledger(0), box.harts[0].record()["count"].copy()
            box.run(CODE)
            after = box.machine.ledger(0), box.harts[0].record()["count"]
            assert after[0]["stall"] - before[0]["stall"] == cost, name
            assert after[1][COUNTERS["insn.fp"]] - before[1][COUNTERS["insn.fp"]] == (cost > 0), name


def test_load_use_sees_both_files():
    """A load of f5 delays what reads f5, also as the third operand, and not what reads x5."""
    box = Box(64, **{"costs.load_use": 100, "costs.fp_mul": 0, "costs.fp_add": 0})
    cases = [("fadd.d", {"rs1": 5}, 100), ("fadd.d", {"rs2": 5}, 100), ("fmadd.d", {"rs3": 5}, 100)]
    cases += [("fadd.d", {"rd": 5}, 0), ("add", {"rs1": 5}, 0), ("fcvt.d.w", {"rs1": 5}, 0), ("fsd", {"rs2": 5}, 100)]
    for name, roles, stall in cases:
        box.put(CODE, box.op("fld", rd=5, rs1=10), box.op(name, **roles))
        for _ in range(2):
            before = box.machine.ledger(0)["stall"]
            box.run(CODE, count=1, x10=0x10000)
        assert box.machine.ledger(0)["stall"] - before == stall, (name, roles)
