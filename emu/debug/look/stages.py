"""`step --stages`: one instruction as the textbook's pipeline has it, with each translation and cache access."""

from __future__ import annotations

from typing import Any

from emu.debug.look import chain, told
from emu.debug.look.links import Link
from emu.debug.look.observe import Moment, watch
from emu.debug.look.regfile import Registers, registers_of
from emu.debug.look.subject import task_of
from emu.debug.look.why import table
from emu.debug.look.words import address
from emu.debug.view import Facts, Line, Text, View
from emu.errors import EmuError
from emu.isa.abi import X_NAMES
from emu.isa.insns import decode

MOST_TICKS = 100_000  # that others may run before the task's turn comes


def stages(session: Any) -> View:
    """Execute one instruction of the selected task and show what each stage did. Traps of it come first, one by one."""
    pid = task_of(session).pid
    for _ in range(MOST_TICKS):
        before = registers_of(session, pid)
        moments = watch(session, 1)
        session.pid = pid
        if not moments:
            raise EmuError("the program has ended", hint="`back` goes back in time")
        if moments[0].it is not None and moments[0].it.pid == pid:
            break
    else:
        raise EmuError(f"task {pid} waits: its turn did not come", hint="`sched` shows what for")
    gone = session.kernel.tasks.get(pid) is None
    after = before if gone else registers_of(session, pid)
    session.hart = moments[0].hart
    return shown(session, moments[0], before, after)


def shown(session: Any, moment: Moment, before: Registers, after: Registers) -> View:
    """Fetch, decode, execute, memory, write-back of a moment that has just been lived through."""
    it = moment.it
    links = chain.settle(moment.links, moment.spent)
    fetch, data, rest = parted(links)
    changed = write_back(before, after)
    rows: list[tuple[str, Line]] = [
        ("fetch", f"{it.pc:#x}: {it.word:#x}" if it.word is not None else f"{it.pc:#x}: no instruction there"),
        ("decode", decoded(it.word, session.machine.xlen)),
        ("execute", executed(it, before, after)),
        ("memory", memory(it)),
        (
            "write-back",
            ", ".join(f"{name} = {address(v, session.machine.xlen)}" for name, v in changed.items()) or "nothing",
        ),
        ("cost", f"{moment.cycles:,} cycles: " + (", ".join(f"{k} {v:,}" for k, v in moment.spent.items()) or "none")),
    ]
    data_ = {
        "pc": it.pc,
        "word": it.word,
        "text": it.text,
        "hart": it.hart,
        "pid": it.pid,
        "cycles": moment.cycles,
        "by_cause": moment.spent,
        "fetch": [link.as_dict() for link in fetch],
        "memory": [link.as_dict() for link in data],
        "pipeline": [link.as_dict() for link in rest],
        "write_back": changed,
        "events": [event._asdict() for event in moment.events],
        "records": [r._asdict() for r in moment.records],
    }
    records = [told.of_record(record) for record in moment.records]
    side = told.of_events(moment.events, moment.hart)
    return View("stages", data_, [Text([[(it.text, "insn")]]), Facts(rows), table([*links, *records, *side])])


def parted(links: list[Link]) -> tuple[list[Link], list[Link], list[Link]]:
    """Links of the fetch, of the data access, and of pipeline and kernel."""
    fetch, data, rest, here = [], [], [], None
    for link in links:
        here = {"fetch": fetch, "data": data}.get(link.layer, here)
        if link.layer in ("pipeline", "kernel", "other"):
            here = rest
        (here if here is not None else rest).append(link)
    return fetch, data, rest


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
    return "the result below" if write_back(before, after) else "nothing to keep"


def memory(it: chain.Instruction) -> str:
    """What the memory stage did."""
    if it.access is None:
        return "nothing"
    return f"{'loads' if it.access.kind == 'read' else 'stores'} {it.access.size} bytes at {it.access.va:#x}"


def write_back(before: Registers, after: Registers) -> dict[str, int]:
    """The integer registers that have another value now."""
    return {name: new for name, old, new in zip(X_NAMES, before.x, after.x, strict=True) if old != new}
