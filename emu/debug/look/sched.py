"""`sched`: what each hart runs, who is ready, who waits for what, timers, and the last changes of state."""

from __future__ import annotations

from typing import Any

from emu.debug.look.processes import waits
from emu.debug.look.subject import kernel_of
from emu.debug.look.words import number
from emu.debug.view import Facts, Table, View

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
        "policy": policy.name,
        "slice_cycles": policy.slice_cycles,
        "switches": kernel.sched.nr_switches,
        "harts": harts,
        "ready": queue,
        "waiting": waiting,
        "timers": timers(kernel),
        "timeline": [
            dict(zip(("cycle", "hart", "pid", "name", "state"), row, strict=True))
            for row in list(kernel.timeline)[-timeline:]
        ],
    }
    return View("sched", data, blocks(data))


def hart(kernel: Any, k: int) -> dict[str, Any]:
    """A hart and its task."""
    task, loaded = kernel.sched.running[k], kernel.sched.loaded[k]
    return {
        "hart": k,
        "cycle": kernel.harts[k].cycle,
        "pid": task.pid if task else None,
        "name": task.comm if task else "",
        "slice_left": max(0, kernel.sched.slice_end[k] - kernel.harts[k].cycle) if task else 0,
        "holds": loaded.pid if loaded else None,
    }


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
    """The same as tables; lists that are empty are left out."""
    policy = ("policy", f"{d['policy']}, slices of {d['slice_cycles']:,} cycles")
    shown: list[Any] = [Facts([policy, ("switches", number(d["switches"]))]), hart_table(d["harts"])]
    if d["ready"]:
        ready = [[str(q["pid"]), q["name"], number(q["since"])] for q in d["ready"]]
        shown.append(Table(("pid", "name", "ready since"), ready, "ready, the next one first", right=(0, 2)))
    if d["waiting"]:
        waiting = [[str(w["pid"]), w["name"], w["for"]] for w in d["waiting"]]
        shown.append(Table(("pid", "name", "waits for"), waiting, "waiting", right=(0,)))
    if d["timers"]:
        due = [[number(t["cycle"]), str(t["wakes"] or ""), t["what"]] for t in d["timers"]]
        shown.append(Table(("cycle", "wakes", "what"), due, "timers", right=(0, 1)))
    changes = [[number(t["cycle"]), str(t["hart"]), str(t["pid"]), t["name"], t["state"]] for t in d["timeline"]]
    shown.append(Table(("cycle", "hart", "pid", "name", "state"), changes, "the last changes", right=(0, 1, 2)))
    return shown


def hart_table(harts: list[dict[str, Any]]) -> Table:
    """What each hart runs, and whose registers it holds."""
    rows = []
    for h in harts:
        left = number(h["slice_left"]) if h["pid"] else ""
        rows.append(
            [str(h["hart"]), number(h["cycle"]), str(h["pid"] or ""), h["name"] or "idle", left, str(h["holds"] or "")]
        )
    return Table(("hart", "cycle", "pid", "runs", "slice left", "registers of"), rows, right=(0, 1, 2, 4, 5))
