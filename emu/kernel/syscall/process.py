"""Processes: clone, execve, exit, wait, and what a process asks about its time (their man pages, section 2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel import exit, fork
from emu.kernel import wait as w
from emu.kernel.errno import E2BIG, EAGAIN, EINVAL, EPERM, ESRCH, Errno
from emu.kernel.fs.file import O_NONBLOCK
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, get_user, put_user
from emu.kernel.sigframe import pack_siginfo
from emu.kernel.siginfo import CLD_CONTINUED, CLD_STOPPED, NSIG, SigInfo
from emu.kernel.syscall.pidfd import pidfd_of
from emu.kernel.syscall.table import Addr, Int, Size, syscall
from emu.kernel.syscall.usage import pack_rusage, usage_of

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process, Task

CLONE_ARGS = struct.Struct("<11Q")


# -- new tasks --------------------------------------------------------------------------------------------------------
@syscall("clone")
def sys_clone(kernel: Kernel, task: Task, flags: Size, stack: Addr, parent: Addr, tls: Addr, child: Addr) -> int | None:
    if flags & fork.CLONE_PIDFD and flags & fork.CLONE_PARENT_SETTID:  # both want the same place
        return -EINVAL
    new = fork.do_clone(kernel, task, flags & 0xFFFFFFFF, stack, fork.Places(parent, child, parent), tls)
    return finish_clone(kernel, task, flags, new)


@syscall("clone3")
def sys_clone3(kernel: Kernel, task: Task, args: Addr, size: Size) -> int | None:
    if size > 4096:
        return -E2BIG
    if size < 64:
        return -EINVAL
    data = copy_from_user(task.mm, args, size).ljust(88, b"\0")
    if any(data[88:]):
        return -E2BIG
    flags, pidfd, child, parent, signal, stack, stack_size, tls, set_tid, count, cgroup = CLONE_ARGS.unpack(data[:88])
    if flags & (0xFF | fork.CLONE_DETACHED) or signal > NSIG or (stack == 0) != (stack_size == 0) or cgroup:
        return -EINVAL
    if signal and flags & (fork.CLONE_THREAD | fork.CLONE_PARENT):
        return -EINVAL
    wanted = chosen_pid(kernel, task, set_tid & kernel.xlen_mask, count) if set_tid or count else 0
    mask = kernel.xlen_mask
    places = fork.Places(parent & mask, child & mask, pidfd & mask)
    new = fork.do_clone(kernel, task, flags | signal, stack + stack_size & mask, places, tls, wanted)
    return finish_clone(kernel, task, flags, new)


def chosen_pid(kernel: Kernel, task: Task, addr: int, count: int) -> int:
    """clone3's set_tid: one pid, for there is one pid namespace; only root may choose. EINVAL EPERM EFAULT."""
    if not addr or count != 1:
        raise Errno(EINVAL)
    pid = get_user(task.mm, addr, 4, signed=True)
    if not 0 < pid < kernel.sysctl.pid_max:
        raise Errno(EINVAL)
    if task.euid:
        raise Errno(EPERM)
    return pid


@syscall("unshare")
def sys_unshare(kernel: Kernel, task: Task, flags: Size) -> int:
    """Descriptors and directories of one's own again; namespaces are not there."""
    alone = fork.CLONE_THREAD | fork.CLONE_SIGHAND | fork.CLONE_VM
    if flags & ~(alone | fork.CLONE_FS | fork.CLONE_FILES | fork.CLONE_SYSVSEM | fork.NAMESPACES):
        return -EINVAL
    if flags & fork.NAMESPACES:
        return -EPERM
    if flags & alone and len(task.process.threads) > 1:
        return -EINVAL
    if flags & fork.CLONE_FS and task.fs.users > 1:
        old, task.fs = task.fs, task.fs.copy()
        old.put()
    if flags & fork.CLONE_FILES and task.files.users > 1:
        old_files, task.files = task.files, task.files.copy()
        old_files.users -= 1
    return 0


