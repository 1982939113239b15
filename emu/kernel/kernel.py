"""The kernel as one object: boot, spawn the first process, then run → trap → handle → resume until it ends."""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import numpy as np

from emu.errors import EmuError
from emu.kernel import accounting, costs, exec, process, signal, trap
from emu.kernel.block import Disk
from emu.kernel.errno import Errno
from emu.kernel.fs.console import Capture, Console
from emu.kernel.fs.diskfs import DiskFile
from emu.kernel.fs.file import O_RDONLY, O_RDWR, File
from emu.kernel.fs.inode import SuperBlock
from emu.kernel.fs.vfs import Vfs
from emu.kernel.ipc_shm import Shm
from emu.kernel.mm import filemap, uaccess
from emu.kernel.mm.alloc import OutOfMemory, PageAllocator
from emu.kernel.mm.huge import HugePool
from emu.kernel.mm.memory import FAULT_MAJOR
from emu.kernel.mm.mm import Mm
from emu.kernel.mm.page import PG_LOCKED, PG_SWAPCACHE, PG_UNEVICTABLE
from emu.kernel.mm.shmem import ShmemFile
from emu.kernel.mm.slab import Slab
from emu.kernel.mm.swap import Swap
from emu.kernel.mm.swapfile import SwapArea
from emu.kernel.mm.vmscan import Reclaimer
from emu.kernel.mm.workingset import Workingset
from emu.kernel.mm.writeback import Flusher
from emu.kernel.options import Exit, Limits, Options
from emu.kernel.rlimit import default_rlimits
from emu.kernel.sched.core import Scheduler, load_registers
from emu.kernel.sched.policy import RoundRobin
from emu.kernel.sched.timers import Timers
from emu.kernel.sched.wait import WaitQueue
from emu.kernel.syscall import table
from emu.kernel.task import Task
from emu.kernel.trace import Trace
from emu.kernel.vmstat import Sysctl, VmStat
from emu.machine.ledger import LEDGER_DISK, LEDGER_FAULT, LEDGER_IDLE, LEDGER_IPI, LEDGER_SWAP, LEDGER_TRAP

STOP_TRAP, STOP_BUDGET, STOP_DEADLINE, STOP_EXTERNAL, STOP_BREAKPOINT, STOP_WATCHPOINT = range(1, 7)
REASONS = {STOP_BREAKPOINT: "breakpoint", STOP_WATCHPOINT: "watchpoint"}
SLICE_SECONDS = 0.01
VDSO_CODE = b"\x93\x08\xb0\x08\x73\x00\x00\x00"  # li a7, rt_sigreturn; ecall
LOG_LINES = 10_000
TIMELINE = 65_536  # changes of state that are kept
BUDGET = 4_000_000  # instructions between two looks at the host's wishes
NEVER, UNKNOWN = (1 << 62), -1  # deadlines


