"""MESI: every state that two to four harts can bring two lines into keeps all invariants and loses no data."""

import pytest
from machine_mesi import Explorer

THROUGH, ALLOCATE = "write_through", "write_allocate"
DATA = ("load", "store")
ALL = ("load", "store", "fetch")
CASES = [
    (2, ("load", "store", "amo", "fetch"), {}),
    (2, ALL, {"l2.ways": 2}),
    (2, ALL, {"llc.inclusive": False}),
    (2, DATA, {"l1d.ways": 2, "l2.ways": 2, "llc.ways": 2}),
    (2, DATA, {"l2.ways": 2, "llc.ways": 2}),
    (2, ("store", "fetch"), {"l2.inclusive": False, "llc.inclusive": False}),
    (2, ALL, {f"l1d.{THROUGH}": True}),
    (2, ALL, {f"l1d.{THROUGH}": True, f"l2.{THROUGH}": True, f"llc.{THROUGH}": True}),
    (2, ALL, {f"l2.{THROUGH}": True, "l2.inclusive": False}),
    (2, ALL, {f"l1d.{ALLOCATE}": False, f"l2.{ALLOCATE}": False, "l2.inclusive": False}),
    (2, DATA, {f"{unit}.{ALLOCATE}": False for unit in ("l1d", "l2", "llc")} | {"llc.inclusive": False}),
    (2, ALL, {"timing": "simple"}),
    (2, ALL, {"timing": "simple", f"l1d.{ALLOCATE}": False}),
    (3, DATA, {}),
    (3, DATA, {"l2.ways": 2}),
    (4, DATA, {}),
    (4, DATA, {"timing": "simple"}),
]


@pytest.mark.parametrize(("harts", "actions", "settings"), CASES, ids=lambda part: str(part).replace(" ", ""))
def test_all_states(harts, actions, settings):
    """Single writer or many readers, levels agree, inclusion, directory, filters; every load sees the last store."""
    explorer = Explorer(harts, actions, **settings).explore(limit=5000)
    assert len(explorer.seen) > 50


def test_protocol_states_are_all_reached():
    """The search meets each of Modified (dirty or not), Exclusive, Shared and no copy, in both levels."""
    found = set()
    for key in Explorer(2, DATA, **{"l2.ways": 2, "llc.inclusive": False}).explore().seen:
        for hart in key[1]:
            found |= {(level, state, dirty) for level in (1, 2) for _, state, dirty, *_ in hart[level]}
    wanted = {(level, state, 0) for level in (1, 2) for state in range(4)} | {(1, 3, 1), (2, 3, 1)}
    assert wanted - {(1, 3, 0)} <= found  # a Modified line is always dirty in a write-back L1D
