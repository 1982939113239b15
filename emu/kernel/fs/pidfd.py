"""pidfd: a process as a file; it can be read from (as poll says) when the process has ended (pidfd_open(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.fs.inode import POLLIN, POLLRDNORM, Inode

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.sched.wait import WaitQueue
    from emu.kernel.task import Process


class PidFd(Inode):
    """It stays with its process, also when the pid is another's."""

    def __init__(self, kernel: Kernel, process: Process) -> None:
        super().__init__(kernel.pipefs, 0o600)
        self.process = process

    @property
    def waited_for(self) -> bool:
        """Nobody can find the process any more."""
        leader = self.process.leader
        return self.sb.kernel.tasks.get(leader.pid) is not leader

    def poll(self, file: File) -> int:
        return POLLIN | POLLRDNORM if self.process.dead else 0

    def poll_queues(self, file: File) -> list[WaitQueue]:
        return [self.process.ended]
