"""`step --stages`: one instruction as the textbook's pipeline has it, with each translation and cache access."""

from __future__ import annotations

from typing import Any

from emu.debug.look import chain
from emu.debug.look.observe import Moment, watch
from emu.debug.look.regfile import Registers, registers_of
from emu.debug.look.replay import completed, lived
from emu.debug.look.subject import task_of
from emu.debug.look.why import table
from emu.debug.look.words import address
from emu.debug.view import Facts, Line, Text, View
from emu.errors import EmuError
from emu.isa.abi import X_NAMES
from emu.isa.insns import decode

MOST_TICKS = 100_000  # that others may run before the task's turn comes


def stages(session: Any) -> View:
    """Execute one instruction of the selected task and show what each stage did, with the traps that it takes."""
    task = task_of(session)
    if session.kernel.exit is not None:
        raise EmuError("the program has ended", hint="`back` goes back in time")
    pid, before = task.pid, registers_of(session)
    moments = lived_through(session, pid)
    session.pid, session.hart = pid, moments[-1].hart
    after = registers_of(session) if pid in session.kernel.tasks else before
    view = shown(session, moments, before, after)
    view.stop = session.stop("step", session.hart)
    return view


def lived_through(session: Any, pid: int) -> list[Moment]:
    """Go on until an instruction of the task has completed; the moments that were its own. EmuError if it waits."""
    mine: list[Moment] = []
    with session.engine.quietly():
        for _ in range(MOST_TICKS):
            moments = watch(session, 1)
            if not moments:
                break
            if moments[0].it is not None and moments[0].it.pid == pid:
                mine.append(moments[0])
                if completed(moments[0]):
                    break
    if not mine:
        raise EmuError(f"task {pid} waits: its turn did not come", hint="`sched` shows what for")
    return mine


def shown(session: Any, moments: list[Moment], before: Registers, after: Registers) -> View:
    """Fetch, decode, execute, memory, write-back, and the chain of everything that the instruction met."""
    it, xlen, spent = moments[-1].it, session.machine.xlen, {}
    for moment in moments:
        for cause, cycles in moment.spent.items():
            spent[cause] = spent.get(cause, 0) + cycles
    links = [link for moment in moments for link in lived(session, moment)]
    changed = write_back(before, after)
    new = ", ".join(f"{name} = {address(value, xlen)}" for name, value in changed.items())
    cost = ", ".join(f"{cause} {cycles:,}" for cause, cycles in spent.items())
    rows: list[tuple[str, Line]] = [
        ("fetch", f"{it.pc:#x}: {it.word:#x}" if it.word is not None else f"{it.pc:#x}: no instruction there"),
        ("decode", decoded(it.word, xlen)),
        ("execute", executed(it, before, after)),
        ("memory", memory(it)),
        ("write-back", new or "nothing"),
        ("cost", f"{sum(spent.values()):,} cycles: {cost or 'none'}"),
    ]
    data = {
        "pc": it.pc,
        "word": it.word,
        "text": it.text,
        "hart": it.hart,
        "pid": it.pid,
        "cycles": sum(spent.values()),
        "by_cause": spent,
        "tries": len(moments),
        "links": [link.as_dict() for link in links],
        "write_back": changed,
    }
    data["events"] = [event._asdict() for moment in moments for event in moment.events]
    return View("stages", data, [Text([[(it.text, "insn")]]), Facts(rows), table(links)])


def decoded(word: int | None, xlen: int) -> str:
    """Name and operands as fields."""
    found = decode(word, xlen) if word is not None else None
    if found is None:
        return "no instruction"
    operands = ", ".join(f"{name} {value}" for name, value in found.operands.items())
    return f"{found.mnemonic} ({found.insn.ext}): {operands}"


def executed(it: chain.Instruction, before: Registers, after: Registers) -> str:
    """What the execute stage computed."""
    if it.access is not None:
        return f"address {it.access.va:#x}"
    if it.word is None:
        return "nothing"
    size = chain.length(it.word)
    if after.pc != before.pc + size:
        return f"pc = {after.pc:#x}"
    new = write_back(before, after)
    return "result " + ", ".join(f"{value:#x}" for value in new.values()) if new else "no register gets another value"


def memory(it: chain.Instruction) -> str:
    """What the memory stage did."""
    if it.access is None:
        return "nothing"
    return f"{'loads' if it.access.kind == 'read' else 'stores'} {it.access.size} bytes at {it.access.va:#x}"


def write_back(before: Registers, after: Registers) -> dict[str, int]:
    """The integer registers that have another value now."""
    return {name: new for name, old, new in zip(X_NAMES, before.x, after.x, strict=True) if old != new}
