"""`history`: the biography of a line, a frame or a page: when, by whom, at which instruction."""

from __future__ import annotations

from typing import Any

from emu.debug.look import owners, told
from emu.debug.look.observe import travel
from emu.debug.look.relive import Lived, relive
from emu.debug.look.subject import kernel_of, machine_of, mm_of
from emu.debug.look.words import number, plural, symbol
from emu.debug.view import Facts, Line, Table, View
from emu.errors import EmuError
from emu.isa.paging import PTE_V, pte_flags
from emu.kernel.mm.page import flag_names

LINE_EVENTS = (
    *("cache_miss", "cache_fill", "cache_evict", "write_back", "bus_read", "bus_read_exclusive", "bus_upgrade"),
    *("intervention", "mesi", "dram_read", "dram_write"),
)
MOST_ROWS = 500
WINDOW = 5_000_000


def line(session: Any, pa: int, ticks: int = WINDOW) -> View:
    """What happened to the line at a physical address in all caches, on the bus and in memory."""
    machine = machine_of(session)
    if not 0 <= pa < len(machine.ram):
        raise EmuError(f"there is no physical address {pa:#x}", hint=f"memory ends at {len(machine.ram):#x}")
    start = pa & -(1 << int(machine.state.line_shift))
    begin = window(session, ticks)
    lived = relive(session, begin, (), LINE_EVENTS, lambda what: hasattr(what, "a") and what.a == start)
    rows = [event_row(session, each) for each in lived]
    return view(session, f"line {start:#x}", owners.name_of(session, pa), rows, begin)


def event_row(session: Any, lived: Lived) -> dict[str, Any]:
    """A hardware event as a row."""
    event = lived.what
    pc = event.pc & session.kernel.xlen_mask
    return row(session, lived.tick, event.cycle, event.hart, pc, event.kind, told.describe(event))


def row(session: Any, tick: int, cycle: int, hart: int, pc: int, kind: str, text: str) -> dict[str, Any]:
    """One line of a biography."""
    return {
        "tick": tick,
        "cycle": cycle,
        "hart": hart,
        "pc": pc,
        "symbol": session.symbolize(pc),
        "kind": kind,
        "text": text,
    }


def window(session: Any, ticks: int) -> int:
    """The tick from which to live through again."""
    return max(session.engine.start_tick, session.engine.tick - ticks)


def frame(session: Any, pfn: int, ticks: int = WINDOW) -> View:
    """Who had a frame, from when on, and what the kernel did with it."""
    kernel = kernel_of(session)
    if not 0 <= pfn < kernel.pages.mem_map.count:
        raise EmuError(f"there is no frame {pfn:#x}", hint=f"frames: 0 to {kernel.pages.mem_map.count - 1:#x}")
    rows = changes(session, ticks, lambda: frame_state(session, pfn), frame_text)
    return view(session, f"frame {pfn:#x}", owners.name_of(session, pfn << 12), rows, window(session, ticks))


def frame_state(session: Any, pfn: int) -> tuple[Any, ...]:
    """What is told of a frame when it changes."""
    kernel = session.kernel
    mem_map = kernel.pages.mem_map
    who = tuple((user.pid, user.va) for user in owners.mappings(kernel, pfn)) if mem_map.refcount[pfn] else ()
    kind = owners.kind_of(kernel, pfn) if mem_map.refcount[pfn] else "free"
    return kind, mem_map.refcount[pfn], mem_map.mapcount[pfn], mem_map.flags[pfn] if kind != "free" else 0, who


def frame_text(old: tuple[Any, ...] | None, new: tuple[Any, ...]) -> str:
    """The change in words."""
    kind, references, mappings, flags, who = new
    if kind == "free":
        return "free"
    users = ", ".join(f"pid {pid} at {va:#x}" for pid, va in who[:4]) or "nobody maps it"
    return f"{kind}: refcount {references}, {plural(mappings, 'mapping')} ({users}) {flag_names(flags)}"


def page(session: Any, va: int, pid: int | None = None, ticks: int = WINDOW) -> View:
    """The page-table entry of an address through time: mapped by which fault, copied, swapped, A and D set."""
    mm_of(session, pid)
    who = session.pid if pid is None else pid
    va &= session.kernel.xlen_mask
    rows = changes(session, ticks, lambda: entry_of(session, who, va), entry_text)
    return view(session, f"page {va & -4096:#x} of pid {who}", "", rows, window(session, ticks))


def entry_of(session: Any, pid: int, va: int) -> int | None:
    """The entry now; None when the process has no address space."""
    task = session.kernel.tasks.get(pid)
    return task.mm.entry(va) if task is not None and task.mm is not None and va < task.mm.task_size else None


def entry_text(old: int | None, new: int | None) -> str:
    """What became of it."""
    if new is None:
        return "the process has no address space"
    if not new:
        return "no entry" if old is None else "the entry is gone"
    if not new & PTE_V:
        return f"on swap: slot {new >> 10}"
    where = f"frame {new >> 10:#x} {pte_flags(new)}"
    if old is None or not old & PTE_V:
        return f"mapped: {where}"
    if old >> 10 != new >> 10:
        return f"another frame: {where} (was {old >> 10:#x})"
    return f"bits: {where} (was {pte_flags(old)})"


def changes(session: Any, ticks: int, look: Any, text: Any) -> list[dict[str, Any]]:
    """Every change of what `look` gives, seen at the kernel's tracepoints, with the record at which it was seen."""
    rows: list[dict[str, Any]] = []
    last: list[Any] = [unset]

    def seen(cause: str, cycle: int, hart: int) -> None:
        now = look()
        if now == last[0]:
            return
        told_text = text(None if last[0] is unset else last[0], now)
        pc = session.machine.harts[hart].pc & session.kernel.xlen_mask
        rows.append(row(session, max(0, session.engine.tick - 1), cycle, hart, pc, cause, told_text))
        last[0] = now

    ended = [-1]  # the tick in which a task exits: what it gives back is seen at a later record

    def poll(record: Any) -> None:
        kind = record.kind if record.kind != "fault" else f"{record.fields['type']} fault"
        seen("exit" if ended[0] == session.engine.tick else kind, record.cycle, record.hart)
        if record.kind == "exit":
            ended[0] = session.engine.tick

    begin = window(session, ticks)

    with travel(session, begin):
        seen("so it began", session.engine.cycle, session.hart)
    relive(session, begin, (), (), poll=poll)
    seen("now", session.engine.cycle, session.hart)
    return rows


unset = object()


def view(session: Any, what: str, holds: str, rows: list[dict[str, Any]], begin: int) -> View:
    """The biography as a table."""
    data = {"what": what, "holds": holds, "from_tick": begin, "events": rows}
    cells: list[list[Line]] = [
        [
            number(r["cycle"]),
            number(r["tick"]),
            str(r["hart"]),
            [(f"{r['pc']:#x}", "addr")],
            symbol(r["symbol"]),
            r["kind"],
            r["text"],
        ]
        for r in rows[-MOST_ROWS:]
    ]
    table = Table(("cycle", "tick", "hart", "pc", "where", "event", "what"), cells, what, right=(0, 1, 2))
    notes = []
    if begin != session.engine.start_tick:
        notes.append(f"from tick {begin:,} on; --ticks=N looks further back")
    if len(rows) > MOST_ROWS:
        notes.append(f"the last {MOST_ROWS} of {len(rows):,}; `--json` has all")
    if not rows:
        notes.append("nothing has happened to it in that time")
    facts = [Facts([("holds", symbol(holds))])] if holds else []
    return View("history", data, [*facts, table], notes)