class Kernel:
    """All state of the operating system hangs from this object; there are no globals, so a snapshot can copy it."""

    def __init__(self, machine: Any, options: Options | None = None) -> None:
        self.machine, self.options = machine, options or Options()
        self.xlen = machine.xlen
        self.xlen_mask = (1 << self.xlen) - 1
        self.cpu = 0
        self._adopt(machine)
        self._set_costs()
        self.messages: list[str] = []
        self.unknown_syscalls: dict[int, int] = {}
        self.random = random.Random(self.options.seed)
        self.vm, self.sysctl = VmStat(), Sysctl()
        self.dirty_mappings: dict[Any, None] = {}
        self.shmem_files: dict[ShmemFile, None] = {}
        self.last_asid = self.last_device = 0
        self.output_left: int | None = None
        self.output_bytes = 0
        self.output_spent = False
        self._boot_memory()
        self.timers = Timers(self)
        self.sched = Scheduler(self, RoundRobin(int(self.options.clock_hz * SLICE_SECONDS)))
        self.tasks: dict[int, Task] = {}
        self.nr_forks = 0
        self.ipis = [0] * len(self.harts)
        self.timer_irqs = [0] * len(self.harts)
        self.softirqs: dict[tuple[str, int], int] = {}
        self.futexes: dict[Any, Any] = {}
        self.yield_wanted = False
        self.last_pid = 0
        self.init: Task | None = None
        self.exit: Exit | None = None
        self.timeline: deque[tuple[int, int, int, str, str]] = deque(maxlen=TIMELINE)  # cycle, hart, pid, name, state
        self.kicked = False  # a signal for a running task
        self.need_resched = False  # something changed that the loop of `run` must look at
        self.deadline = UNKNOWN
        self.max_rss = 0
        self.card: Any = None  # why the last fatal fault happened
        self._boot_files()
        self.syscalls = table.build(self.xlen)

    # -- boot ---------------------------------------------------------------------------------------------------------
    def _adopt(self, machine: Any) -> None:
        """Take the machine's doors: its harts and memory, as memoryviews for single cells and arrays for many."""
        self.harts = list(machine.harts)
        self.ram, self.ram64, self.ram32 = machine.ram, machine.ram64, machine.ram32
        self.many64 = np.frombuffer(machine.ram, dtype=np.uint64)
        self.many32 = np.frombuffer(machine.ram, dtype=np.uint32)
        letters = "IMAFDC" if getattr(machine, "has_fd", True) else "IMAC"
        self.hwcap = sum(1 << (ord(letter) - ord("A")) for letter in letters)

    def _set_costs(self) -> None:
        self.costs = costs.table(self.machine.costs, self.options.costs)
        self.cost_trap = self.costs["trap"]
        self.cost_syscall = self.costs["trap"] + self.costs["syscall"]
        self.cost_fault = self.costs["fault"] + self.costs["copy_page"]

    def _boot_memory(self) -> None:
        count = self.machine.page_count
        if self.options.ram is not None:
            count = min(count, self.options.ram >> 12)
        if count < 16:
            raise EmuError(f"{count * 4} kB of memory are too few", hint="the kernel needs 64 kB at least: --ram 1M")
        self.pages = PageAllocator(self.machine, count, self.xlen, nodes=self.options.nodes, poison=self.options.poison)
        self.slab = Slab(self.pages)
        self.huge_pool = HugePool(self)
        self.sysctl.transparent_hugepage = self.options.thp
        self.huge_pool.resize(self.options.huge_pages)
        self.disk_pages = max(count // 2, 1024)
        self.disk = Disk(self, "vda", self.costs["disk"], LEDGER_DISK)
        self.swap_disk = Disk(self, "vdb", self.costs["disk"], LEDGER_SWAP)
        self.swap_pages = self.options.swap >> 12
        self.swap = Swap(self, SwapArea(self.swap_pages, self.options.swap_file))
        self.workingset = Workingset(2 * count)
        self.reading: dict[int, int] = {}  # locked frame -> cycle at which the disk has filled it
        self.may_sleep = False  # the task in the kernel may wait in the middle of what it does
        self.memory_wait = WaitQueue()
        self.reclaimer = Reclaimer(self)
        self.pages.reclaim, self.pages.wake_kswapd = self.reclaimer.direct, self.reclaimer.wake_kswapd
        self.flusher = Flusher(self)
        self.events = Trace()

    def _boot_files(self) -> None:
        options = self.options
        self.pipefs = streams = SuperBlock(self, "pipefs")
        self.shm = SuperBlock(self, "shmfs")
        self.shm_ids = Shm(self)
        stdin, stdout = options.stdin or Capture(), options.stdout or Capture()
        self.stdin, self.stdout, self.stderr = stdin, stdout, options.stderr or Capture()
        self.console = Console(streams, stdin, stdout)
        self.console_err = Console(streams, Capture(), self.stderr)
        self.console_in = self.console
        self.fs = Vfs(self)
        self.vdso = File(DiskFile(streams, 0o555, VDSO_CODE.ljust(4096, b"\0")), O_RDONLY, "[vdso]")
        page = filemap.add_to_page_cache(self, self.vdso.inode.mapping, 0)
        self.pages.mem_map.flags[page] |= PG_UNEVICTABLE
        for mount in options.mounts:
            self.fs.mount_host(mount)

    # -- small services -----------------------------------------------------------------------------------------------
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
        return cycles * 1_000_000_000 // self.options.clock_hz

    def cpu_cycles(self, task: Task) -> int:
        """Cycles that a task has run, the present stretch included."""
        return task.ran_cycles + (self.harts[task.cpu].cycle - task.on_cpu_since if task.cpu >= 0 else 0)

    def to_register(self, value: int) -> int:
        """An unsigned value as a register holds it: signed 64 bits, on RV32 sign-extended from 32."""
        bit = 1 << (self.xlen - 1)
        return ((value & self.xlen_mask) ^ bit) - bit

    def shmem_file(self, size: int, path: str = "/dev/zero (deleted)") -> File:
        """A nameless file in memory, for shared anonymous mappings."""
        inode = ShmemFile(self.shm, 0o600, size)
        inode.nlink = 0
        return File(inode, O_RDWR, path)

    def shmem_pages(self) -> int:
        return self.vm.nr_shmem

    def free_swap(self) -> int:
        return self.swap.area.free

    def trace(self, kind: str, **fields: int) -> None:
        """Note an event of memory management for the timeline."""
        self.events.add(self.now, self.cpu, kind, fields)

    def wait_on_page(self, pfn: int) -> None:
        """lock_page: wait until the disk has filled a frame. May raise Blocked."""
        flags = self.pages.mem_map.flags
        if flags[pfn] & PG_LOCKED:
            disk = self.swap_disk if flags[pfn] & PG_SWAPCACHE else self.disk
            disk.wait_until(self.reading.get(pfn, 0))
            flags[pfn] &= ~PG_LOCKED
            self.reading.pop(pfn, None)

    def unlock_if_read(self, pfn: int) -> None:
        """A frame of a read-ahead is unlocked by whoever looks at it after the disk is done."""
        if self.pages.mem_map.flags[pfn] & PG_LOCKED and self.now >= self.reading.get(pfn, 0):
            self.wait_on_page(pfn)

    def wait_for_read(self, pfn: int, started: bool) -> bool:
        """Wait for a frame; whether the current task's fault is a major one: it `started` the read, now or before it
        slept.
        """
        task = self.current
        if started and task is not None:
            task.major_wait = pfn
        self.wait_on_page(pfn)
        if task is not None and task.major_wait == pfn:
            task.major_wait = None
            return True
        return started

    def sync(self) -> None:
        """Write every dirty page of every file."""
        for mapping in list(self.dirty_mappings):
            filemap.writeback(self, mapping)

    def cycles_of(self, nanoseconds: int) -> int:
        return -(-nanoseconds * self.options.clock_hz // 1_000_000_000)

    def log(self, message: str) -> None:
        """dmesg."""
        if len(self.messages) < LOG_LINES:
            self.messages.append(message)

    def random_bytes(self, count: int) -> bytes:
        return self.random.randbytes(count)

    def random_below(self, bound: int) -> int:
        """For ASLR: 0 when it is off."""
        return self.random.randrange(bound) if self.options.aslr else 0

    def new_asid(self) -> int:
        """An address-space number; when they run out, all TLBs are flushed and they begin anew."""
        self.last_asid += 1
        if self.last_asid >= (1 << (16 if self.xlen == 64 else 9)):
            self.last_asid = 1
            for hart in self.harts:
                hart.sfence()
        return self.last_asid

    def new_device_number(self) -> int:
        self.last_device += 1
        return self.last_device

    def default_rlimits(self) -> list[list[int]]:
        return default_rlimits(self.options.stack_limit)

    def count_fault(self, result: int) -> None:
        """A fault that the kernel took for the current task, in a copy to or from its memory."""
        task = self.current
        if task is not None:
            if result == FAULT_MAJOR:
                task.maj_flt += 1
            else:
                task.min_flt += 1
        if result == FAULT_MAJOR:
            self.vm.major += 1
        else:
            self.vm.minor += 1
        self.harts[self.cpu].charge(LEDGER_FAULT, self.cost_fault)

    def ledger(self, cpu: int) -> list[int]:
        """A hart's cycles by LEDGER_ cause."""
        return list(self.machine.ledger(cpu).values())

    def send_ipi(self, cpu: int) -> None:
        """An interrupt to another hart costs both."""
        self.ipis[cpu] += 1
        self.harts[self.cpu].charge(LEDGER_IPI, self.costs["ipi"])
        self.harts[cpu].charge(LEDGER_IPI, self.costs["ipi"])

    @property
    def current(self) -> Task | None:
        """The task that the kernel works for now."""
        return self.sched.running[self.cpu]

    def copy_to_user(self, addr: int, data: bytes) -> None:
        uaccess.copy_to_user(self.current.mm, addr, data)

    def put_user(self, addr: int, value: int, size: int) -> None:
        uaccess.put_user(self.current.mm, addr, value, size)

    def allow_output(self, data: bytes) -> bytes:
        """As much of the output as --max-output leaves; the run stops when it is spent."""
        if self.output_left is not None:
            data = data[: self.output_left]
            self.output_left -= len(data)
            self.output_spent = self.output_left <= 0
            self.need_resched |= self.output_spent
        self.output_bytes += len(data)
        return data

    def note_state(self, task: Task) -> None:
        """A task changed its state: into the timeline; and the loop decides anew who runs and for how long."""
        self.need_resched, self.deadline = True, UNKNOWN
        self.timeline.append((self.now, self.cpu, task.pid, task.comm, task.state))

    # -- processes ----------------------------------------------------------------------------------------------------
    def mm_put(self, mm: Mm) -> None:
        """One user of an address space less; the last one frees it."""
        mm.mm_users -= 1
        if not mm.mm_users:
            self.free_mm(mm)

    def free_mm(self, mm: Mm) -> None:
        process.exit_mmap(self, mm)

    def reload(self, task: Task) -> None:
        """The task's saved registers are new: put them on its hart."""
        if task.cpu >= 0:
            self.sched._switch_mm(task.cpu, task)
            load_registers(task, self.harts[task.cpu])
        else:
            task.reload = True

    def panic(self, why: str) -> None:
        """The guest's system stops as Linux would stop: the run ends with this reason. OutOfMemory unwinds the
        caller.
        """
        self.log(f"Kernel panic - not syncing: {why}")
        self.exit = Exit(1, 0, "panic", None, self.messages)
        self.need_resched = True
        raise OutOfMemory

    def out_of_memory(self, task: Task) -> None:
        """An allocation for the current task failed for good: it dies, as the OOM killer has decided."""
        if self.exit is not None:
            return
        if not task.process.oom_killed:
            self.log(f"{task.comm}[{task.pid}]: out of memory")
        process.kill_group(self, task, 9)

    def spawn(self, data: bytes, path: str, argv: list[str], envp: dict[str, str] | None = None) -> Task:
        """Store `data` as the file `path`, make a process that executes it; the first one is pid 1. ElfError if it
        can't.
        """
        inode = self.fs.store(path, bytes(data))
        rlimits = self.default_rlimits()
        strings = [s.encode("utf-8", "surrogateescape") for s in argv]
        env = [f"{key}={value}".encode("utf-8", "surrogateescape") for key, value in (envp or {}).items()]
        file = File(inode, O_RDONLY, path)
        try:
            mm, pc, sp = exec.load(self, file, strings, env, rlimits)
        except Errno as error:
            raise EmuError(f"can't start {path}: {error}", hint="shorter arguments, more --ram?") from None
        except OutOfMemory:
            raise EmuError(f"can't start {path}: out of memory", hint="give the machine more --ram") from None
        finally:
            file.put()
        task = process.new_process(self, rlimits)
        exec.install(self, task, mm, pc, sp)
        for fd, console in enumerate((self.console_in, self.console, self.console_err)):
            task.files.put_at(fd, File(console, O_RDWR, "/dev/tty" if console.isatty else f"pipe:[{console.ino}]"))
        self.init = self.init or task
        self.sched.make_ready(task)
        return task

    # -- the loop -----------------------------------------------------------------------------------------------------
    def run(self, limits: Limits | None = None) -> Exit:
        """Run until the first process ends, a limit is met or the machine is stopped; may be called again then."""
        limits = limits or Limits()
        self.output_left = limits.max_output
        self.output_spent = False
        last_insn = None if limits.max_insns is None else self.retired() + limits.max_insns
        while self.exit is None:
            self.need_resched = False
            if self.kicked:
                self._kick()
            self.sched.fill_idle_harts()
            if self.exit is not None:  # a signal on the way back to user mode
                break
            if not any(hart.online for hart in self.harts):
                if limits.max_cycles is not None and (self.timers.next or 0) > limits.max_cycles:
                    return self._ended("max-cycles")
                if not self._idle():
                    return self._ended("deadlock")
            elif reason := self._run_harts(limits, last_insn):
                return self._ended(reason)
        self.exit.log = self.messages
        return self.exit

    def _run_harts(self, limits: Limits, last_insn: int | None) -> str:
        """Run, serving traps, until there is something to decide; the reason to stop, or ''."""
        several_nodes = len(self.pages.zonelists) if len(self.pages.zonelists) > 1 else 0
        machine, handle_trap, single = self.machine, trap.handle_trap, len(self.harts) == 1
        while not self.need_resched:
            budget = BUDGET if last_insn is None else min(BUDGET, last_insn - self.retired())
            if budget <= 0:
                return "max-insns"
            reason = machine.run(budget, self._deadline(limits) if self.deadline < 0 else self.deadline)
            if reason == STOP_TRAP:
                self.cpu = cpu = 0 if single else machine.stopped
                if several_nodes:
                    self.pages.set_node(cpu % several_nodes)
                handle_trap(self, cpu)
            elif reason == STOP_DEADLINE:
                return self._deadline_met(limits)
            elif reason != STOP_BUDGET:
                return REASONS.get(reason, "stopped")
        return "max-output" if self.output_spent else ""

    def _kick(self) -> None:
        """A signal came for a task that runs: an interrupt brings its hart into the kernel, where it is delivered."""
        self.kicked = False
        here = self.cpu
        for cpu, task in enumerate(self.sched.running):
            if task is not None and (task.pending or task.process.pending):
                if cpu != here:
                    self.send_ipi(cpu)
                self.cpu = cpu
                signal.deliver(self, task)
        self.cpu = here

    def retired(self) -> int:
        """Instructions that all harts have completed."""
        return sum(hart.instret for hart in self.harts)

    def _deadline(self, limits: Limits) -> int:
        """The cycle at which the kernel wants the harts back."""
        times = [end for end, task in zip(self.sched.slice_end, self.sched.running, strict=True) if task]
        if not len(self.sched.policy):
            times = []
        for time in (self.timers.next, limits.max_cycles):
            if time is not None:
                times.append(time)
        self.deadline = min(times, default=NEVER)
        return self.deadline

    def _deadline_met(self, limits: Limits) -> str:
        running = [cpu for cpu, task in enumerate(self.sched.running) if task]
        self.cpu = min(running, key=lambda cpu: self.harts[cpu].cycle)
        self.deadline = UNKNOWN
        self.timer_interrupt(self.cpu)
        now = self.now
        if limits.max_cycles is not None and now >= limits.max_cycles:
            return "max-cycles"
        self.timers.expire(now)
        for cpu in running:
            if self.harts[cpu].cycle >= self.sched.slice_end[cpu]:
                self.cpu = cpu
                if len(self.sched.policy):
                    self.sched.preempt(cpu)
                else:
                    self.sched.slice_end[cpu] = self.now + self.sched.policy.slice_cycles
        return ""

    def timer_interrupt(self, cpu: int) -> None:
        """The top half: acknowledge, and raise the softirqs that do the work on the way out."""
        self.timer_irqs[cpu] += 1
        for kind in ("TIMER", "SCHED"):
            self.softirqs[kind, cpu] = self.softirqs.get((kind, cpu), 0) + 1
        self.harts[cpu].charge(LEDGER_TRAP, self.cost_trap)

    def _idle(self) -> bool:
        """No task can run: let time pass until the next timer. False if there is none."""
        time = self.timers.next
        if time is None:
            return False
        hart = self.harts[self.cpu]
        if time > hart.cycle:
            causes = [task.io_cause for task in self.tasks.values() if task.io_cause is not None]
            hart.charge(causes[0] if causes else LEDGER_IDLE, time - hart.cycle)
        self.timers.expire(self.now)
        return True

    def _ended(self, reason: str) -> Exit:
        return Exit(0, 0, reason, None, self.messages)

    def stats(self) -> dict[str, Any]:
        """Accounting for `emu stat`: faults by kind, system calls by name, resident pages, frames."""
        return accounting.stats(self)
