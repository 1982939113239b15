"""Processes: clone, execve, exit, wait, and what a process asks about its time (their man pages, section 2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel import elf, exec, fork, jobctl, process
from emu.kernel import wait as w
from emu.kernel.errno import E2BIG, ECHILD, EFAULT, EINVAL, ENOEXEC, ESRCH, Errno
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, get_user, put_user, strncpy_from_user
from emu.kernel.syscall.path import AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW
from emu.kernel.syscall.table import Addr, Int, Long, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process, Task

MAX_ARG_STRLEN = 131072
MAX_ARGS = 100_000
CLONE_ARGS = struct.Struct("<11Q")


# -- new tasks --------------------------------------------------------------------------------------------------------
@syscall("clone")
def sys_clone(kernel: Kernel, task: Task, flags: Size, stack: Addr, parent: Addr, tls: Addr, child: Addr) -> int | None:
    return finish_clone(kernel, task, flags, fork.do_clone(kernel, task, flags, stack, parent, tls, child))


@syscall("clone3")
def sys_clone3(kernel: Kernel, task: Task, args: Addr, size: Size) -> int | None:
    if size > 4096:
        return -E2BIG
    if size < 64:
        return -EINVAL
    fields = CLONE_ARGS.unpack(copy_from_user(task.mm, args, min(size, 88)).ljust(88, b"\0"))
    flags, _, child, parent, signal, stack, stack_size, tls, set_tid_size = fields[:9]
    if flags & 0xFF or signal > 64 or set_tid_size or (stack == 0) != (stack_size == 0):
        return -EINVAL
    sp = stack + stack_size & kernel.xlen_mask
    new = fork.do_clone(kernel, task, flags | signal, sp, parent & kernel.xlen_mask, tls, child & kernel.xlen_mask)
    return finish_clone(kernel, task, flags, new)


def finish_clone(kernel: Kernel, task: Task, flags: int, child: Task) -> int | None:
    """The maker's result; with CLONE_VFORK it has it already but runs only when the child has left its memory."""
    if not flags & fork.CLONE_VFORK:
        return child.pid
    hart = kernel.harts[task.cpu]
    hart.x[10] = child.pid
    hart.pc += 4
    child.vfork_done.add(task)
    kernel.sched.block(task)
    return None


# -- execve -----------------------------------------------------------------------------------------------------------
def string_array(kernel: Kernel, task: Task, addr: int) -> list[bytes]:
    """argv or envp. E2BIG EFAULT."""
    strings: list[bytes] = []
    word, total = kernel.xlen // 8, 0
    while addr and (at := get_user(task.mm, addr + len(strings) * word, word)):
        try:
            strings.append(strncpy_from_user(task.mm, at, MAX_ARG_STRLEN))
        except Errno as error:
            raise Errno(EFAULT if error.number == EFAULT else E2BIG) from None
        total += len(strings[-1]) + 1 + word
        if len(strings) > MAX_ARGS or total > 6 << 20:
            raise Errno(E2BIG)
    return strings


def do_execve(kernel: Kernel, task: Task, dirfd: int, path: bytes, argv: int, envp: int, flags: int) -> None:
    """Replace the program. Errno before the point of no return; after it there is no way back, and none is needed."""
    from emu.kernel.syscall.path import lookup_at, start_dir

    inode = lookup_at(kernel, task, dirfd, path, flags)
    name = path.decode("utf-8", "surrogateescape")
    if not name.startswith("/"):
        name = exec.absolute(kernel, start_dir(task, dirfd, path), path)
    arguments, environment = string_array(kernel, task, argv), string_array(kernel, task, envp)
    file = exec.open_exec(kernel, inode, name)
    try:
        mm, pc, sp = exec.load(kernel, file, arguments or [b""], environment, task.process.rlimits)
    except elf.ElfError as error:
        kernel.log(f"{task.comm}[{task.pid}]: execve {name}: {error.message}")
        raise Errno(ENOEXEC) from None
    finally:
        file.put()
    exec.begin_new_exec(kernel, task)
    exec.install(kernel, task, mm, pc, sp)
    kernel.reload(task)


