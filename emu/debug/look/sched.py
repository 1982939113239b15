"""`sched`, `signals`, `futex`: who runs and who waits, what is pending and how it would be handled, who waits for a word."""

from __future__ import annotations

from typing import Any

from emu.debug.look.processes import waits
from emu.debug.look.subject import kernel_of, task_of
from emu.debug.look.words import number, symbol
from emu.debug.view import Facts, Line, Table, View
from emu.kernel.signal import DEFAULT, IGNORED_BY_DEFAULT, NAMES, STOPS, name_of

TIMELINE = 20


def sched(session: Any, timeline: int = TIMELINE) -> View:
    """Harts with what they run, the queue of ready tasks, who waits for what, timers, and the last changes."""
    kernel = kernel_of(session)
    policy = kernel.sched.policy
    harts = [hart(kernel, k) for k in range(len(kernel.harts))]
    queue = [{"pid": task.pid, "name": task.comm, "since": task.ready_since} for task in getattr(policy, "queue", ())]
    waiting = [
        {"pid": t.pid, "name": t.comm, "for": waits(kernel, t)} for t in kernel.tasks.values() if t.state == "waiting"
    ]
    data = {
        "policy": policy.name, "slice_cycles": policy.slice_cycles, "switches": kernel.sched.nr_switches, "harts": harts, "ready": queue,
        "waiting": waiting, "timers": timers(kernel),
        "timeline": [dict(zip(("cycle", "hart", "pid", "name", "state"), row, strict=True)) for row in list(kernel.timeline)[-timeline:]],
    }  # fmt: skip
    return View("sched", data, blocks(data))


def hart(kernel: Any, k: int) -> dict[str, Any]:
    """A hart and its task."""
    task, loaded = kernel.sched.running[k], kernel.sched.loaded[k]
    return {
        "hart": k, "cycle": kernel.harts[k].cycle, "pid": task.pid if task else None, "name": task.comm if task else "",
        "slice_left": max(0, kernel.sched.slice_end[k] - kernel.harts[k].cycle) if task else 0, "holds": loaded.pid if loaded else None,
    }  # fmt: skip


def timers(kernel: Any) -> list[dict[str, Any]]:
    """Timers that still matter, the next one first."""
    rows = []
    for cycle, serial, what in sorted(kernel.timers.heap, key=lambda entry: entry[:2]):
        if getattr(what, "timer", serial) == serial:
            rows.append(
                {
                    "cycle": cycle,
                    "wakes": getattr(what, "pid", None),
                    "what": getattr(what, "comm", type(what).__name__),
                }
            )
    return rows


def blocks(d: dict[str, Any]) -> list[Any]:
    """The same as tables."""
    now = [
        [
            str(h["hart"]),
            number(h["cycle"]),
            str(h["pid"] or ""),
            h["name"] or "idle",
            number(h["slice_left"]) if h["pid"] else "",
            str(h["holds"] or ""),
        ]
        for h in d["harts"]
    ]
    shown: list[Any] = [
        Facts(
            [("policy", f"{d['policy']}, slices of {d['slice_cycles']:,} cycles"), ("switches", number(d["switches"]))]
        ),
        Table(("hart", "cycle", "pid", "runs", "slice left", "registers of"), now, right=(0, 1, 2, 4, 5)),
    ]
    if d["ready"]:
        shown.append(
            Table(
                ("pid", "name", "ready since"),
                [[str(q["pid"]), q["name"], number(q["since"])] for q in d["ready"]],
                "ready, the next one first",
                right=(0, 2),
            )
        )
    if d["waiting"]:
        shown.append(
            Table(
                ("pid", "name", "waits for"),
                [[str(w["pid"]), w["name"], w["for"]] for w in d["waiting"]],
                "waiting",
                right=(0,),
            )
        )
    if d["timers"]:
        shown.append(
            Table(
                ("cycle", "wakes", "what"),
                [[number(t["cycle"]), str(t["wakes"] or ""), t["what"]] for t in d["timers"]],
                "timers",
                right=(0, 1),
            )
        )
    changes = [[number(t["cycle"]), str(t["hart"]), str(t["pid"]), t["name"], t["state"]] for t in d["timeline"]]
    shown.append(Table(("cycle", "hart", "pid", "name", "state"), changes, "the last changes", right=(0, 1, 2)))
    return shown


def signals(session: Any, pid: int | None = None) -> View:
    """What a process does about each signal, what is blocked and pending."""
    task = task_of(session, pid)
    kernel_of(session)
    numbers = sorted(
        {
            *task.process.actions,
            *task.pending,
            *task.process.pending,
            *(n for n in range(1, 65) if task.blocked >> (n - 1) & 1),
        }
    )
    rows = [signal(session, task, n) for n in numbers]
    data = {
        "pid": task.pid,
        "signals": rows,
        "blocked": task.blocked,
        "altstack": {"sp": task.altstack[0], "flags": task.altstack[1], "size": task.altstack[2]},
    }
    cells: list[list[Line]] = [
        [
            str(r["number"]),
            r["name"],
            symbol(r["symbol"]) or r["action"],
            "blocked" if r["blocked"] else "",
            r["pending"],
            r["flags"],
        ]
        for r in rows
    ]
    notes = [
        f"all others have their default action ({len(NAMES) - 1} are named; `signals` shows those that were changed)"
    ]
    return View(
        "signals", data, [Table(("number", "signal", "action", "", "pending", "flags"), cells, right=(0,))], notes
    )


def signal(session: Any, task: Any, n: int) -> dict[str, Any]:
    """One signal."""
    action = task.process.actions.get(n, DEFAULT)
    pending = "thread" if n in task.pending else "process" if n in task.process.pending else ""
    names = (
        (4, "SIGINFO"),
        (0x08000000, "ONSTACK"),
        (0x10000000, "RESTART"),
        (0x40000000, "NODEFER"),
        (0x80000000, "RESETHAND"),
    )
    return {
        "number": n, "name": name_of(n), "handler": action.handler, "action": meaning(n, action.handler),
        "symbol": session.symbolize(action.handler) if action.handler > 1 else "", "blocked": bool(task.blocked >> (n - 1) & 1),
        "pending": pending, "flags": " ".join(name for bit, name in names if action.flags & bit), "mask": action.mask,
    }  # fmt: skip


def meaning(n: int, handler: int) -> str:
    """ignore, default (and what that is), or the handler."""
    if handler == 1:
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
        "address": address, "kind": "private" if private else "shared (offset in the file)", "waiters": waiters,
        "value": int.from_bytes(data, "little") if data else None, "symbol": session.symbolize(address) if private else "",
    }  # fmt: skip