def finish_clone(kernel: Kernel, task: Task, flags: int, child: Task) -> int | None:
    """The maker's result; with CLONE_VFORK it has it already but runs only when the child has left its memory."""
    if not flags & fork.CLONE_VFORK:
        return child.pid
    hart = kernel.harts[task.cpu]
    hart.x[10] = child.pid
    hart.pc += 4
    child.vfork_done.add(task)
    task.killable = True
    kernel.sched.block(task)
    return None


# -- the end ----------------------------------------------------------------------------------------------------------
@syscall("exit")
def sys_exit(kernel: Kernel, task: Task, status: Int) -> None:
    exit.do_exit(kernel, task, (status & 0xFF) << 8)


@syscall("exit_group")
def sys_exit_group(kernel: Kernel, task: Task, status: Int) -> None:
    exit.kill_group(kernel, task, (status & 0xFF) << 8)


@syscall("wait4")
def sys_wait4(kernel: Kernel, task: Task, pid: Int, status: Addr, options: Int, rusage: Addr) -> int:
    if options & 0xFFFFFFFF & ~(w.WNOHANG | w.WUNTRACED | w.WCONTINUED | w.WNOTHREAD | w.WALL | w.WCLONE):
        return -EINVAL
    if pid == -(1 << 31):
        return -ESRCH
    which, number = (w.P_PID, pid) if pid > 0 else (w.P_ALL, 0) if pid == -1 else (w.P_PGID, -pid or task.process.pgid)
    found = w.wait_for(kernel, task, which, number, options | w.WEXITED)
    if found is None:
        return 0
    child, news = found
    if status:
        codes = {w.EXITED: child.leader.exit_code, "stopped": child.stopped << 8 | 0x7F, "continued": 0xFFFF}
        put_user(task.mm, status, codes[news], 4)
    if rusage:
        copy_to_user(task.mm, rusage, pack_rusage(kernel, usage_of(kernel, child, True)))
    return child.leader.pid


@syscall("waitid")
def sys_waitid(kernel: Kernel, task: Task, which: Int, number: Int, info: Addr, options: Int, rusage: Addr) -> int:
    known = w.WNOHANG | w.WUNTRACED | w.WEXITED | w.WCONTINUED | w.WNOWAIT | w.WNOTHREAD | w.WALL | w.WCLONE
    if options & 0xFFFFFFFF & ~known or not options & (w.WEXITED | w.WUNTRACED | w.WCONTINUED):
        return -EINVAL
    if not w.P_ALL <= which <= w.P_PIDFD or number < {w.P_PID: 1, w.P_PGID: 0, w.P_PIDFD: 0}.get(which, number):
        return -EINVAL
    nonblocking = False
    if which == w.P_PIDFD:
        nonblocking = bool(task.files.get(number).flags & O_NONBLOCK)
        which, number = w.P_PID, pidfd_of(task, number).process.leader.pid
    if which == w.P_PGID and not number:
        number = task.process.pgid
    found = w.wait_for(kernel, task, which, number, options | (w.WNOHANG if nonblocking else 0))
    if found is None and nonblocking and not options & w.WNOHANG:
        return -EAGAIN
    if info:
        copy_to_user(task.mm, info, pack_child(kernel, found))
    if rusage and found is not None:
        copy_to_user(task.mm, rusage, pack_rusage(kernel, usage_of(kernel, found[0], True)))
    return 0


def pack_child(kernel: Kernel, found: tuple[Process, str] | None) -> bytes:
    """The siginfo_t that waitid fills: SIGCHLD, or zeroes when nobody has changed."""
    if found is None:
        return bytes(128)
    child, news = found
    if news == w.EXITED:
        code, status = exit.how_it_ended(child.leader.exit_code)
    else:
        code, status = (CLD_STOPPED, child.stopped) if news == "stopped" else (CLD_CONTINUED, 18)
    return pack_siginfo(SigInfo(17, code, pid=child.leader.pid, uid=child.leader.uid, status=status), kernel.xlen)