@syscall("execve")
def sys_execve(kernel: Kernel, task: Task, path: Addr, argv: Addr, envp: Addr) -> None:
    do_execve(kernel, task, AT_FDCWD, strncpy_from_user(task.mm, path), argv, envp, 0)


@syscall("execveat")
def sys_execveat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, argv: Addr, envp: Addr, flags: Int) -> int | None:
    if flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW):
        return -EINVAL
    return do_execve(kernel, task, dirfd, strncpy_from_user(task.mm, path), argv, envp, flags)


# -- the end ----------------------------------------------------------------------------------------------------------
@syscall("exit")
def sys_exit(kernel: Kernel, task: Task, status: Int) -> None:
    process.do_exit(kernel, task, (status & 0xFF) << 8)


@syscall("exit_group")
def sys_exit_group(kernel: Kernel, task: Task, status: Int) -> None:
    process.kill_group(kernel, task, (status & 0xFF) << 8)


@syscall("wait4")
def sys_wait4(kernel: Kernel, task: Task, pid: Int, status: Addr, options: Int, rusage: Addr) -> int:
    if options & 0x7FFFFFFF & ~(w.WNOHANG | w.WUNTRACED | w.WCONTINUED | w.WNOTHREAD | w.WALL):
        return -EINVAL
    if pid == -(1 << 31):
        return -ESRCH
    which, number = (w.P_PID, pid) if pid > 0 else (w.P_ALL, 0) if pid == -1 else (w.P_PGID, -pid or task.process.pgid)
    found = w.wait_for(kernel, task, which, number, options & 0xFF | w.WEXITED)
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
    known = w.WNOHANG | w.WUNTRACED | w.WEXITED | w.WCONTINUED | w.WNOWAIT | w.WNOTHREAD | w.WALL
    if options & 0x7FFFFFFF & ~known or not options & (w.WEXITED | w.WUNTRACED | w.WCONTINUED):
        return -EINVAL
    if which not in (w.P_ALL, w.P_PID, w.P_PGID) or (which == w.P_PID and number <= 0) or number < 0:
        return -EINVAL
    if which == w.P_PGID and not number:
        number = task.process.pgid
    found = w.wait_for(kernel, task, which, number, options)
    if info:
        copy_to_user(task.mm, info, pack_child(kernel, found))
    if rusage and found is not None:
        copy_to_user(task.mm, rusage, pack_rusage(kernel, usage_of(kernel, found[0], True)))
    return 0


def pack_child(kernel: Kernel, found: tuple[Process, str] | None) -> bytes:
    """The siginfo_t that waitid fills: SIGCHLD, or zeroes when nobody has changed."""
    from emu.kernel.sigframe import pack_siginfo
    from emu.kernel.signal import SigInfo

    if found is None:
        return bytes(128)
    child, news = found
    if news == w.EXITED:
        code, status = process.how_it_ended(child.leader.exit_code)
    else:
        code, status = (jobctl.CLD_STOPPED, child.stopped) if news == "stopped" else (jobctl.CLD_CONTINUED, 18)
    return pack_siginfo(SigInfo(17, code, pid=child.leader.pid, uid=child.leader.uid, status=status), kernel.xlen)


# -- accounts ---------------------------------------------------------------------------------------------------------
RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD = 0, -1, 1
Usage = tuple[int, int, int, int]  # cycles, minor faults, major faults, maxrss in pages


def usage_of(kernel: Kernel, of: Process, children: bool = False) -> Usage:
    """A process's own usage, its living threads included; with `children` also that of those it waited for."""
    cycles = of.cycles + sum(kernel.cpu_cycles(thread) for thread in of.threads)
    minor = of.min_flt + sum(thread.min_flt for thread in of.threads)
    major = of.maj_flt + sum(thread.maj_flt for thread in of.threads)
    maxrss = max(of.maxrss, *(max(t.mm.rss, t.mm.hiwater_rss) for t in of.threads if t.mm), 0)
    if children:
        cycles, minor, major = cycles + of.child_cycles, minor + of.child_min_flt, major + of.child_maj_flt
        maxrss = max(maxrss, of.child_maxrss)
    return cycles, minor, major, maxrss


