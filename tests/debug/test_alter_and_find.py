"""Changes by the user, the memory scanner, physical addresses, other processes' memory."""

from __future__ import annotations

import pytest
from debugged import Typist, assembled, debugged

from emu.errors import EmuError
from emu.kernel import check

WIDTHS = pytest.mark.parametrize("xlen", [64, 32])
GAME = """
    .data
lives: .word 3
score: .word 0
    .text
    .globl _start
_start:
    la s0, lives
1:  lw t0, 4(s0)
    addi t0, t0, 10
    sw t0, 4(s0)
    lw t1, 0(s0)
    bnez t1, 1b
    li a0, 7
    li a7, 93
    ecall
"""


@WIDTHS
def test_registers_and_memory_are_set_and_that_can_be_undone(xlen: int) -> None:
    """What was set takes effect; before it, all is as it was; it is part of history, and done again on the way."""
    session = debugged("fib.s", xlen=xlen)
    type_ = Typist(session)
    type_("break fib", "continue")
    tick = session.engine.tick
    type_("set $a0 = 3", "finish")
    assert session.evaluate("$a0") == 2
    session.goto("tick", tick - 1)
    assert session.evaluate("$a0") == 45
    type_("delete", "advance fib")
    assert session.evaluate("$a0") == 3
    type_("set *($sp - 16) = 0x1234", "set $mine = *($sp - 16) + 1", "print $mine")
    assert type_.views[-1].data["value"] == 0x1235


def test_setting_code_copies_the_page_first() -> None:
    """A write to read-only text of one process is not seen by the file's other users, and takes effect at once."""
    session = debugged("spin.s")
    type_ = Typist(session)
    session.stepi(6)
    pc = session.registers().pc
    original = session.read(pc, 2)
    type_(f"set *(u16 *) {pc:#x} = 0x9002")  # c.ebreak
    assert type_("continue").stop.reason == "signal"
    check.check_all(session.kernel)
    type_("restart")
    assert session.read(pc, 2) == original


def test_page_table_bits() -> None:
    """Without W a store faults; the kernel, which knows better, repairs or refuses."""
    session = debugged("fib.s")
    type_ = Typist(session)
    session.advance(session.resolve("print_decimal"))
    type_("set *($sp - 64) = 1")
    view = type_("set pte $sp -W")
    assert view.data["old"] & ~view.data["new"] == 4
    stop = type_("catch fault", "continue").stop
    assert stop.detail["access"] == "store"


def test_other_processes_and_physical_memory() -> None:
    """T3: through the page table of another process; and straight into a frame."""
    session = debugged("kernel/cow.s")
    type_ = Typist(session)
    stop = type_("catch fork", "continue").stop
    child, sp = stop.detail["child"], session.evaluate("$sp")
    type_(f'set memory {child} {sp - 64:#x} "hi"')
    assert session.read(sp - 64, 3, child) == b"hi\0"
    assert session.read(sp - 64, 3, 1) != b"hi\0"
    pa = type_(f"getphys {sp - 64:#x} {child}").data["pa"]
    type_(f"set physical {pa:#x} 4:0x01020304")
    assert session.read(sp - 64, 4, child) == bytes((4, 3, 2, 1))
    check.check_all(session.kernel)


def test_getphys_is_what_pagemap_says() -> None:
    """Present, not present, and the frame that a walk finds."""
    session = debugged("fib.s")
    type_ = Typist(session)
    session.stepi(3)
    data = type_("getphys $pc").data
    assert data["present"]
    assert data["pa"] == data["pfn"] << 12 | session.registers().pc & 4095
    walk = session.machine.walk((session.mm.scheme.mode, session.mm.pgd), session.registers().pc)
    assert walk.pa == data["pa"] == session.evaluate("pa($pc)")
    with pytest.raises(EmuError, match="no page is there"):
        session.evaluate("pa(0x100)")
    assert type_("getphys 0x100").data["pa"] is None


@WIDTHS
def test_the_scanner_finds_the_one_that_changes(xlen: int) -> None:
    """scanmem's game: look for a value, let it change, look again, and win."""
    session = assembled(GAME, xlen)
    type_ = Typist(session)
    type_("advance 12", "find 10", "advance 12")
    data = type_("find next 20").data
    assert [row["address"] for row in data["places"]] == [session.evaluate("score")]
    assert type_("find 3").data["count"] >= 1
    type_("set *(u32 *) lives = 0", "continue")
    assert session.kernel.exit.status == 7


def test_the_scanners_conditions() -> None:
    """changed, unchanged, more, less, comparisons, bytes, and what is wrong."""
    session = assembled(GAME)
    type_ = Typist(session)
    session.stepi(12)
    everything = type_("find ?").data["count"]
    session.stepi(5)
    changed = type_("find next changed").data["count"]
    assert 0 < changed < everything
    session.stepi(5)
    assert type_("find next >").data["places"][0]["address"] == session.evaluate("score")
    assert type_("find next >= 20").data["count"] == 1
    assert type_("find next < 5").data["count"] == 0
    assert type_('find --all "ELF"').data["count"] >= 1
    assert type_("find --type=bytes 0a 00", "find next unchanged").data["count"] >= 0
    for line in ("find --type=i8 300", "find --type=f32 x", "find next $", "find --type=bytes zz"):
        with pytest.raises(EmuError):
            type_(line)


def test_the_scanner_reads_swapped_pages_without_touching_them() -> None:
    """A search changes nothing."""
    session = debugged("kernel/working_set.s", "12", ram=8 << 20, swap=32 << 20)
    type_ = Typist(session)
    type_("tcatch swap-in", "continue")
    before = session.engine.state_hash()
    assert type_("find ?").data["count"] > 100_000
    assert session.engine.state_hash() == before


def test_tunables() -> None:
    """kernel.vm.* within the kernel's bounds."""
    session = debugged("hello.s")
    view = Typist(session)("set kernel.vm.swappiness = 0")
    assert (view.data["old"], view.data["new"]) == (60, 0)
    assert session.kernel.sysctl.swappiness == 0


@pytest.mark.parametrize("harts", [1, 2])
def test_cache_line_states(harts: int) -> None:
    """States are changed within the rules of MESI, which hold afterwards."""
    from emu.machine import check as hardware

    session = debugged("sum_array.s", harts=harts)
    type_ = Typist(session)
    type_("advance sum", "stepi 50")
    pa = type_("getphys numbers").data["pa"]
    for letter in "SMEI":
        type_(f"set line {pa:#x} {letter}")
        hardware.check_all(session.machine)
    with pytest.raises(EmuError, match="no copy"):
        type_(f"set line {pa:#x} M")
    assert type_("continue").stop.reason == "exit"
    hardware.check_all(session.machine)


def test_a_killed_process_is_gone() -> None:
    """kill ends it; its session stays usable."""
    session = debugged("kernel/cow.s")
    type_ = Typist(session)
    stop = type_("catch fork", "continue").stop
    child = stop.detail["child"]
    assert type_(f"kill {child}").stop.detail["gone"] == child
    check.check_all(session.kernel)
    type_("delete")
    assert type_("continue").stop.reason == "exit"
