"""clone, fork, vfork: a new task that shares with its maker what the flags say (Linux: kernel/fork.c, clone(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, EPERM, Errno
from emu.kernel.fork_places import Places, write_tid
from emu.kernel.fs.file import Files
from emu.kernel.fs.pidfd import open_pidfd
from emu.kernel.itimer import obey_cpu_limit
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.mm.fork import dup_mm
from emu.kernel.mm.uaccess import put_user
from emu.kernel.pid import alloc_pid
from emu.kernel.sched.registers import peek_registers
from emu.kernel.sched.wait import Blocked
from emu.kernel.siginfo import SIG_IGN
from emu.kernel.task import FsStruct, Process, Sighand, Task
from emu.machine.ledger import LEDGER_TRAP

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm

CSIGNAL = 0xFF
CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND, CLONE_PIDFD = 0x100, 0x200, 0x400, 0x800, 0x1000
CLONE_VFORK, CLONE_PARENT, CLONE_THREAD, CLONE_NEWNS = 0x4000, 0x8000, 0x10000, 0x20000
CLONE_SYSVSEM, CLONE_SETTLS, CLONE_PARENT_SETTID, CLONE_CHILD_CLEARTID = 0x40000, 0x80000, 0x100000, 0x200000
CLONE_DETACHED, CLONE_CHILD_SETTID = 0x400000, 0x1000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWIPC, CLONE_NEWPID = 0x08000000, 0x20000000
NAMESPACES = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWIPC | CLONE_NEWPID | 0x02000000 | 0x04000000 | 0x40000000
INHERITED = (
    "comm uid euid suid fsuid gid egid sgid fsgid groups no_new_privs keepcaps timerslack blocked affinity policy nice"
    " rt_priority"
).split()
CLONE_CLEAR_SIGHAND = 1 << 32
CONTRADICTIONS = (
    (CLONE_FS, CLONE_NEWNS | CLONE_NEWUSER),
    (CLONE_SYSVSEM, CLONE_NEWIPC),
    (CLONE_THREAD, CLONE_NEWPID | CLONE_NEWUSER),
)
KNOWN = 0x1FFFFFF | NAMESPACES | 0x80000000 | CLONE_CLEAR_SIGHAND


def new_process(kernel: Kernel, rlimits: list[list[int]]) -> Task:
    """A task that is a process of its own and child of none, with nothing in it yet."""
    caches = kernel.slab.caches
    task = Task(kernel, alloc_pid(kernel), None, Files(caches["files_cache"]), FsStruct(kernel.fs.root))
    task.process = Process(task, rlimits, None, Sighand(caches["sighand_cache"], {}))
    kernel.tasks[task.pid] = task
    return task


def check_flags(kernel: Kernel, task: Task, flags: int) -> None:
    """The combinations that clone(2) forbids. The first process has no parent that could be its child's too."""
    if any(flags & one and flags & other for one, other in CONTRADICTIONS):
        raise Errno(EINVAL)
    if flags & CLONE_PARENT and not flags & CLONE_THREAD and task.process.parent is None:
        raise Errno(EINVAL)
    if (flags & CLONE_SIGHAND and not flags & CLONE_VM) or (flags & CLONE_THREAD and not flags & CLONE_SIGHAND):
        raise Errno(EINVAL)
    if flags & NAMESPACES:
        raise Errno(EPERM)
    if (flags & CLONE_PIDFD and flags & (CLONE_THREAD | CLONE_DETACHED)) or flags & ~KNOWN:
        raise Errno(EINVAL)
    if flags & CLONE_CLEAR_SIGHAND and flags & CLONE_SIGHAND:
        raise Errno(EINVAL)


