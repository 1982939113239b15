"""pidfd_open, pidfd_send_signal, pidfd_getfd (their man pages, section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EBADF, EINVAL, EPERM, ESRCH, Errno
from emu.kernel.fs import file as f
from emu.kernel.fs.pidfd import PidFd, open_pidfd
from emu.kernel.mm.uaccess import get_user
from emu.kernel.siginfo import NSIG, SI_USER
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.identity import owns
from emu.kernel.syscall.kill import forged, from_user, read_siginfo, send_to
from emu.kernel.syscall.table import Addr, Int, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


def pidfd_of(task: Task, fd: int) -> PidFd:
    """EBADF."""
    inode = task.files.get(fd).inode
    if not isinstance(inode, PidFd):
        raise Errno(EBADF)
    return inode


@syscall("pidfd_open")
def sys_pidfd_open(kernel: Kernel, task: Task, pid: Int, flags: Uint) -> int:
    if flags & ~f.O_NONBLOCK or pid <= 0:
        return -EINVAL
    found = kernel.tasks.get(pid)
    if found is None:
        return -ESRCH
    return open_pidfd(kernel, task, found.process, flags) if found.is_leader else -EINVAL


@syscall("pidfd_send_signal")
def sys_pidfd_send_signal(kernel: Kernel, task: Task, fd: Int, number: Int, addr: Addr, flags: Uint) -> int:
    if flags:
        return -EINVAL
    pidfd = pidfd_of(task, fd)
    target = pidfd.process.leader
    info = from_user(task, number, SI_USER)
    if addr:
        if get_user(task.mm, addr, 4) != number & 0xFFFFFFFF:
            return -EINVAL
        info = read_siginfo(kernel, task, number, addr)
        if forged(task, target, info):
            return -EPERM
    if not 0 <= number <= NSIG:
        return -EINVAL
    return send_to(kernel, task, [] if pidfd.waited_for else [target], info)


@syscall("pidfd_getfd")
def sys_pidfd_getfd(kernel: Kernel, task: Task, pidfd: Int, fd: Int, flags: Uint) -> int:
    """A copy of another process's descriptor, for who may look into it."""
    if flags:
        return -EINVAL
    process = pidfd_of(task, pidfd).process
    if process.dead:
        return -ESRCH
    other = process.threads[0]
    if not owns(task, other):
        return -EPERM
    return install(task, other.files.get_raw(fd).get(), f.O_CLOEXEC)
