"""`signals` and `futex`: what is pending and how it would be handled; who waits for a word of memory."""

from __future__ import annotations

from typing import Any

from emu.debug.look.subject import kernel_of, task_of
from emu.debug.look.words import symbol
from emu.debug.view import Line, Table, View
from emu.kernel.siginfo import (
    DEFAULT,
    IGNORED_BY_DEFAULT,
    NAMES,
    NSIG,
    SA_NODEFER,
    SA_ONSTACK,
    SA_RESETHAND,
    SA_RESTART,
    SA_SIGINFO,
    SIG_DFL,
    SIG_IGN,
    STOPS,
    name_of,
)

SA_FLAGS = {
    "SIGINFO": SA_SIGINFO,
    "ONSTACK": SA_ONSTACK,
    "RESTART": SA_RESTART,
    "NODEFER": SA_NODEFER,
    "RESETHAND": SA_RESETHAND,
}


def signals(session: Any, pid: int | None = None) -> View:
    """What a process does about each signal, what is blocked and pending."""
    task = task_of(session, pid)
    kernel_of(session)
    blocked = [n for n in range(1, NSIG + 1) if task.blocked >> (n - 1) & 1]
    numbers = sorted({*task.process.actions, *task.pending, *task.process.pending, *blocked})
    rows = [signal(session, task, n) for n in numbers]
    data = {
        "pid": task.pid,
        "signals": rows,
        "blocked": task.blocked,
        "altstack": {"sp": task.altstack[0], "flags": task.altstack[1], "size": task.altstack[2]},
    }
    cells: list[list[Line]] = []
    for r in rows:
        does = symbol(r["symbol"]) or r["action"]
        cells.append([str(r["number"]), r["name"], does, "blocked" if r["blocked"] else "", r["pending"], r["flags"]])
    table = Table(("number", "signal", "action", "", "pending", "flags"), cells, right=(0,))
    named = len(NAMES) - 1
    note = f"all others have their default action ({named} are named; `signals` shows those that were changed)"
    return View("signals", data, [table], [note])


def signal(session: Any, task: Any, n: int) -> dict[str, Any]:
    """One signal."""
    action = task.process.actions.get(n, DEFAULT)
    pending = "thread" if n in task.pending else "process" if n in task.process.pending else ""
    return {
        "number": n,
        "name": name_of(n),
        "handler": action.handler,
        "action": meaning(n, action.handler),
        "symbol": session.symbolize(action.handler) if action.handler not in (SIG_DFL, SIG_IGN) else "",
        "blocked": bool(task.blocked >> (n - 1) & 1),
        "pending": pending,
        "flags": " ".join(name for name, bit in SA_FLAGS.items() if action.flags & bit),
        "mask": action.mask,
    }


def meaning(n: int, handler: int) -> str:
    """ignore, default (and what that is), or the handler."""
    if handler == SIG_IGN:
        return "ignored"
    if handler:
        return f"handler at {handler:#x}"
    return "default: " + ("ignore" if n in IGNORED_BY_DEFAULT else "stop" if n in STOPS else "kill")


def futex(session: Any) -> View:
    """Every word that somebody waits on, with its value, and the waiters in the order in which they will be woken."""
    kernel = kernel_of(session)
    rows = [word(session, kernel, key, queue) for key, queue in kernel.futexes.items() if queue.tasks]
    cells = [
        [
            [(f"{r['address']:#x}", "addr")],
            symbol(r["symbol"]),
            "" if r["value"] is None else str(r["value"]),
            r["kind"],
            ", ".join(map(str, r["waiters"])),
        ]
        for r in rows
    ]
    notes = [] if rows else ["nobody waits on a futex"]
    return View(
        "futex",
        {"futexes": rows},
        [Table(("address", "symbol", "value", "kind", "waiters"), cells, right=(2,))] if rows else [],
        notes,
    )


def word(session: Any, kernel: Any, key: Any, queue: Any) -> dict[str, Any]:
    """One futex. A private one is an address in a process, a shared one an offset in a file."""
    where, address = key
    waiters = [task.pid for task in queue.tasks]
    private = hasattr(where, "vmas")
    data = session.read(address, 4, waiters[0]) if private else None
    return {
        "address": address,
        "kind": "private" if private else "shared (offset in the file)",
        "waiters": waiters,
        "value": int.from_bytes(data, "little") if data else None,
        "symbol": session.symbolize(address) if private else "",
    }
