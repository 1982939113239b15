"""`ps` and `task`: who lives, in which state, for how long it ran, and everything about one of them."""

from __future__ import annotations

from typing import Any

from emu.debug.look.regfile import registers_of
from emu.debug.look.subject import kernel_of, task_of
from emu.debug.look.words import number, size, symbol
from emu.debug.view import Facts, Line, Table, View
from emu.kernel.fs.namei import path_of
from emu.kernel.proc.task import state_letter

COLUMNS = "", "pid", "name", "state", "hart", "cycles", "pc", "where", "rss", "minflt", "majflt", "tgid", "ppid"
"""What is asked most stands first: a pane may be too narrow for all."""


def ps(session: Any) -> View:
    """All tasks and kernel threads; the selected one is marked."""
    kernel = kernel_of(session)
    rows = [row(session, kernel, task) for _, task in sorted(kernel.tasks.items())]
    threads = [kthread(kernel, each) for each in kthreads(kernel)]
    cells: list[list[Line]] = [
        [
            "*" if r["pid"] == session.pid else "",
            str(r["pid"]),
            r["name"],
            r["letter"],
            "" if r["hart"] is None else str(r["hart"]),
            number(r["cycles"]),
            [(f"{r['pc']:#x}", "addr")],
            symbol(r["symbol"]),
            size(r["rss_pages"] << 12),
            number(r["min_flt"]),
            number(r["maj_flt"]),
            "" if r["tgid"] == r["pid"] else str(r["tgid"]),
            str(r["ppid"]),
        ]
        for r in rows
    ]
    blank = [""] * 7
    cells += [["", str(t["pid"]), f"[{t['name']}]", t["letter"], "", number(t["cycles"]), *blank] for t in threads]
    return View("ps", {"tasks": rows, "kthreads": threads}, [Table(COLUMNS, cells, right=(1, 4, 5, 8, 9, 10, 11, 12))])


def row(session: Any, kernel: Any, task: Any) -> dict[str, Any]:
    """One task in figures."""
    parent = task.process.parent
    pc = registers_of(session, task.pid).pc
    return {
        "pid": task.pid,
        "tgid": task.tgid,
        "ppid": parent.leader.pid if parent else 0,
        "name": task.comm,
        "state": task.state,
        "letter": state_letter(task),
        "hart": task.cpu if task.cpu >= 0 else None,
        "cycles": kernel.cpu_cycles(task),
        "rss_pages": task.mm.rss if task.mm else 0,
        "min_flt": task.min_flt,
        "maj_flt": task.maj_flt,
        "pc": pc,
        "symbol": session.symbolize(pc) if task.mm is not None else "",
    }


def kthreads(kernel: Any) -> list[Any]:
    """The kernel's own threads, wherever it keeps them."""
    holders = (kernel.reclaimer, kernel.flusher, kernel.khugepaged, getattr(kernel, "irqs", None))
    found = [getattr(holder, "thread", None) for holder in holders]
    for holder in holders:
        found += list(getattr(holder, "threads", ()) or ())
    return [each for each in dict.fromkeys(found) if each is not None and hasattr(each, "comm")]


def kthread(kernel: Any, thread: Any) -> dict[str, Any]:
    """One kernel thread."""
    return {
        "pid": thread.pid,
        "name": thread.comm,
        "state": thread.state,
        "letter": "R" if thread.state in ("ready", "running") else "S",
        "cycles": thread.ran_cycles,
    }


def task(session: Any, pid: int | None = None) -> View:
    """Everything about one task."""
    kernel, it = kernel_of(session), task_of(session, pid)
    process, mm = it.process, it.mm
    data: dict[str, Any] = row(session, kernel, it)
    data |= {
        "threads": [thread.pid for thread in process.threads],
        "children": [child.leader.pid for child in process.children],
        "pgid": process.pgid,
        "sid": process.sid,
        "waits": waits(kernel, it),
        "start_cycle": it.start_cycle,
        "nice": it.nice,
        "affinity": [k for k in range(len(kernel.harts)) if it.affinity >> k & 1],
        "switches": {"voluntary": it.nvcsw, "involuntary": it.nivcsw},
        "uid": it.uid,
        "gid": it.gid,
        "cwd": path_of(it.fs.cwd),
        "exe": mm.exe_file.path if mm and mm.exe_file else "",
        "exit_code": it.exit_code,
        "open_files": sorted(it.files.open),
        "oom_score_adj": process.oom_score_adj,
        "memory": memory(mm),
    }
    return View("task", data, [Facts(facts(data), title=f"pid {it.pid} {it.comm}")])


def waits(kernel: Any, task: Any) -> str:
    """What a task that waits is waiting for."""
    if task.state == "stopped":
        return f"signal SIGCONT (stopped by {task.process.stopped})"
    if task.state != "waiting":
        return ""
    if task.in_iowait:
        return "the disk"
    for key, queue in kernel.futexes.items():
        if task in queue.tasks:
            return f"futex {key[1]:#x}"
    if task.process.child_exit in task.waits_on:
        return "a child"
    if task.waits_on:
        return "a file or a queue"
    return "a timer" if task.timer else "a signal"


def memory(mm: Any) -> dict[str, int] | None:
    """An address space in pages."""
    if mm is None:
        return None
    return {
        "total": mm.total_vm,
        "rss": mm.rss,
        "anon": mm.rss_anon,
        "file": mm.rss_file,
        "shmem": mm.rss_shmem,
        "swapped": mm.swapents,
        "tables": mm.nr_tables,
        "peak_rss": max(mm.hiwater_rss, mm.rss),
        "locked": mm.locked_vm,
        "asid": mm.asid,
        "root": mm.pgd << 12,
    }


def facts(d: dict[str, Any]) -> list[tuple[str, Line]]:
    """The same for people."""
    rows: list[tuple[str, Line]] = [
        (
            "state",
            d["state"]
            + (f" on hart {d['hart']}" if d["hart"] is not None else "")
            + (f", for {d['waits']}" if d["waits"] else ""),
        ),
        ("where", [(f"{d['pc']:#x} ", "addr"), (d["symbol"], "symbol")]),
        ("program", f"{d['exe'] or d['name']}, in {d['cwd']}"),
        ("family", f"process {d['tgid']}, parent {d['ppid']}, group {d['pgid']}, session {d['sid']}"),
        ("threads", ", ".join(map(str, d["threads"])) or "none"),
        ("children", ", ".join(map(str, d["children"])) or "none"),
        ("ran", f"{d['cycles']:,} cycles since cycle {d['start_cycle']:,}"),
        ("switches", f"{d['switches']['voluntary']:,} voluntary, {d['switches']['involuntary']:,} involuntary"),
        ("harts", "may run on " + ", ".join(map(str, d["affinity"])) + (f", nice {d['nice']}" if d["nice"] else "")),
        ("faults", f"{d['min_flt']:,} minor, {d['maj_flt']:,} major"),
        ("files", ", ".join(map(str, d["open_files"])) or "none open"),
    ]
    if m := d["memory"]:
        pages = ", ".join(
            f"{m[name]:,} {name}" for name in ("rss", "anon", "file", "shmem", "swapped", "tables") if m[name]
        )
        rows += [
            ("memory", f"{m['total']:,} pages mapped: {pages}"),
            ("page table", f"root at {m['root']:#x}, ASID {m['asid']}"),
        ]
    else:
        rows.append(("exit", f"code {d['exit_code'] >> 8}, signal {d['exit_code'] & 127}"))
    return rows
