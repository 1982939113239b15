"""Panes without a terminal: slots by size, scrolling, tabs, registers and bytes that changed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from emu.debug.tui.control import PaneControl
from emu.debug.tui.grid import ORDER, dump
from emu.debug.tui.keys import KEYS
from emu.debug.tui.panes import PANES
from emu.debug.tui.slots import Slot, Split, arranged, named, slots_of
from emu.isa.abi import X_NAMES


@pytest.mark.parametrize(
    ("columns", "rows", "count"), [(80, 22, 3), (120, 32, 4), (200, 48, 8), (50, 14, 2), (40, 8, 2)]
)
def test_sizes_have_their_arrangement(columns: int, rows: int, count: int) -> None:
    """More room, more panes; every pane can be reached in each arrangement of full width."""
    slots = slots_of(arranged(columns, rows))
    assert len(slots) == count
    assert {name for slot in slots for name in slot.names} == set(PANES)


def test_arrangements_share_no_state() -> None:
    """Turning a tab in one leaves the next one as it was."""
    slots_of(arranged(80, 22))[0].turn(1)
    assert slots_of(arranged(80, 22))[0].name == "source"


def test_named_panes() -> None:
    """The first one large; all in a column where it is narrow. Commands are answered in any case."""
    wide, narrow = named(["code", "tlb", "x/4gx $sp"], 100), named(["code", "tlb"], 60)
    assert wide.parts[0][1].across and len(wide.parts) == 2
    assert len(narrow.parts) == 3 and not narrow.across
    assert [slot.name for slot in slots_of(wide)] == ["code", "tlb", "x/4gx $sp", "answers"]
    assert [slot.name for slot in slots_of(named(["answers", "code"], 60))] == ["answers", "code"]
    assert isinstance(named(["code"], 100), Split)


def test_tabs() -> None:
    """Another tab begins at its top."""
    slot = Slot(["a", "b", "c"], scroll=7, following=False)
    slot.turn(-1)
    assert (slot.name, slot.scroll, slot.following) == ("c", 0, True)


def test_tabs_out_of_sight_are_counted() -> None:
    """And a click on the count leads to the next of them."""
    slot = Slot(list("abcdefghij"))
    control = PaneControl(SimpleNamespace(unseen=set()), slot, lambda slot: False)
    assert control.tab_texts(100) == [(f" {name} ", k) for k, name in enumerate("abcdefghij")]
    assert control.tab_texts(31) == [(" a ", 0), (" b ", 1), (" c ", 2), (" d ", 3), ("6> ", 4)]
    slot.choose(5)
    assert control.tab_texts(31) == [("<2", 1), (" c ", 2), (" d ", 3), (" e ", 4), (" f ", 5), ("4> ", 6)]


def test_all_registers_are_shown() -> None:
    """Each once, zero left out."""
    assert sorted(ORDER) == sorted({"pc", *X_NAMES} - {"zero"})


def test_rows_of_bytes() -> None:
    """Address, bytes, characters; changed ones marked."""
    row = dump(0x1000, b"A\0\x1b~4567\xff", {1})
    assert "".join(text for text, _ in row) == "000000001000  41 00 1b 7e 34 35 36 37  ff  A..~4567."
    assert (" 00", "changed") in row


def test_keys_are_told_apart() -> None:
    """No key does two things."""
    from emu.debug.repl.keys import RUN_KEYS

    keys = [*KEYS, *(key for key, _ in RUN_KEYS.values())]
    assert len(keys) == len(set(keys))
