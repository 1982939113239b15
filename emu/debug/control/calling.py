"""Calls of the guest's functions from an expression: `print square(3)`, `call list_dump(head)`.

As in gdb ("Calling Program Functions"): the function runs on the stack of the selected task, below what is there, with
its arguments where the calling convention (psABI) has them. When it returns, the registers are what they were; what
it did to memory stays, as a change by the user. If it does not return, time goes back to before the call.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from emu.debug.control import registers, returned
from emu.debug.control.breaks import CATCH
from emu.debug.expr import as_type
from emu.debug.value import Value, make
from emu.errors import EmuError
from emu.isa.abi import A0, SP
from emu.kernel.sched.states import READY, RUNNING
from emu.kernel.siginfo import name_of

if TYPE_CHECKING:
    from emu.debug.control.registers import Registers
    from emu.debug.session import Session
    from emu.debug.source.variables import Variable

MOST_ARGUMENTS, REDZONE, LONGEST = 8, 256, 50_000_000  # of a call: a0 … a7; bytes left alone; instructions
ENDED = {"kill": "ended", "stop": "stopped"}  # by what a signal does
HINT = "step to a place outside of the kernel first"


def call(session: Session, target: Value, arguments: list[Value]) -> Value:
    """What the function at an address returns. EmuError if it can't be called, or does not come back."""
    session.require_alive()
    start, task = target.word(session.machine.xlen), session.task_of()
    function = session.program.debug.function_at(start) if session.program.dwarf is not None else None
    formal = [each for each in session.program.debug.locals_at(start) if each.is_argument] if function else []
    kind = returned.type_of(session, function)
    name = session.symbolize(start) or f"{start:#x}"
    check(session, name, start, arguments, formal if function is not None else None)
    if kind is not None and not kind.is_scalar and kind.kind != "void":
        raise EmuError(f"{name} returns a {kind.name}: only numbers and pointers can be taken")
    held, pid, tick = session.registers(), task.pid, session.engine.tick
    there = session.hart, session.pid, session.frame
    goal = passed(session, held, start, arguments, formal)
    failed = run(session, pid, goal, name)
    try:
        if failed:
            session.travel(tick)
            raise EmuError(failed, hint="registers and memory are as they were before the call")
        return result(session, kind)
    finally:
        put_back(session, pid, held)
        session.hart, session.pid, session.frame = there


def check(session: Session, name: str, start: int, arguments: list[Value], formal: list[Variable] | None) -> None:
    """EmuError for a call that can't be made."""
    if session.task_of().state not in (RUNNING, READY):
        raise EmuError(f"{name} can't be called: the task does not run", hint=HINT)
    if not session.is_code(start):
        raise EmuError(f"{name} is no function: nothing is executable there")
    if formal is not None and len(arguments) != len(formal):
        few = "few" if len(arguments) < len(formal) else "many"
        raise EmuError(f"too {few} arguments: {name} takes {len(formal)}")
    if any(each.type is not None and each.type.kind in ("struct", "union") for each in arguments):
        raise EmuError("structures can't be passed", hint="pass its address: &variable")


