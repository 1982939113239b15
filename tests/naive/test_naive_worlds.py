"""The fast machine and the slow one agree on everything in random worlds: registers, clocks, counters, caches, TLBs."""

from collections import Counter

import pytest
from naive_scenario import play, play_together

from emu.machine.counters import COUNTER_NAMES
from emu.machine.ledger import LEDGER_NAMES

TIMED = 36  # parts of ten worlds


@pytest.mark.parametrize("part", range(TIMED))
def test_timed(part):
    """Random geometries, policies, page tables and programs on one to four harts, full and simple timing."""
    for seed in range(10 * part, 10 * part + 10):
        play(seed)


@pytest.mark.parametrize("part", range(4))
def test_untimed(part):
    """Timing off: TLBs, permissions and reservations only."""
    for seed in range(1000 + 10 * part, 1010 + 10 * part):
        play(seed, timing="off")


def test_worlds_reach_everything():
    """The worlds are worth something: every counter and every ledger cause of the hardware moves in them."""
    counts: Counter[str] = Counter()
    for seed in range(2000, 2020):
        for hart in play(seed, steps=120, timing="full", harts=3).slow.harts:
            counts += hart.counts + hart.ledger
    assert [name for name in (*COUNTER_NAMES, *LEDGER_NAMES[:10]) if not counts[name]] == []


@pytest.mark.parametrize("part", range(8))
def test_schedule(part):
    """Harts that run together take turns as the model says, and meet the same fate."""
    for seed in range(3000 + 3 * part, 3003 + 3 * part):
        play_together(seed, steps=10)
