"""The end of processes: exit, zombies, orphans, and being waited for (Linux: kernel/exit.c)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from emu.kernel import futex, futex_pi, sigsend
from emu.kernel.errno import Errno
from emu.kernel.fs.file import Files
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.mm.uaccess import put_user
from emu.kernel.options import Exit
from emu.kernel.sched.states import DEAD, ZOMBIE
from emu.kernel.sched.wait import drop_restart
from emu.kernel.siginfo import CLD_EXITED, CLD_KILLED, DEFAULT, SA_NOCLDWAIT, SIG_IGN, SIGCHLD, SIGKILL, SigInfo
from emu.kernel.task import Process, Task

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


def mm_release(kernel: Kernel, task: Task) -> None:
    """The task leaves its address space: locks it held are marked, pthread_join and vfork's parent are woken."""
    mm = task.mm
    if mm is None:
        return
    kernel.pagefault_disabled = task.process.oom_killed  # what a victim of the OOM killer can't reach it leaves
    with suppress(Errno, OutOfMemory):
        futex.exit_robust_list(kernel, task)
        if task.clear_child_tid and mm.mm_users > 1:
            put_user(mm, task.clear_child_tid, 0, 4)
            futex.wake(kernel, futex.key_of(mm, task.clear_child_tid, False), 1)
    with suppress(OutOfMemory):
        futex_pi.owner_dies(kernel, task)
    kernel.pagefault_disabled = False
    task.clear_child_tid = 0
    task.vfork_done.wake()


def do_exit(kernel: Kernel, task: Task, code: int) -> None:
    """End one thread; the last one ends the process. `code` as wait4 shows it: status << 8, or the signal."""
    process = task.process
    task.exit_code = code
    if kernel.tracer is not None:
        kernel.tracer.emit(kernel, "exit", task.pid, code=code >> 8 & 0xFF, signal=code & 0x7F)
    drop_restart(task)
    if process.threads == [task]:
        kernel.ended.add(kernel, process, code)
        kernel.captures.process_ends(process)
    mm_release(kernel, task)
    kernel.sched.retire(task)
    kernel.awaited.forget(task)
    mm, task.mm = task.mm, None
    process.min_flt += task.min_flt
    process.maj_flt += task.maj_flt
    process.cycles += task.ran_cycles
    put_files(task)
    task.fs.put()
    if mm is not None:
        process.maxrss = max(process.maxrss, mm.rss, mm.hiwater_rss)
        kernel.max_rss = max(kernel.max_rss, process.maxrss)
        kernel.mm_put(mm)
    process.threads.remove(task)
    task.set_state(ZOMBIE if task.is_leader else DEAD)
    if not task.is_leader:
        free_task(kernel, task)
    if not process.threads:
        exit_notify(kernel, process)


def put_files(task: Task) -> None:
    """exit_files: leave the table of descriptors; whoever leaves last closes them and gives up his locks."""
    files, task.files = task.files, Files()
    files.users -= 1
    if not files.users:
        for file in files.open.values():
            if file.inode.locks is not None:
                file.inode.locks.drop_owner(task.process)
        files.close_all()


def exit_notify(kernel: Kernel, process: Process) -> None:
    """The last thread went: children go to pid 1, the parent is told; the leader stays as a zombie until waited for."""
    leader = process.leader
    if process.exiting is not None:
        leader.exit_code = process.exiting
    process.dead = True
    if leader is kernel.init:
        shut_down(kernel, process)
        return
    kernel.sem_ids.exit(process)
    sigsend.hang_up_orphans(kernel, process, process.parent)
    reaper = find_reaper(kernel, process)
    children, process.children = process.children, []
    for child in children:
        reparent(kernel, child, process, reaper)
    process.ended.wake()
    tell_parent(kernel, process)


def find_reaper(kernel: Kernel, process: Process) -> Process:
    """Who gets the children of a process that ends: the nearest ancestor that asked for them, or pid 1."""
    at = process.parent
    while at is not None and not (at.subreaper and not at.dead):
        at = at.parent
    return at or kernel.init.process


def reparent(kernel: Kernel, child: Process, old: Process, new: Process) -> None:
    """forget_original_parent: the child has another parent, and may have asked to be told."""
    child.parent, child.adopted = new, not new.subreaper
    new.children.append(child)
    for thread in list(child.threads):
        if thread.pdeath_signal:
            sigsend.send(kernel, thread, SigInfo(thread.pdeath_signal, pid=old.leader.pid, uid=old.leader.uid))
    if child.dead:
        tell_parent(kernel, child)
    elif child.pgid != old.pgid and child.sid == old.sid:
        sigsend.hang_up_orphans(kernel, child, old)


def shut_down(kernel: Kernel, process: Process) -> None:
    """pid 1 ended, and with it the run: whoever is left is killed, as in a pid namespace."""
    code = process.leader.exit_code
    signal = code & 0x7F
    card = kernel.card if signal else None
    kernel.write_home()
    kernel.exit = Exit(code >> 8 & 0xFF, signal, "signal" if signal else "exited", card, kernel.messages)
    for task in [task for task in kernel.tasks.values() if task.mm is not None]:
        if task.mm is not None:
            kill_group(kernel, task, SIGKILL)


def tell_parent(kernel: Kernel, child: Process) -> None:
    """do_notify_parent: SIGCHLD and a wake-up; a parent that ignores SIGCHLD has its children reaped at once."""
    parent, leader = child.parent, child.leader
    if parent is None or kernel.exit is not None:
        return
    action = parent.actions.get(SIGCHLD, DEFAULT)
    ignore = action.handler == SIG_IGN or action.flags & SA_NOCLDWAIT
    if leader.exit_signal and parent.threads:
        code, status = how_it_ended(leader.exit_code)
        info = SigInfo(leader.exit_signal, code, pid=leader.pid, uid=leader.uid, status=status)
        sigsend.send(kernel, parent.threads[0], info)
    if ignore and leader.exit_signal == SIGCHLD:
        release(kernel, child)
    parent.child_exit.wake()


def how_it_ended(code: int) -> tuple[int, int]:
    """(si_code, si_status) for waitid and SIGCHLD."""
    return (CLD_KILLED, code & 0x7F) if code & 0x7F else (CLD_EXITED, code >> 8 & 0xFF)


def release(kernel: Kernel, child: Process) -> None:
    """release_task: the zombie was waited for; its pid is free, its accounts go to the parent's."""
    parent, leader = child.parent, child.leader
    parent.children.remove(child)
    parent.child_min_flt += child.min_flt + child.child_min_flt
    parent.child_maj_flt += child.maj_flt + child.child_maj_flt
    parent.child_cycles += child.cycles + child.child_cycles
    parent.child_maxrss = max(parent.child_maxrss, child.maxrss, child.child_maxrss)
    leader.set_state(DEAD)
    child.sighand.put()
    kernel.slab.caches["signal_cache"].free(child.slab)
    free_task(kernel, leader)


def free_task(kernel: Kernel, task: Task) -> None:
    """Nobody needs the task_struct any more; the pid is free."""
    del kernel.tasks[task.pid]
    kernel.slab.caches["task_struct"].free(task.slab)
    kernel.slab.caches["pid"].free(task.pid_slab)


def kill_group(kernel: Kernel, task: Task, code: int) -> None:
    """End all threads of a process with one code."""
    process = task.process
    if process.exiting is None:
        process.exiting = code
    for thread in list(process.threads):
        if thread is not task:
            do_exit(kernel, thread, code)
    if task in process.threads:
        do_exit(kernel, task, code)
