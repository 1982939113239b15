"""What became of each process: a row for every one that is alive, and for those that ended (like ps(1))."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.task import Process

KEPT = 1000  # rows of processes that ended, the newest


class Ended:
    """The processes that are no more, and how many there were."""

    def __init__(self) -> None:
        self.rows: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.count = 0

    def add(self, kernel: Kernel, process: Process, code: int) -> None:
        """The last thread is about to leave its memory."""
        self.count += 1
        code = code if process.exiting is None else process.exiting
        signal = code & 0x7F
        how = {"state": "killed" if signal else "exited", "status": code >> 8 & 0xFF, "signal": signal}
        self.rows.append(row(kernel, process) | how)


def row(kernel: Kernel, process: Process) -> dict[str, Any]:
    """One process: sizes in kB, times in cycles."""
    threads, leader = process.threads, process.leader
    mm = next((thread.mm for thread in threads if thread.mm is not None), None)
    return {
        "pid": leader.pid,
        "ppid": process.parent.leader.pid if process.parent else 0,
        "name": leader.comm,
        "state": leader.state,
        "status": None,
        "signal": 0,
        "threads": len(threads),
        **(memory(mm) if mm is not None else dict.fromkeys(MEMORY, 0)),
        "minor_faults": process.min_flt + sum(thread.min_flt for thread in threads),
        "major_faults": process.maj_flt + sum(thread.maj_flt for thread in threads),
        "cycles": process.cycles + sum(kernel.cpu_cycles(thread) for thread in threads),
        "switches": sum(thread.nvcsw + thread.nivcsw for thread in threads),
    }


MEMORY = ("vsz_kb", "peak_vsz_kb", "rss_kb", "peak_rss_kb", "swap_kb", "page_tables_kb")


def memory(mm: Mm) -> dict[str, int]:
    """Of an address space, in the order of MEMORY."""
    pages = (mm.total_vm, max(mm.hiwater_vm, mm.total_vm), mm.rss, max(mm.hiwater_rss, mm.rss), mm.swapents)
    return dict(zip(MEMORY, (4 * count for count in (*pages, mm.nr_tables)), strict=True))


def table(kernel: Kernel) -> list[dict[str, Any]]:
    """All of them by pid; a pid may have been given twice."""
    alive = [task.process for task in kernel.tasks.values() if task.is_leader and task.process.threads]
    return sorted([*kernel.ended.rows, *(row(kernel, process) for process in alive)], key=lambda each: each["pid"])
