"""Kernel threads: work of the kernel that is scheduled like a task and costs the hart it runs on its time (kswapd,
flusher).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.kernel.sched.states import READY, WAITING

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.sched.wait import WaitQueue


class KThread:
    """`work()` does one turn and says whether there is more to do; between turns other tasks may run."""

    is_kthread = True
    pid = 0

    def __init__(self, kernel: Kernel, comm: str, work: Callable[[], bool]) -> None:
        self.kernel, self.comm, self.work = kernel, comm, work
        self.state = WAITING
        self.timer = 0
        self.affinity = (1 << len(kernel.harts)) - 1
        self.ready_since = self.ran_cycles = 0
        self.waits_on: list[WaitQueue] = []

    def set_state(self, state: str) -> None:
        """READY, WAITING …; the timeline is told."""
        self.state = state
        self.kernel.note_state(self)

    def stop_waiting(self) -> None:
        """No timer will wake it."""
        self.timer = 0

    def wake(self) -> None:
        """Run soon: before the tasks that are ready, and the current one makes room at its next entry of the kernel."""
        if self.state == WAITING:
            self.kernel.sched.wake_up(self)
            self.kernel.yield_wanted = True

    def turn(self, cpu: int) -> None:
        """One turn on a hart."""
        kernel, hart = self.kernel, self.kernel.harts[cpu]
        kernel.cpu, start = cpu, hart.cycle
        more = self.work()
        self.ran_cycles += hart.cycle - start
        self.ready_since = hart.cycle
        self.set_state(READY if more else WAITING)
        if more:
            kernel.sched.policy.enqueue(self)
