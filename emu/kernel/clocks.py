"""The kernel's clocks: the harts' cycles, and nanoseconds made of them (clock_gettime(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emu.kernel.task import Task

NSEC_PER_SEC = 1_000_000_000


class Clocks:
    """Time: the harts' cycles, and nanoseconds made of them."""

    harts: list[Any]
    cpu: int
    options: Any

    @property
    def now(self) -> int:
        """The clock of the hart that the kernel runs on, in cycles."""
        return self.harts[self.cpu].cycle

    def now_ns(self) -> int:
        """Nanoseconds since boot."""
        return self.now * NSEC_PER_SEC // self.options.clock_hz

    def realtime_ns(self) -> int:
        """Nanoseconds since 1970."""
        return self.options.epoch * NSEC_PER_SEC + self.now_ns()

    def realtime_seconds(self) -> int:
        """time(2): the same in whole seconds."""
        return self.realtime_ns() // NSEC_PER_SEC

    def nanoseconds(self, cycles: int) -> int:
        """A time in cycles, rounded down."""
        return cycles * NSEC_PER_SEC // self.options.clock_hz

    def cycles_of(self, nanoseconds: int) -> int:
        """A time in nanoseconds, rounded up: who waits so long has waited long enough."""
        return -(-nanoseconds * self.options.clock_hz // NSEC_PER_SEC)

    def cpu_cycles(self, task: Task) -> int:
        """Cycles that a task has run, the present stretch included."""
        return task.ran_cycles + (self.harts[task.cpu].cycle - task.on_cpu_since if task.cpu >= 0 else 0)
