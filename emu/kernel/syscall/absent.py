"""Calls that C libraries try and can do without: answered as by a kernel that was built without them, and not logged.

Everything else that is missing is ENOSYS too, with a line in the log (see kernel.trap).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EINTR, ENOSYS, EOPNOTSUPP
from emu.kernel.syscall.table import syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


@syscall("rseq")
def sys_rseq(kernel: Kernel, task: Task) -> int:
    """Restartable sequences: a kernel without CONFIG_RSEQ. The C libraries ask once for each thread and then take the
    number of their hart from getcpu(2).
    """
    return -ENOSYS


@syscall("restart_syscall")
def sys_restart_syscall(kernel: Kernel, task: Task) -> int:
    """Nothing waits to be restarted: calls that wait are executed anew."""
    return -EINTR


@syscall("getxattr", "lgetxattr", "fgetxattr", "setxattr", "lsetxattr", "fsetxattr")
@syscall("listxattr", "llistxattr", "flistxattr", "removexattr", "lremovexattr", "fremovexattr")
def sys_xattr(kernel: Kernel, task: Task) -> int:
    """No file system here has extended attributes."""
    return -EOPNOTSUPP
