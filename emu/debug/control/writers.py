"""Who wrote this last? The answer comes from going back in time, and returning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.control import calls, judge, predict, registers
from emu.debug.control.breaks import CATCH, WATCH, WRITE
from emu.debug.view import Facts, View
from emu.errors import EmuError
from emu.isa.disassemble import disassemble
from emu.kernel.syscall.numbers import NAMES

if TYPE_CHECKING:
    from emu.debug.session import Session


def last_write(session: Session, address: int, length: int = 0) -> View:
    """The last store to an address of the selected process, or the kernel's; or that nobody ever wrote it."""
    address &= session.kernel.xlen_mask
    length = length or session.symbol_size(address) or session.machine.xlen // 8
    value = session.read(address, length)
    if value is None:
        raise EmuError(f"nothing is mapped at {address:#x}", hint="vmmap shows what is")
    now, selected = session.engine.tick, (session.hart, session.pid, session.frame)
    try:
        found = search(session, address, length, value)
    finally:
        session.travel(now)
        session.hart, session.pid, session.frame = selected
    found |= {
        "address": address,
        "length": length,
        "value": int.from_bytes(value, "little"),
        "pid": session.task_of().tgid,
    }
    return describe(session, found)


def search(session: Session, address: int, length: int, value: bytes) -> dict[str, Any]:
    """Back to the last store; then see whether the kernel wrote after it."""
    pid, now = session.task_of().tgid, session.engine.tick
    watch = session.breaks.add(
        WATCH, "last-write", low=address, high=address + length, access=WRITE, pid=pid, internal=True
    )
    execs = session.breaks.add(CATCH, "last-write", catch="exec", pid=pid, internal=True)
    others = [row for row in session.breaks.active() if row not in (watch, execs)]
    for row in others:
        row.enabled = False
    session.breaks.touch()

    def accepts(cause: Any) -> bool:
        if cause.kind == "catch":
            return judge.at_record(session, cause.detail) is not None
        hart = session.machine.harts[cause.hart] if cause.kind == "watchpoint" else None
        return hart is not None and watch in judge.at_watchpoint(
            session, cause.hart, hart.watch_va, bool(hart.watch_kind)
        )

    try:
        with session.ruined():
            cause = session.engine.reverse(accepts)
        store = store_at(session, cause.hart, watch) if cause is not None and cause.kind == "watchpoint" else None
        begin = session.engine.tick
        after = session.engine.start_tick if store is None and cause is None else begin + 1
    finally:
        session.breaks.remove(watch)
        session.breaks.remove(execs)
        for row in others:
            row.enabled = True
        session.breaks.touch()
    written = value if store is None else store["new_bytes"]
    if store is not None and written == value:
        return store
    return by_kernel(session, pid, address, length, value, after, now) or store or {"who": "nobody"}


def store_at(session: Session, cpu: int, row: Any) -> dict[str, Any]:
    """The store that a hart is about to execute."""
    hart, task = session.machine.harts[cpu], judge.running(session, cpu)
    pc = hart.pc & session.kernel.xlen_mask
    old = judge.watched_value(session, row)
    new = predict.after_store(session, cpu, row, hart.watch_va & session.kernel.xlen_mask, old)
    with judge.looking_at(session, cpu, task.pid):
        found, source = calls.instruction(session, pc), session.source(pc)
        data = session.read(pc, found[1]) if found else None
        insn = disassemble(int.from_bytes(data, "little"), pc, session.machine.xlen) if data else ""
        symbol = session.symbolize(pc)
    result = {
        "who": "store", "tick": session.engine.tick, "cycle": hart.cycle, "hart": cpu, "by_pid": task.pid, "pc": pc,
        "symbol": symbol,
        "source": f"{source[0]}:{source[1]}" if source else "", "instruction": insn,
        "old": int.from_bytes(old, "little") if old is not None else None,
    }  # fmt: skip
    if new is None:  # an atomic: see what it did
        session.forward(until_tick=session.engine.tick + 1)
        new = judge.watched_value(session, row)
    return {**result, "new": int.from_bytes(new, "little") if new is not None else None, "new_bytes": new}


def by_kernel(
    session: Session, pid: int, address: int, length: int, value: bytes, first: int, last: int
) -> dict[str, Any] | None:
    """Between two ticks the value became what it is, and no store did it: find an entry of the kernel that did."""

    def holds(tick: int) -> bool | None:
        session.travel(tick)
        return session.read(address, length, pid) == value

    if holds(first):
        return None
    low, high = first, last
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    session.travel(low)
    old = session.read(address, length, pid)
    records: list[Any] = []
    task = session.kernel.tasks.get(pid)
    cause = session.forward(until_tick=high)
    records += [cause.detail] if cause.kind == "catch" else []
    return {
        "who": "kernel", "tick": low, "cycle": session.engine.cycle, "by_pid": pid, "doing": what_kernel_did(session,
        task, low),
        "old": int.from_bytes(old, "little") if old is not None else None, "new": int.from_bytes(value, "little"),
    }  # fmt: skip


def what_kernel_did(session: Session, task: Any, tick: int) -> str:
    """The system call or fault that the kernel served at a tick, as far as registers tell."""
    session.travel(tick)
    for cpu, running in enumerate(session.kernel.sched.running):
        if running is None or running.mm is None:
            continue
        held = registers.of_hart(session.kernel, cpu)
        with judge.looking_at(session, cpu, running.pid):
            found = calls.instruction(session, held.pc)
        if found is not None and found[0].insn.name == "ecall":
            return NAMES[session.machine.xlen].get(held.x[17], f"system call {held.x[17]}")
    return "execve, a signal or a page fault"


def describe(session: Session, found: dict[str, Any]) -> View:
    """The answer."""
    found.pop("new_bytes", None)
    what = f"{found['length']} bytes at {found['address']:#x}"
    facts: list[tuple[str, Any]] = [(what, f"{found['value']:#x}")]
    view = View("last-write", found)
    if found["who"] == "nobody":
        facts.append(
            ("last written by", "nobody ever wrote this since the program began: it holds what its page came with")
        )
    elif found["who"] == "kernel":
        facts += [("last written by", f"the kernel, in {found['doing']} of pid {found['by_pid']}"), *when(found)]
    else:
        place = f"{found['pc']:#x}" + (f" <{found['symbol']}>" if found["symbol"] else "")
        facts += [
            ("last written by", f"pid {found['by_pid']} on hart {found['hart']}"),
            ("instruction", f"{place}: {found['instruction']}"),
        ]
        facts += [("source", found["source"])] if found["source"] else []
        facts += when(found)
    view.blocks.append(Facts(facts))
    if found["who"] != "nobody":
        view.notes.append(f"goto tick {found['tick']} goes there")
    return view


def when(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Time and values."""
    values = [f"{found[key]:#x}" if found[key] is not None else "unknown" for key in ("old", "new")]
    return [("value", f"{values[0]} → {values[1]}"), ("when", f"tick {found['tick']:,}, cycle {found['cycle']:,}")]
