"""The OOM killer: when nothing can be reclaimed, the process whose end frees most dies (Linux: mm/oom_kill.c).

oom_badness = pages in memory + on swap + of page tables, moved by oom_score_adj thousandths of all memory; −1000
exempts. pid 1 is spared as long as there is anyone else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.exit import kill_group
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.mm.oom_report import dump_header, report
from emu.kernel.mm.overcommit import total_swap_pages
from emu.kernel.siginfo import SIGKILL

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process

OOM_SCORE_ADJ_MIN, OOM_SCORE_ADJ_MAX = -1000, 1000


def total_pages(kernel: Kernel) -> int:
    """All that the badness of a process is measured by: memory and swap."""
    return kernel.pages.total_pages + total_swap_pages(kernel)


def oom_badness(kernel: Kernel, process: Process) -> int | None:
    """The points of a process; None if it may not be killed."""
    mm = next((thread.mm for thread in process.threads if thread.mm is not None), None)
    if mm is None or process.oom_score_adj == OOM_SCORE_ADJ_MIN:
        return None
    points = mm.rss + mm.swapents + mm.nr_tables
    return points + process.oom_score_adj * (total_pages(kernel) // 1000)


def oom_score(kernel: Kernel, process: Process) -> int:
    """/proc/PID/oom_score: badness in thousandths of memory, scaled so that an empty process has 666."""
    points = oom_badness(kernel, process)
    if points is None:
        return 0
    return max(0, (1000 + points * 1000 // (total_pages(kernel) or 1)) * 2 // 3)


def candidates(kernel: Kernel) -> list[tuple[int, Process]]:
    """(points, process) of all that may be killed, the worst first; pid 1 only if it is alone."""
    tasks = [task for task in kernel.tasks.values() if task.is_leader and task.state != "new"]  # new: clone is at it
    leaders = [task.process for task in tasks if task.process.threads]
    scored = [(points, process) for process in leaders if (points := oom_badness(kernel, process)) is not None]
    others = [row for row in scored if row[1].leader is not kernel.init]
    return sorted(others or scored, key=lambda row: (-row[0], -row[1].leader.pid))


def out_of_memory(kernel: Kernel) -> bool:
    """Kill one process. True if the allocation may try again; OutOfMemory when it is the caller itself that dies."""
    current = kernel.current
    found = candidates(kernel)
    if not found and current is None:  # at boot
        raise OutOfMemory
    if kernel.sysctl.panic_on_oom or not found:
        give_up(kernel)
    if kernel.sysctl.oom_kill_allocating_task and current is not None:
        found = [row for row in found if row[1] is current.process] or found
    points, victim = found[0]
    report(kernel, current, found)
    kernel.vm.oom_kill += 1
    kernel.trace("oom_kill", victim=victim.leader.pid, points=points)
    victim.oom_killed = True
    if current is not None and victim is current.process:
        raise OutOfMemory
    kill(kernel, victim)
    return True


def give_up(kernel: Kernel) -> None:
    """Nobody is to be killed, or nobody may be: the system stops."""
    dump_header(kernel, kernel.current)
    if kernel.sysctl.panic_on_oom:
        how = "compulsory" if kernel.sysctl.panic_on_oom == 2 else "system-wide"
        kernel.panic(f"Out of memory: {how} panic_on_oom is enabled")
    kernel.log("Out of memory and no killable processes...")
    kernel.panic("System is deadlocked on memory")


def kill(kernel: Kernel, victim: Process) -> None:
    """End the victim, all threads of it: the memory that it alone has is free when this returns."""
    kill_group(kernel, victim.threads[0], SIGKILL)
