"""The kernel's small services, by theme: the host's wishes, the current task, files as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.errno import Errno
from emu.kernel.exit import kill_group
from emu.kernel.fs.file import O_RDWR, File
from emu.kernel.mm import filemap, overcommit, uaccess
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.mm.exit import exit_mmap
from emu.kernel.mm.fault import FAULT_MAJOR
from emu.kernel.mm.page import page_align
from emu.kernel.mm.shmem import ShmemFile
from emu.kernel.options import Exit
from emu.kernel.rlimit import default_rlimits
from emu.kernel.sched.registers import load_registers
from emu.kernel.siginfo import SIGKILL
from emu.machine.ledger import LEDGER_FAULT

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm
    from emu.kernel.task import Task

LOG_LINES = 10_000
UNKNOWN = -1  # a deadline that must be computed anew


class Host:
    """What the host user gave: randomness by seed, a log to read, an end of output; and numbers of the machine."""

    options: Any
    random: Any

    def log(self, message: str) -> None:
        """dmesg."""
        if len(self.messages) < LOG_LINES:
            self.messages.append(message)
        elif len(self.messages) == LOG_LINES:
            self.messages.append(f"the log is full: what comes after {LOG_LINES:,} lines is not kept")

    def allow_output(self, data: bytes) -> bytes:
        """As much of the output as --max-output leaves; the run stops when it is spent."""
        if self.output_left is not None:
            data = data[: self.output_left]
            self.output_left -= len(data)
            self.output_spent = self.output_left <= 0
            self.need_resched |= self.output_spent
        self.output_bytes += len(data)
        return data

    def flush_output(self) -> None:
        """The host's streams show what the guest has written so far."""
        for stream in (self.stdout, self.stderr):
            if hasattr(stream, "flush"):
                stream.flush()

    def random_bytes(self, count: int) -> bytes:
        """For /dev/urandom, getrandom and AT_RANDOM: the same for the same seed."""
        return self.random.randbytes(count)

    def random_below(self, bound: int) -> int:
        """For ASLR: 0 when it is off."""
        return self.random.randrange(bound) if self.options.aslr else 0

    def new_device_number(self) -> int:
        """st_dev of one more file system."""
        self.last_device += 1
        return self.last_device

    def default_rlimits(self) -> list[list[int]]:
        """[soft, hard] of each resource, for a first process."""
        return default_rlimits(self.options.stack_limit)

    def to_register(self, value: int) -> int:
        """An unsigned value as a register holds it: signed 64 bits, on RV32 sign-extended from 32."""
        bit = 1 << (self.xlen - 1)
        return ((value & self.xlen_mask) ^ bit) - bit

    def ledger(self, cpu: int) -> list[int]:
        """A hart's cycles by LEDGER_ cause."""
        return list(self.machine.ledger(cpu).values())


class Current:
    """The task that the kernel works for, and what happens to tasks as a whole."""

    @property
    def current(self) -> Task | None:
        """The task that the kernel works for now."""
        return self.sched.running[self.cpu]

    def copy_to_user(self, addr: int, data: bytes) -> None:
        """Into the current task's memory. EFAULT Blocked."""
        uaccess.copy_to_user(self.current.mm, addr, data)

    def put_user(self, addr: int, value: int, size: int) -> None:
        """A number of `size` bytes. EFAULT Blocked."""
        uaccess.put_user(self.current.mm, addr, value, size)

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

    def note_state(self, task: Task) -> None:
        """A task changed its state: into the timeline; and the loop decides anew who runs and for how long."""
        self.need_resched, self.deadline = True, UNKNOWN
        self.timeline.append((self.now, self.cpu, task.pid, task.comm, task.state))

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
            task.process.oom_killed = True
        kill_group(self, task, SIGKILL)

    def mm_put(self, mm: Mm) -> None:
        """One user of an address space less; the last one frees it."""
        mm.mm_users -= 1
        if not mm.mm_users:
            self.free_mm(mm)

    def free_mm(self, mm: Mm) -> None:
        """Give back all that an address space holds."""
        exit_mmap(self, mm)

    def trace(self, kind: str, **fields: int) -> None:
        """Note an event of memory management for the timeline."""
        self.events.add(self.now, self.cpu, kind, fields)
        if self.tracer is not None:
            self.tracer.emit(self, kind, **fields)


class FileServices:
    """Files as a whole: those without a name in memory, and bringing all to the disk."""

    def shmem_file(self, size: int, path: str = "/dev/zero (deleted)", reserve: bool = True) -> File:
        """A nameless file in memory, for shared anonymous mappings; `reserve`: its size is promised at once. ENOMEM."""
        inode = ShmemFile(self.shm, 0o600, size)
        inode.nlink = 0
        file = File(inode, O_RDWR, path)
        try:
            inode.committed = overcommit.charge_shared(self, page_align(size) >> 12) if reserve else 0
        except Errno:
            file.put()
            raise
        return file

    def shmem_pages(self) -> int:
        """Pages of shared memory and tmpfs that are in memory: Shmem of meminfo."""
        return self.vm.nr_shmem

    def free_swap(self) -> int:
        """Slots of swap, of a page each, that are free."""
        return self.swap.area.free

    def write_home(self) -> None:
        """The run is over: bring what the guest has written to the host's files to the host."""
        for mapping in list(self.dirty_mappings):
            if mapping.host.sb.kind == "hostfs":
                filemap.writeback(self, mapping)

    def sync(self) -> None:
        """Write every dirty page of every file."""
        for mapping in list(self.dirty_mappings):
            filemap.writeback(self, mapping)
