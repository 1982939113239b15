"""The kernel's clocks: the harts' cycles, and nanoseconds made of them (clock_gettime(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emu.kernel.task import Task


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
        return self.now * 1_000_000_000 // self.options.clock_hz

    def realtime_ns(self) -> int:
        """Nanoseconds since 1970."""
        return self.options.epoch * 1_000_000_000 + self.now_ns()

    def nanoseconds(self, cycles: int) -> int:
        """A time in cycles, rounded down."""
        return cycles * 1_000_000_000 // self.options.clock_hz

    def cycles_of(self, nanoseconds: int) -> int:
        """A time in nanoseconds, rounded up: who waits so long has waited long enough."""
        return -(-nanoseconds * self.options.clock_hz // 1_000_000_000)

    def cpu_cycles(self, task: Task) -> int:
        """Cycles that a task has run, the present stretch included."""
        return task.ran_cycles + (self.harts[task.cpu].cycle - task.on_cpu_since if task.cpu >= 0 else 0)
