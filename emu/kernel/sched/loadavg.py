"""The load average: how many tasks wanted to run, or waited for a disk, lately (Linux: kernel/sched/loadavg.c).

Every LOAD_FREQ of simulated time the number of active tasks is sampled, and three averages move towards it, so that
after 1, 5 and 15 minutes 1/e of the old value is left. Nothing ticks for that: the number changes only where a task
changes its state, so samples are taken then, as many as are due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.sched.states import READY, RUNNING

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

HZ = 250  # riscv's: only the length of LOAD_FREQ depends on it
LOAD_FREQ = 5 * HZ + 1  # in ticks
FSHIFT = 11  # bits behind the binary point
FIXED_1 = 1 << FSHIFT
EXP = (1884, 2014, 2037)  # FIXED_1 / e ** (5 s / 1, 5, 15 min)
SI_LOAD_SHIFT = 16  # of sysinfo(2)


def calc_load(load: int, exp: int, active: int) -> int:
    """One sample: `load` moves towards `active`, both with FSHIFT bits behind the point; a rise is rounded up."""
    new = load * exp + active * (FIXED_1 - exp)
    return (new + FIXED_1 - 1 if active >= load else new) // FIXED_1


class LoadAvg:
    """`avenrun`: the three averages, with FSHIFT bits behind the point. `next` is the cycle of the next sample."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.avenrun = [0, 0, 0]
        self.period = max(1, LOAD_FREQ * kernel.options.clock_hz // HZ)
        self.next = self.period

    def catch_up(self) -> None:
        """Take the samples that are due: a task is about to change its state, or someone asks."""
        due = (self.kernel.now - self.next) // self.period + 1
        if due <= 0:
            return
        self.next += due * self.period
        active = self.active() << FSHIFT
        for which, exp in enumerate(EXP):
            self.avenrun[which] = self.moved(self.avenrun[which], exp, active, due)

    @staticmethod
    def moved(load: int, exp: int, active: int, times: int) -> int:
        """After so many equal samples; in the end another one changes nothing."""
        for _ in range(times):
            before, load = load, calc_load(load, exp, active)
            if load == before:
                break
        return load

    def active(self) -> int:
        """Tasks that run, are ready, or wait without being interruptible."""
        return sum(task.state in (READY, RUNNING) or task.uninterruptible for task in self.kernel.tasks.values())

    def text(self) -> str:
        """As /proc/loadavg begins: hundredths, rounded."""
        self.catch_up()
        rounded = [load + FIXED_1 // 200 for load in self.avenrun]
        return " ".join(f"{load >> FSHIFT}.{(load & FIXED_1 - 1) * 100 >> FSHIFT:02d}" for load in rounded)

    def loads(self) -> list[int]:
        """As sysinfo(2) gives them."""
        self.catch_up()
        return [load << SI_LOAD_SHIFT - FSHIFT for load in self.avenrun]
