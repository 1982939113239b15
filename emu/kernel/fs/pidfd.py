"""pidfd: a process as a file; it can be read from (as poll says) when the process has ended (pidfd_open(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import Errno
from emu.kernel.fs.file import O_NONBLOCK, O_RDWR, File
from emu.kernel.fs.inode import POLLIN, POLLRDNORM, Inode
from emu.kernel.rlimit import RLIMIT_NOFILE

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.sched.wait import WaitQueue
    from emu.kernel.task import Process, Task


class PidFd(Inode):
    """It stays with its process, also when the pid is another's."""

    def __init__(self, kernel: Kernel, process: Process | None) -> None:
        super().__init__(kernel.pipefs, 0o600)
        self.process: Process = process  # type: ignore[assignment]  # clone sets it when there is one

    @property
    def waited_for(self) -> bool:
        """Nobody can find the process any more."""
        leader = self.process.leader
        return self.sb.kernel.tasks.get(leader.pid) is not leader

    def poll(self, file: File) -> int:
        return POLLIN | POLLRDNORM if self.process.dead else 0

    def poll_queues(self, file: File) -> list[WaitQueue]:
        return [self.process.ended]


def open_pidfd(kernel: Kernel, task: Task, process: Process | None, flags: int = 0) -> int:
    """A descriptor for a process, close-on-exec in any case. EMFILE ENFILE ENOMEM."""
    file = File(PidFd(kernel, process), O_RDWR | flags & O_NONBLOCK, "anon_inode:[pidfd]")
    try:
        return task.files.install(file, task.process.rlimits[RLIMIT_NOFILE][0], cloexec=True)
    except Errno:
        file.put()
        raise
