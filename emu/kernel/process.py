"""The life of processes: made, ended, waited for (Linux: kernel/fork.c, kernel/exit.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EAGAIN, Errno
from emu.kernel.fs.file import Files
from emu.kernel.mm import mmap, zap
from emu.kernel.options import Exit
from emu.kernel.task import DEAD, ZOMBIE, FsStruct, Process, Task

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm


def alloc_pid(kernel: Kernel) -> int:
    """The next free pid, counting up and starting over. EAGAIN when there are pid_max tasks."""
    top = kernel.sysctl.pid_max
    if len(kernel.tasks) >= top:
        raise Errno(EAGAIN)
    pid = kernel.last_pid
    while True:
        pid = pid + 1 if pid < top else 2
        if pid not in kernel.tasks:
            kernel.last_pid = pid
            return pid


def new_process(kernel: Kernel, parent: Task | None, rlimits: list[list[int]]) -> Task:
    """A task that is a process of its own, with nothing in it yet."""
    task = Task(kernel, alloc_pid(kernel), None, Files(), FsStruct(kernel.fs.root))
    task.process = Process(task, rlimits, parent)
    kernel.tasks[task.pid] = task
    return task


def exit_mmap(kernel: Kernel, mm: Mm) -> None:
    """Free all areas, pages and page tables of an address space."""
    kernel.sched.forget_mm(mm)
    for vma in list(mm.vmas):
        zap.zap_range(mm, vma, vma.vm_start, vma.vm_end)
        mmap.remove_vma(mm, vma)
    mm.free_tables()
    for cpu, hart in enumerate(kernel.harts):
        if mm.cpu_mask >> cpu & 1:
            hart.sfence(None, mm.asid)
    if mm.exe_file is not None:
        mm.exe_file.inode.execs -= 1
        mm.exe_file.put()


def do_exit(kernel: Kernel, task: Task, code: int) -> None:
    """End one thread; the last one ends the process. `code` as wait4 shows it: status << 8, or the signal."""
    process = task.process
    task.exit_code = code
    kernel.sched.retire(task)
    mm, task.mm = task.mm, None
    process.min_flt += task.min_flt
    process.maj_flt += task.maj_flt
    process.cycles += task.ran_cycles
    task.files.users -= 1
    if not task.files.users:
        task.files.close_all()
    if mm is not None:
        kernel.max_rss = max(kernel.max_rss, mm.rss, mm.hiwater_rss)
        kernel.mm_put(mm)
    process.threads.remove(task)
    if not process.threads:
        leave_group(kernel, process, code)
    if not task.is_leader:
        task.set_state(DEAD)
        del kernel.tasks[task.pid]


def leave_group(kernel: Kernel, process: Process, code: int) -> None:
    """The last thread went: the leader is a zombie until its parent asks for it."""
    leader = process.leader
    leader.exit_code = process.exiting if process.exiting is not None else code
    leader.set_state(ZOMBIE)
    if leader is kernel.init:
        signal = leader.exit_code & 0x7F
        kernel.exit = Exit(leader.exit_code >> 8 & 0xFF, signal, "signal" if signal else "exited", kernel.card)


def kill_group(kernel: Kernel, task: Task, code: int) -> None:
    """End all threads of a process with one code."""
    process = task.process
    if process.exiting is None:
        process.exiting = code
    for thread in list(process.threads):
        if thread is not task:
            do_exit(kernel, thread, code)
    do_exit(kernel, task, code)
