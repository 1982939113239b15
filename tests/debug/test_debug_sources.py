"""What executables say about themselves: symbols, lines, prologues; and files that lie."""

from __future__ import annotations

import random

import pytest
from look_world import build

from emu.debug.control.prologue import scan
from emu.debug.source.files import SourceFiles
from emu.debug.source.program import Program
from emu.debug.source.spelling import spell
from emu.debug.source.types import Member, Type
from emu.debug.value import base_type
from emu.errors import EmuError


@pytest.fixture(params=[64, 32])
def fib(request: pytest.FixtureRequest) -> Program:
    """programs/fib.s of both widths."""
    return Program(build("fib.s", request.param))


def test_symbols_both_ways(fib: Program) -> None:
    """Names to addresses and back, with offsets; nothing below the first one."""
    start = fib.symbols.address("fib")
    assert fib.symbols.name(start) == "fib"
    assert fib.symbols.name(start + 2) == "fib+0x2"
    assert fib.symbols.name(0) == ""
    with pytest.raises(EmuError, match="no symbol is called 'fibb'") as caught:
        fib.symbols.address("fibb")
    assert "'fib'" in caught.value.hint


def test_lines_both_ways(fib: Program) -> None:
    """A line has an address, and the address has that line; lines without code lead to the next that has."""
    line, places = fib.lines.places("programs/fib.s", 28)
    assert line == 29
    assert places == [fib.symbols.address("fib")]
    assert fib.lines.find(places[0])[1:3] == ("programs/fib.s", 29)
    assert fib.lines.starts_line(places[0])
    low, high = fib.lines.range_of(places[0])
    assert low == places[0] < high
    assert fib.lines.places("programs/fib.s", 9999) == (0, [])
    assert fib.lines.matching("fib.s") == ["programs/fib.s"]
    assert fib.lines.matching("nosuch.s") == []


def test_bias_moves_everything() -> None:
    """A program that is loaded elsewhere has all its addresses there."""
    data = build("fib.s", 64)
    plain, moved = Program(data), Program(data, 0x5000)
    assert moved.symbols.address("fib") == plain.symbols.address("fib") + 0x5000
    assert moved.lines.places("programs/fib.s", 29)[1][0] == plain.lines.places("programs/fib.s", 29)[1][0] + 0x5000


@pytest.mark.parametrize("seed", range(60))
def test_mutilated_files_say_less_but_raise_nothing(seed: int) -> None:
    """Whatever bytes are changed or cut off, reading names, lines and frames never raises."""
    rng = random.Random(seed)
    data = bytearray(build("fib.s", 64))
    for _ in range(rng.choice((1, 20, 400))):
        data[rng.randrange(len(data))] = rng.randrange(256)
    program = Program(bytes(data[: rng.randrange(len(data)) if seed % 3 == 0 else len(data)]))
    for addr in (0, 0x10100, 0x10148, (1 << 64) - 1):
        assert isinstance(program.symbols.name(addr), str)
        program.lines.find(addr)
        program.lines.range_of(addr)
        assert program.frames.unwind(addr, {1: 2, 2: 3}, lambda at: None) is None or True
        assert program.debug.locals_at(addr) is not None
    assert program.debug.global_named("x") is None


def test_source_text_only_from_folders_that_were_given(tmp_path) -> None:
    """A line table may name any file; only sources below a root are read, symbolic links resolved."""
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "a.s").write_text("one\ntwo")
    (outside / "b.s").write_text("secret")
    (outside / "passwd").write_text("secret")
    (inside / "link.s").symlink_to(outside / "b.s")
    files = SourceFiles((str(inside),))
    assert files.lines("a.s") == ["one", "two"]
    assert files.lines("elsewhere/a.s") == ["one", "two"]
    assert files.lines(str(outside / "b.s")) is None
    assert files.lines("../out/b.s") is None
    assert files.lines("link.s") is None
    assert files.lines("/etc/passwd") is None
    assert files.lines("a.s\0") is None
    files.add(str(outside))
    assert files.lines("b.s") == ["secret"]
    assert files.lines("passwd") is None
    for root in (str(tmp_path / "nosuch"), "~no such user/x", "a\0b", "x" * 5000):
        with pytest.raises(EmuError, match="no folder"):
            files.add(root)


def code(*halves: int) -> bytes:
    """Compressed instructions."""
    return b"".join(half.to_bytes(2, "little") for half in halves)


def test_prologues_are_followed() -> None:
    """c.addi sp,-16 · c.sdsp ra,8(sp): ra lies 8 below the caller's sp; after the epilogue it is where it was."""
    state = scan(code(0x1141, 0xE406), 64)
    assert (state.depth, state.saved) == (16, {1: 8})
    state = scan(code(0x1141, 0xE406, 0x60A2, 0x0141), 64)
    assert (state.depth, state.saved) == (0, {})
    state = scan(code(0x1141, 0xE406, 0x60A2, 0x0141, 0x8082), 64)
    assert (state.depth, state.saved) == (16, {1: 8})


def test_hostile_types_are_cut_off() -> None:
    """A structure that holds itself, many times over, is written in bounded space."""
    node = Type("struct", "struct node", 8)
    node.members = [Member(f"m{k}", 0, node) for k in range(40)]
    assert len(spell(node, bytes(8), lambda at, size: None)) < 100_000
    many = Type("array", "int[20000]", 80_000, target=base_type("int", 64), count=20_000)
    assert spell(many, bytes(range(250)) * 320, lambda at, size: None).endswith("…}")
    assert spell(many, bytes(80_000), lambda at, size: None) == "{0 <repeats 20000 times>}"
