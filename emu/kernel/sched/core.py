"""The scheduler: puts ready tasks on harts and takes them off (Linux: kernel/sched/core.c).

A switch saves the registers of the old task and loads those of the new one; only when the address space changes too
does satp. TLB entries carry an asid, so a switch flushes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel import signal
from emu.kernel.cputime import look
from emu.kernel.irq import IPI_RESCHEDULE
from emu.kernel.sched.loadavg import LoadAvg
from emu.kernel.sched.registers import load_registers, save_registers
from emu.kernel.sched.states import READY, RUNNING, STOPPED, WAITING
from emu.machine.ledger import LEDGER_IDLE, LEDGER_SCHED

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


class Scheduler:
    """`running[cpu]` is the task on each hart, or None; `loaded[cpu]` the task whose registers the hart holds."""

    def __init__(self, kernel: Kernel, policy: object) -> None:
        self.kernel, self.policy = kernel, policy
        self.load = LoadAvg(kernel)
        self.running: list[Task | None] = [None] * len(kernel.harts)
        self.loaded: list[Task | None] = [None] * len(kernel.harts)
        self.active_mm: list[object] = [None] * len(kernel.harts)
        self.slice_end = [0] * len(kernel.harts)
        self.nr_switches = 0
        self.nr_left = 0  # times a task, a kernel thread or idleness made room for another: ctxt of /proc/stat
        self.asleep = [True] * len(kernel.harts)  # harts that wait for an interrupt, having found nothing to run
        for hart in kernel.harts:
            hart.online = False

    # -- states -------------------------------------------------------------------------------------------------------
    def wake_up(self, task: Task) -> None:
        """A task that waits becomes ready; one that doesn't is left alone."""
        if task.state == WAITING:
            if self.kernel.now >= self.load.next:
                self.load.catch_up()
            if self.kernel.tracer is not None:
                self.kernel.tracer.emit(self.kernel, "wakeup", target=task.pid)
            task.stop_waiting()
            self.make_ready(task)

    def make_ready(self, task: Task) -> None:
        """A task that can run goes to the queue; one whose process is stopped stays stopped."""
        if not task.is_kthread and task.process.stopped:
            task.set_state(STOPPED)
            return
        task.set_state(READY)
        task.ready_since = self.kernel.now
        self.policy.enqueue(task)

    def block(self, task: Task) -> None:
        """The current task waits for what it put itself in the queues of."""
        task.nvcsw += 1
        if self.kernel.tracer is not None:
            self.kernel.tracer.emit(self.kernel, "block", task.pid, reason="disk" if task.in_iowait else task.in_call)
        task.set_state(WAITING)
        self.leave(task)

    def retire(self, task: Task) -> None:
        """A task will never run again: take it from where it is."""
        if task.state == RUNNING:
            self.leave(task)
        elif task.state == READY:
            self.policy.dequeue(task)
        task.stop_waiting()
        self.loaded = [None if held is task else held for held in self.loaded]

    def preempt(self, cpu: int) -> None:
        """Put the task of a hart back in the queue."""
        task = self.running[cpu]
        if task is not None:
            self.leave(task)
            task.nivcsw += 1
            task.set_state(READY)
            task.ready_since = self.kernel.now
            self.policy.enqueue(task)

    def tick(self, cpu: int) -> None:
        """The slice of a hart's task is over: it goes on only if nobody else wants the hart."""
        if len(self.policy):
            self.preempt(cpu)
        else:
            self.slice_end[cpu] = self.kernel.harts[cpu].cycle + self.policy.slice_cycles

    def yield_now(self, cpu: int) -> None:
        """sched_yield: let the others go first, if there are any, or leave a hart where the task may not run."""
        task = self.running[cpu]
        if len(self.policy) or (task is not None and not task.affinity >> cpu & 1):
            self.preempt(cpu)

    def set_affinity(self, task: Task, mask: int) -> None:
        """A task that runs where it may not any more moves: at the end of this call, or by an interrupt to its hart."""
        task.affinity = mask
        if task.cpu < 0 or mask >> task.cpu & 1:
            return
        if task.cpu == self.kernel.cpu:
            self.kernel.yield_wanted = True
        else:
            self.kernel.irqs.send_ipi(task.cpu, IPI_RESCHEDULE)
            self.preempt(task.cpu)

    def leave(self, task: Task) -> None:
        """A running task gives up its hart, which keeps its registers until another needs them."""
        cpu = task.cpu
        self.nr_left += 1
        self.kernel.harts[cpu].online = False
        self.running[cpu] = None
        task.ran_cycles += self.kernel.harts[cpu].cycle - task.on_cpu_since
        task.cpu = -1

    # -- placing ------------------------------------------------------------------------------------------------------
    def fill_idle_harts(self) -> None:
        """Give every idle hart a ready task, the hart whose clock is furthest behind first."""
        harts, here = self.kernel.harts, self.kernel.cpu
        idle = [cpu for cpu, task in enumerate(self.running) if task is None]
        for cpu in sorted(idle, key=lambda cpu: harts[cpu].cycle):
            while self.running[cpu] is None and len(self.policy) and (task := self.policy.pick_next_task(cpu)):
                self.wake_hart(cpu, here)
                self.switch_to(cpu, task)
            self.asleep[cpu] = self.running[cpu] is None

    def wake_hart(self, cpu: int, here: int) -> None:
        """Another hart that sleeps needs an interrupt to notice that there is a task for it."""
        if self.asleep[cpu] and cpu != here:
            self.kernel.cpu = here
            self.kernel.irqs.send_ipi(cpu, IPI_RESCHEDULE)
        self.nr_left += self.asleep[cpu]
        self.asleep[cpu] = False

    def switch_to(self, cpu: int, task: Task) -> None:
        """context_switch: the hart takes up the task; waiting time since the task became ready is the hart's idle
        time.
        """
        kernel, hart = self.kernel, self.kernel.harts[cpu]
        if task.is_kthread:
            task.turn(cpu)
            self.nr_left += 1
            return
        if hart.cycle < task.ready_since:
            hart.charge(LEDGER_IDLE, task.ready_since - hart.cycle)
        previous = self.loaded[cpu]
        if previous is not task or task.reload:
            if previous is not None and previous is not task:
                save_registers(previous, hart)
            if task.loaded_on not in (-1, cpu):
                self.loaded[task.loaded_on] = None
                save_registers(task, kernel.harts[task.loaded_on])
            load_registers(task, hart)
            self.loaded[cpu], task.loaded_on, task.reload = task, cpu, False
            if previous is not None:
                hart.charge(LEDGER_SCHED, kernel.costs["context_switch"])
                self.nr_switches += 1
            if kernel.tracer is not None:
                self._trace_switch(cpu, previous, task)
        self._switch_mm(cpu, task)
        task.set_state(RUNNING)
        task.cpu, task.on_cpu_since = cpu, hart.cycle
        self.running[cpu] = task
        if task.process.cpu_timers:
            kernel.cpu = cpu
            look(task.process)
        if (task.pending or task.process.pending) and not signal.looks_again(task):
            kernel.cpu = cpu
            signal.deliver(kernel, task)
            if task.cpu < 0:
                return
        self.slice_end[cpu] = hart.cycle + self.policy.slice_cycles
        hart.online = True

    def _trace_switch(self, cpu: int, previous: Task | None, task: Task) -> None:
        kernel, here = self.kernel, self.kernel.cpu
        kernel.cpu = cpu
        kernel.tracer.emit(kernel, "switch", task.pid, prev=previous.pid if previous else 0, next=task.pid)
        kernel.cpu = here

    def _switch_mm(self, cpu: int, task: Task) -> None:
        mm = task.mm
        if self.active_mm[cpu] is not mm or mm.asid_generation != self.kernel.asids.generation:
            self.kernel.asids.check(mm)
            hart = self.kernel.harts[cpu]
            if self.active_mm[cpu] is not None:
                hart.charge(LEDGER_SCHED, self.kernel.costs["address_space_switch"])
            hart.set_address_space(mm.scheme.mode, mm.asid, mm.pgd)
            self.active_mm[cpu] = mm
            mm.cpu_mask |= 1 << cpu

    def forget_mm(self, mm: object) -> None:
        """The address space is about to be freed: no hart may go on using its tables."""
        for cpu, active in enumerate(self.active_mm):
            if active is mm:
                self.active_mm[cpu] = None
