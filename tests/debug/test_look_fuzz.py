"""Commands that look, with arguments that nobody would type: an answer or an EmuError, and nothing has changed."""

from __future__ import annotations

import random
from typing import Any

import pytest
from debugged import Typist, debugged

from emu.debug.guard import InternalError
from emu.debug.registry import registry
from emu.errors import EmuError

ROOMS = ("program", "translation", "mapping", "tasks", "accounts", "causes", "records", "heap")
COMMANDS = [
    command
    for command in registry()
    if command.handler.__module__.startswith("emu.debug.look") or command.handler.__module__.rpartition(".")[2] in ROOMS
]
WORDS = (
    "0 1 -1 $sp $pc $a0 0x10000 0xffffffffffffffff 99999999999999999999 main _start x* self/maps l1d llc dtlb 2 3 7 "
    "inactive_anon now start end -10 +5 walk fault,walk write nothing minor demand.s:49 *0x10100 * ( ) $x99 1<<70 5/0 "
    "--pid=1 --pid=9 --ticks=50 --ticks=0 --ticks=x --set=3 --set=-1 --slots --ranges --virtual --shared --write "
    "--execute --since --no-source"
).split()
FORMATS = ("", "/16gx", "/4i", "/2s", "/f", "/t", "/c", "/70000x", "/3a", "/0x", "/-1x", "/zz", "/8do", "/hu")
LINES = 60

SYSTEMS: list[tuple[str, dict[str, Any], int | None]] = [
    ("demand.s", {}, 40),
    ("kernel/threads.s", {"harts": 2, "xlen": 32}, 60),
    ("null_deref.s", {}, None),
    ("hello.s", {"knobs": {"timing": "off"}}, None),
    ("kernel/cow.s", {"knobs": {"timing": "simple"}}, 500),
    ("hello.s", {}, 0),
]


@pytest.mark.parametrize(("program", "options", "insns"), SYSTEMS)
def test_nonsense(program: str, options: dict[str, Any], insns: int | None) -> None:
    """No bug shows, and time stands where it stood."""
    session, choose = debugged(program, **options), random.Random(program)
    typist = Typist(session)
    if insns is None:
        session.cont()
    elif insns:
        session.stepi(insns)
    before = session.engine.tick, session.engine.state_hash()
    for _ in range(LINES):
        command = choose.choice(COMMANDS)
        words = [choose.choice(WORDS) for _ in range(choose.randrange(4))]
        line = command.name + (choose.choice(FORMATS) if command.slash else "") + " " + " ".join(words)
        try:
            typist(line)
        except InternalError as error:
            pytest.fail(f"{line}: {error}")
        except EmuError as error:
            assert error.message, line
    assert (session.engine.tick, session.engine.state_hash()) == before