def pack_rusage(kernel: Kernel, usage: Usage) -> bytes:
    """struct rusage: times as longs (RV32's time calls are 64-bit, but rusage keeps longs)."""
    cycles, minor, major, maxrss = usage
    micros = kernel.nanoseconds(cycles) // 1000
    words = [micros // 1_000_000, micros % 1_000_000, 0, 0, maxrss * 4, 0, 0, 0, minor, major, 0, 0, 0, 0, 0, 0, 0, 0]
    if kernel.xlen == 64:
        return struct.pack("<18q", *words)
    return struct.pack("<18I", *(value & 0xFFFFFFFF for value in words))


@syscall("getrusage")
def sys_getrusage(kernel: Kernel, task: Task, who: Int, addr: Addr) -> int:
    of = task.process
    if who == RUSAGE_SELF:
        usage = usage_of(kernel, of)
    elif who == RUSAGE_CHILDREN:
        usage = (of.child_cycles, of.child_min_flt, of.child_maj_flt, of.child_maxrss)
    elif who == RUSAGE_THREAD:
        usage = (kernel.cpu_cycles(task), task.min_flt, task.maj_flt, max(task.mm.rss, task.mm.hiwater_rss))
    else:
        return -EINVAL
    copy_to_user(task.mm, addr, pack_rusage(kernel, usage))
    return 0


@syscall("times")
def sys_times(kernel: Kernel, task: Task, addr: Addr) -> int:
    tick = kernel.options.clock_hz // 100
    if addr:
        own = usage_of(kernel, task.process)[0] // tick
        words = (own, 0, task.process.child_cycles // tick, 0)
        copy_to_user(task.mm, addr, struct.pack("<4q" if kernel.xlen == 64 else "<4i", *words))
    return kernel.now // tick & 0x7FFFFFFF


# -- scheduling -------------------------------------------------------------------------------------------------------
@syscall("sched_yield")
def sys_sched_yield(kernel: Kernel, task: Task) -> int:
    kernel.yield_wanted = True
    return 0


@syscall("sched_getaffinity")
def sys_sched_getaffinity(kernel: Kernel, task: Task, pid: Int, size: Uint, mask: Addr) -> int:
    found = kernel.tasks.get(pid) if pid else task
    if found is None:
        return -ESRCH
    word = kernel.xlen // 8
    need = -(-len(kernel.harts) // kernel.xlen) * word
    if size < need or size & (word - 1):
        return -EINVAL
    copy_to_user(task.mm, mask, found.affinity.to_bytes(need, "little"))
    return need


@syscall("sched_setaffinity")
def sys_sched_setaffinity(kernel: Kernel, task: Task, pid: Int, size: Uint, mask: Addr) -> int:
    found = kernel.tasks.get(pid) if pid else task
    if found is None:
        return -ESRCH
    bits = int.from_bytes(copy_from_user(task.mm, mask, min(size, 128)), "little") if size else 0
    bits &= (1 << len(kernel.harts)) - 1
    if not bits:
        return -EINVAL
    found.affinity = bits
    if found.cpu >= 0 and not bits >> found.cpu & 1:
        kernel.yield_wanted = True
    return 0


@syscall("getcpu")
def sys_getcpu(kernel: Kernel, task: Task, cpu: Addr, node: Addr, unused: Addr) -> int:
    if cpu:
        put_user(task.mm, cpu, task.cpu, 4)
    if node:
        put_user(task.mm, node, kernel.pages.node, 4)
    return 0


@syscall("getpriority")
def sys_getpriority(kernel: Kernel, task: Task, which: Int, who: Int) -> int:
    if which not in (0, 1, 2):
        return -EINVAL
    found = kernel.tasks.get(who) if who else task
    return 20 - found.nice if found else -ESRCH


@syscall("setpriority")
def sys_setpriority(kernel: Kernel, task: Task, which: Int, who: Int, nice: Int) -> int:
    if which not in (0, 1, 2):
        return -EINVAL
    found = kernel.tasks.get(who) if who else task
    if found is None:
        return -ESRCH
    found.nice = min(max(nice, -20), 19)
    return 0


__all__ = ["ECHILD", "Long"]
