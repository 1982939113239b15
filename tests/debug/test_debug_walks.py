"""Random commands on programs that die, fork, exec, thread, lie and crash: a view or a mistake, never more.

And time is one line: the same tick has the same state, wherever one came from.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from debugged import Typist, assembled, debugged

from emu.debug.guard import InternalError
from emu.debug.session import Session
from emu.errors import EmuError
from emu.kernel import check

RUN = (
    "stepi",
    "stepi 7",
    "step",
    "next",
    "nexti 3",
    "finish",
    "until",
    "continue",
    "back",
    "back 5",
    "reverse-step",
    "reverse-next",
    "reverse-finish",
    "reverse-continue",
    "reverse-nexti",
    "goto tick 40",
    "goto insn 90",
    "goto start",
    "goto end",
    "advance exit",
    "advance *$ra",
    "run",
    "continue 2",
)
LOOK = (
    "backtrace",
    "info frame",
    "info locals",
    "info args",
    "info breakpoints",
    "info harts",
    "info line",
    "info time",
    "print $a0",
    "print *$sp",
    "up",
    "down",
    "select-frame 1",
    "info symbol $pc",
    "getphys $sp",
    "find 1",
    "find next changed",
    "last-write $sp",
    "last-write $a0",
    "info functions",
    "attach 1",
    "attach 2",
    "attach 3",
    "hart 0",
    "hart 1",
    "print &$a0",
    "print/s $a1",
    "thread apply all -c backtrace",
    "hart apply all -s x/2i $pc",
)
STOPS = (
    "break _start",
    "tbreak exit",
    "break *$pc",
    "break *$ra if $a0",
    "watch *$sp",
    "rwatch *(u8 *) $a1",
    "awatch *($sp + 8)",
    "catch syscall",
    "catch fault",
    "tcatch fork",
    "catch exit",
    "catch signal",
    "catch exec",
    "catch switch",
    "delete",
    "disable",
    "enable",
    "catch tlb-miss",
    "tcatch cache-miss llc",
    "watch --physical 0x5000",
)
CHANGES = (
    "set $a0 = 0",
    "set $pc = 0",
    "set $sp = 3",
    "set *$sp = -1",
    "set $ra = 1 << 40",
    "set pte $pc -X",
    "set pte $sp =0",
    "set pte $sp =0x1403",
    "kill",
    "kill 2",
    "call _start(1)",
    "print exit(3) + 1",
    "call *$ra(0)",
)
PROGRAMS = (
    ("kernel/cow.s", 1),
    ("kernel/exec.s", 1),
    ("kernel/threads.s", 2),
    ("kernel/signal.s", 1),
    ("kernel/orphan.s", 1),
    ("kernel/zombie.s", 2),
    ("null_deref.s", 1),
    ("self_modify.s", 1),
    ("kernel/stack_overflow.s", 1),
    ("illegal.s", 1),
)
WILD = """
    .globl _start
_start:
    li a0, 0x10000      # munmap the text that runs
    li a1, 0x1000
    li a7, 215
    ecall
    nop
"""
ODD_STACK = """
    .globl _start
_start:
    li sp, -1
    li ra, -1
    li s0, 0x7fffffff
    jal ra, inner
inner:
    addi sp, sp, -16
    sw ra, 0(sp)
    ret
"""


def walk(session: Session, seed: int, commands: tuple[str, ...], steps: int) -> None:
    """Type random commands; whatever a user may do wrong is a mistake, and a tick has one state."""
    rng, type_ = random.Random(seed), Typist(session)
    states: dict[int, str] = {}
    for _ in range(steps):
        line = rng.choice(commands)
        try:
            type_(line)
        except InternalError as error:
            raise AssertionError(f"{line}: {error}") from error
        except EmuError:
            pass
        tick = session.engine.tick
        if not session.engine.changes:
            assert states.setdefault(tick, session.engine.state_hash()) == states[tick], line
    if not session.engine.changes:
        check.check_all(session.kernel)


@pytest.mark.parametrize(("program", "harts"), PROGRAMS)
def test_walks_through_time(program: str, harts: int) -> None:
    """Without changes: every command answers, and state depends on the tick alone."""
    session = debugged(program, harts=harts, xlen=32 if harts == 2 else 64)
    walk(session, 1, RUN + LOOK + STOPS, 25)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("program", ["kernel/cow.s", "fib.s", "kernel/threads.s"])
def test_walks_with_changes(program: str, seed: int) -> None:
    """Registers, memory and page tables are ruined on the way."""
    session = debugged(program, harts=2 if program.endswith("threads.s") else 1)
    walk(session, seed, (*RUN, *LOOK, *STOPS, *CHANGES * 2), 18)


@pytest.mark.parametrize("text", [WILD, ODD_STACK, ".globl _start\n_start: j _start", ".globl _start\n_start: .word 0"])
@pytest.mark.parametrize("xlen", [64, 32])
def test_hostile_programs(text: str, xlen: int) -> None:
    """A text that unmaps itself, a stack that is nowhere, a loop without end (interrupted), no instruction at all."""
    session = assembled(text, xlen)
    quick = tuple(line for line in RUN if not endless(text, line))
    walk(session, 5, quick + LOOK + STOPS, 20)


def endless(text: str, line: str) -> bool:
    """Whether a command would never come back in the loop without end."""
    return "j _start" in text and line.split()[0] in (
        "continue",
        "run",
        "finish",
        "until",
        "advance",
        "next",
        "step",
        "goto",
    )


def test_frames_of_a_ruined_stack_end() -> None:
    """A backtrace along garbage stops; frames never repeat for ever."""
    session = assembled(ODD_STACK)
    for _ in range(8):
        rows: Any = Typist(session)("backtrace").data
        assert 1 <= len(rows) < 20
        session.stepi()
