"""Faults that nobody handles: the signal that ends the process, and the card that says why."""

from __future__ import annotations

import pytest
from kernel_fake import BASE, BSS, DATA, Dead, Guest

from emu.isa import causes
from emu.kernel import siginfo


def fault(guest: Guest, addr: int = 0, cause: int = causes.LOAD_PAGE_FAULT) -> None:
    guest.trap(cause, addr)


@pytest.mark.parametrize(
    ("cause", "addr", "number"),
    [
        (causes.LOAD_PAGE_FAULT, 0, 11),
        (causes.STORE_PAGE_FAULT, BASE, 11),
        (causes.INSN_PAGE_FAULT, DATA, 11),
        (causes.LOAD_PAGE_FAULT, (1 << 64) - 8, 11),
        (causes.LOAD_ACCESS_FAULT, 0x1234, 11),
        (causes.ILLEGAL_INSN, 0, 4),
        (causes.BREAKPOINT, 0, 5),
        (causes.LOAD_ADDR_MISALIGNED, BSS + 1, 7),
        (causes.INSN_ADDR_MISALIGNED, BASE + 1, 7),
    ],
)
def test_fatal_faults(guest: Guest, cause: int, addr: int, number: int) -> None:
    """Without a handler the process ends by the signal; the exit code is 128 + it; the card names it."""
    with pytest.raises(Dead):
        fault(guest, addr, cause)
    end = guest.kernel.exit
    assert (end.signal, end.code, end.reason) == (number, 128 + number, "signal")
    assert end.card.signal == siginfo.name_of(number)
    text = end.card.render()
    assert end.card.hint
    assert end.card.hint in text


def test_the_card(guest: Guest) -> None:
    """The card splits the address by level, shows each entry with the bit that refused, and the area that was hit."""
    guest.load(BASE, 1)
    with pytest.raises(Dead):
        guest.store(BASE + 0x123, b"x")
    card = guest.kernel.card
    levels = [name for name, _, _ in card.split]
    assert levels == (["PGD", "PUD", "PMD", "PTE", "offset"] if guest.xlen == 64 else ["PGD", "PTE", "offset"])
    assert card.split[-1][1] == 0x123
    assert card.steps[-1].verdict == "W is 0: refused"
    assert [s.verdict for s in card.steps[:-1]] == ["points to the next level"] * (len(card.steps) - 1)
    assert (card.areas[0].name, card.areas[0].distance, card.areas[0].rights) == ("/prog", 0, "r-xp")
    assert card.as_dict()["hint"] == card.hint


@pytest.mark.parametrize(
    ("addr", "words"),
    [(8, "NULL plus 8"), (0, "NULL"), (0x700000, "Nothing is mapped"), ((1 << 40) - 1 & ~7, "mapped")],
)
def test_hints(guest64: Guest, addr: int, words: str) -> None:
    """The hint knows the usual mistakes."""
    with pytest.raises(Dead):
        guest64.load(addr, 1)
    assert words in guest64.kernel.card.hint


def test_hint_heap_and_jump(guest: Guest) -> None:
    """Just beyond the heap, and a jump into nowhere."""
    it = Guest(guest.xlen)
    brk = it.ok("brk", it.ok("brk", 0) + 100)
    with pytest.raises(Dead):
        it.load(brk + 5000, 1)
    assert "beyond the end of the heap" in it.kernel.card.hint
    with pytest.raises(Dead):
        guest.access(0x800000, "x")
    assert "jump" in guest.kernel.card.hint