def passed(
    session: Session, held: Registers, start: int, arguments: list[Value], formal: list[Variable]
) -> tuple[int, int]:
    """Set the registers; (where the function returns to, the stack there)."""
    program, xlen = session.program, session.machine.xlen
    elf = program.elf
    goal = (elf["e_entry"] + program.bias) if elf is not None else held.pc
    hard = elf is not None and bool(elf["e_flags"] & returned.FLOAT_ABI)
    stack = held.x[SP] - REDZONE & -16
    wanted: dict[str, int] = {"ra": goal, "sp": stack, "pc": start}
    integers = floats = 0
    for index, value in enumerate(arguments):
        kind = formal[index].type if index < len(formal) else value.type
        value = as_type(kind, value, xlen) if kind is not None and kind.is_scalar else value
        if value.is_float and hard and floats < MOST_ARGUMENTS:
            bits = value.unsigned | (0xFFFFFFFF << 32 if value.bits == 32 else 0)
            wanted[f"fa{floats}"], floats = bits, floats + 1
            continue
        number = value.register_bits
        for _ in range(max(1, 8 * (kind.size if kind is not None else 0) // xlen)):  # two for a long long of RV32
            if integers == MOST_ARGUMENTS:
                raise EmuError("more arguments than a0 to a7 hold can't be passed")
            wanted[f"a{integers}"], integers = number & (1 << xlen) - 1, integers + 1
            number >>= xlen
    session.change(lambda: set_all(session, session.pid, wanted))
    return goal, stack


def set_all(session: Session, pid: int, wanted: dict[str, int]) -> None:
    """Registers of a task, by name."""
    task = session.kernel.tasks[pid]
    for name, value in wanted.items():
        registers.put(session.kernel, task, session.hart, name, value)


def put_back(session: Session, pid: int, held: Registers) -> None:
    """The registers as they were."""
    if pid not in session.kernel.tasks:
        return
    wanted: dict[str, int] = {f"x{n}": held.x[n] for n in range(1, 32)} | {f"f{n}": held.f[n] for n in range(32)}
    session.change(lambda: set_all(session, pid, wanted | {"pc": held.pc, "fcsr": held.fcsr}))
    session.breaks.touch()


def run(session: Session, pid: int, goal: tuple[int, int], name: str) -> str:
    """Until the function returns; '' or why it does not."""
    tgid = session.task_of(pid).tgid
    with session.nothing_but([goal[0]], pid), endings(session, tgid):
        last = session.engine.insns + LONGEST
        while session.engine.insns < last:
            cause = session.forward(max_insns=last - session.engine.insns)
            if cause.kind == "limit":
                break
            if cause.kind == "catch" and (verdict := session.verdict(cause)) is not None:
                if verdict.detail["kind"] == "signal":
                    return f"{name} was {ENDED[verdict.detail['action']]} by {name_of(verdict.detail['number'])}"
                if session.endings[verdict.detail["pid"]].code is not None:
                    return f"{name} did not return: the {'process' if session.kernel.exit is None else 'program'} ended"
            if cause.kind == "breakpoint" and session.verdict(cause) is not None:
                if session.registers(pid).x[SP] >= goal[1]:
                    return ""
            elif cause.kind not in ("breakpoint", "catch"):
                ended = session.kernel.exit
                signal = f" by {name_of(ended.signal)}" if ended is not None and ended.signal else ""
                return f"{name} did not return: {'the program ended' + signal if ended else cause.kind}"
    return f"{name} did not return within {LONGEST:,} instructions"


@contextmanager
def endings(session: Session, tgid: int) -> Iterator[None]:
    """Meanwhile signals that end or stop the process are caught, and its end; handlers are let run."""
    caught = [("signal", {"actions": tuple(ENDED)}), ("exit", {})]
    rows = [session.breaks.add(CATCH, n, catch=n, arguments=more, pid=tgid, internal=True) for n, more in caught]
    try:
        yield
    finally:
        for row in rows:
            session.breaks.remove(row)


def result(session: Session, kind: Any) -> Value:
    """What the function left in a0 or fa0."""
    xlen, held = session.machine.xlen, session.registers()
    if kind is None:
        return make(held.x[A0], xlen)
    if kind.kind == "void":
        return make(0, xlen, type=kind)
    data = returned.place(session, kind, held, xlen // 8)
    return make(int.from_bytes(data, "little"), 8 * kind.size, kind.is_signed, type=kind)


class CallingScope:
    """The part of a scope of expressions that calls functions: only where a person asks for it."""

    may_call = False
    session: Session
    xlen: int

    def call(self, function: Value, arguments: list[Value]) -> Value:
        """What a function of the guest returns."""
        if not self.may_call:
            raise EmuError("functions of the guest are called by print and call only", hint="it changes what happens")
        return call(self.session, function, arguments)

    def uncalled(self, function: Value, arguments: list[Value]) -> Value:
        """A value of the type that it would return."""
        debug = self.session.program.debug if self.session.program.dwarf is not None else None
        found = debug.function_at(function.unsigned) if debug is not None else None
        kind = debug.returned_by(found) if found is not None else None
        return make(0, min(8 * kind.size, 64) or self.xlen, type=kind) if kind is not None else make(0, self.xlen)

    @contextmanager
    def calls_allowed(self) -> Iterator[None]:
        """Meanwhile expressions may call functions."""
        self.may_call = True
        try:
            yield
        finally:
            self.may_call = False