def do_clone(kernel: Kernel, task: Task, flags: int, stack: int, places: Places, tls: int, wanted: int = 0) -> Task:
    """copy_process: the new task, ready to run, with pid `wanted` if that is given. EAGAIN EEXIST ENOMEM EINVAL …
    May raise Blocked or OutOfMemory; then, as after an error, there is no task.
    """
    check_flags(kernel, task, flags)
    pid = alloc_pid(kernel, wanted)
    mm = copy_mm(kernel, task, flags)
    pidfd = -1
    try:
        if flags & CLONE_PIDFD:
            pidfd = open_pidfd(kernel, task, None)
            put_user(task.mm, places.pidfd, pidfd, 4)
        if flags & CLONE_PARENT_SETTID:
            write_tid(task.mm, places.parent_tid, pid)
        if flags & CLONE_CHILD_SETTID:
            write_tid(mm, places.child_tid, pid)
        child = make_task(kernel, task, pid, flags, mm)
    except (Errno, Blocked, OutOfMemory):
        if pidfd >= 0:
            task.files.close(pidfd)
        kernel.mm_put(mm)
        raise
    copy_registers(kernel, task, child, flags, stack, tls)
    join(kernel, task, child, flags)
    if pidfd >= 0:
        task.files.open[pidfd].inode.process = child.process
        if not flags & CLONE_FILES:  # the descriptor is the maker's alone
            child.files.close(pidfd)
    if flags & CLONE_CHILD_CLEARTID:
        child.clear_child_tid = places.child_tid
    kernel.sched.make_ready(child)
    if kernel.tracer is not None:
        kernel.tracer.emit(kernel, "fork", task.pid, child=pid, flags=flags, thread=bool(flags & CLONE_THREAD))
    return child


def copy_mm(kernel: Kernel, task: Task, flags: int) -> Mm:
    """The same address space, or a copy of it, whose page tables cost cycles."""
    if flags & CLONE_VM:
        task.mm.mm_users += 1
        return task.mm
    mm = dup_mm(kernel, task.mm)
    cycles = kernel.costs["copy_page"] * mm.nr_tables
    kernel.harts[kernel.cpu].charge(LEDGER_TRAP, cycles)
    return mm


def make_task(kernel: Kernel, task: Task, pid: int, flags: int, mm: Mm) -> Task:
    """The task_struct: credentials, mask and name are inherited; files and current directory shared or copied."""
    if flags & CLONE_FILES:
        files = task.files
        files.users += 1
    else:
        files = task.files.copy()
    if flags & CLONE_FS:
        fs = task.fs
        fs.users += 1
    else:
        fs = task.fs.copy()
    child = Task(kernel, pid, mm, files, fs)
    for name in INHERITED:
        setattr(child, name, getattr(task, name))
    if not flags & CLONE_VM or flags & CLONE_VFORK:
        child.altstack = task.altstack
    if task.reset_on_fork:
        reset_policy(child)
    return child


def reset_policy(child: Task) -> None:
    """SCHED_RESET_ON_FORK: no privileges of scheduling are handed down."""
    if child.rt_priority:
        child.policy = child.rt_priority = child.nice = 0
    child.nice = max(child.nice, 0)


def copy_registers(kernel: Kernel, task: Task, child: Task, flags: int, stack: int, tls: int) -> None:
    """The child returns 0 from the same ecall, on its own stack and thread pointer when it was given them."""
    child.regs, child.fregs, child.pc, child.fcsr = peek_registers(task, kernel.harts[task.cpu])
    child.pc += 4
    child.regs[10] = 0
    if stack:
        child.regs[2] = kernel.to_register(stack)
    if flags & CLONE_SETTLS:
        child.regs[4] = kernel.to_register(tls)


def join(kernel: Kernel, task: Task, child: Task, flags: int) -> None:
    """Enter the child in its thread group, or make it the leader of a process of its own."""
    kernel.tasks[child.pid] = child
    if flags & CLONE_THREAD:
        child.tgid, child.process = task.tgid, task.process
        task.process.threads.append(child)
        child.exit_signal = 0
        return
    child.exit_signal = flags & CSIGNAL
    parent = task.process.parent if flags & CLONE_PARENT else task.process
    limits = [list(pair) for pair in task.process.rlimits]
    process = Process(child, limits, parent, copy_sighand(task, flags))
    process.pgid, process.sid = task.process.pgid, task.process.sid
    process.dumpable, process.membarriers = task.process.dumpable, task.process.membarriers
    process.oom_score_adj = task.process.oom_score_adj
    child.process = process
    if not flags & CLONE_VM:
        child.mm.rlimits = limits
    obey_cpu_limit(process)
    if parent is not None:
        parent.children.append(process)
    kernel.nr_forks += 1


def copy_sighand(task: Task, flags: int) -> Sighand:
    """The same answers to signals, shared or copied."""
    sighand = task.process.sighand
    if not flags & CLONE_SIGHAND:
        copy = sighand.copy()
        if flags & CLONE_CLEAR_SIGHAND:
            copy.actions = {number: action for number, action in copy.actions.items() if action.handler == SIG_IGN}
        return copy
    sighand.users += 1
    return sighand
