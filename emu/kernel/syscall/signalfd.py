"""signalfd4 (signalfd(2))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL
from emu.kernel.fs import file as f
from emu.kernel.fs.signalfd import SignalFd
from emu.kernel.mm.uaccess import copy_from_user
from emu.kernel.siginfo import UNBLOCKABLE
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.table import Addr, Int, Size, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


@syscall("signalfd4")
def sys_signalfd4(kernel: Kernel, task: Task, fd: Int, mask: Addr, size: Size, flags: Int) -> int:
    if flags & ~(f.O_CLOEXEC | f.O_NONBLOCK) or size != 8:
        return -EINVAL
    wanted = struct.unpack("<Q", copy_from_user(task.mm, mask, 8))[0] & ~UNBLOCKABLE
    if fd == -1:
        opened = f.File(SignalFd(kernel, wanted), f.O_RDWR | flags & f.O_NONBLOCK, "anon_inode:[signalfd]")
        return install(task, opened, flags)
    inode = task.files.get(fd).inode
    if not isinstance(inode, SignalFd):
        return -EINVAL
    inode.mask = wanted
    inode.changed.wake()
    return fd
