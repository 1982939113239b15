"""Random programs on the machine and on Unicorn end in the same registers and memory. tools/lockstep.py runs more."""

import pytest
from machine_lockstep import Judge, Ours, compare, difference, report
from machine_programs import UNICORN, computing, generate

from emu.isa.insns import XLENS

PROGRAMS = 2500
widths = pytest.mark.parametrize("xlen", XLENS)


def agree(xlen, ours, seeds):
    """Every program of the seeds ends alike."""
    judge = Judge(xlen)
    for seed in seeds:
        program = generate(seed, xlen)
        if compare(program, ours, judge):
            pytest.fail(f"seed {seed}, RV{xlen}: {report(program, ours, judge)}")


@widths
def test_timed(xlen):
    """Thousands of programs with caches and pipeline modelled."""
    agree(xlen, Ours(xlen), range(PROGRAMS))


@widths
def test_untimed(xlen):
    """Some programs with timing off, where another specialisation of the run loop works."""
    agree(xlen, Ours(xlen, timing="off"), range(PROGRAMS, PROGRAMS + 500))


@widths
def test_geometries(xlen):
    """Write-through, no-allocate, tiny and large caches change no result."""
    shapes = (
        {"l1d.write_through": True, "l2.write_through": True, "cache.line": 32},
        {"l1d.write_allocate": False, "l2.write_allocate": False, "llc.write_allocate": False, "l2.inclusive": False},
        {"cache.line": 256, "l1i.size": 256, "l1i.ways": 1, "l1d.size": 256, "l1d.ways": 1},
    )
    for number, shape in enumerate(shapes):
        agree(xlen, Ours(xlen, **shape), range(10_000 * (number + 1), 10_000 * (number + 1) + 150))


@widths
def test_generator_reaches_every_row(xlen):
    """Each instruction of the judged extensions occurs in the programs."""
    seen = {slot.insn for seed in range(600) for slot in generate(seed, xlen).slots}
    assert set(computing(xlen, UNICORN)) <= seen
    assert len({insn.name for insn in seen if insn.ext == "A"}) == (11 if xlen == 32 else 22)


def test_budget_is_exact_in_the_middle():
    """Stopped after n instructions, both have done the same n."""
    ours, judge = Ours(64), Judge(64)
    for seed in range(40):
        program = generate(seed, 64)
        for count in (1, 2, 3, 7, 16, 33):
            assert difference(ours.run(program, count), judge.run(program, count)) == "", (seed, count)
