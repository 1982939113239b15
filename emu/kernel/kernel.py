"""The kernel as one object: boot, spawn the first process, then run → trap → handle → resume until it ends.

Kernel   its state, and spawn (here)         loop               run
boot     what happens once                   services clocks    what everybody needs
"""

from __future__ import annotations

import posixpath
import random
from collections import deque
from typing import Any

from emu.errors import EmuError
from emu.kernel import accounting, boot, exec, fork
from emu.kernel.binfmt import Binprm, NoInterpreter, find_interpreter
from emu.kernel.clocks import Clocks
from emu.kernel.errno import ENOEXEC, ENOMEM, EPERM, Errno
from emu.kernel.fs.file import O_RDONLY, O_RDWR, File
from emu.kernel.irq import Interrupts
from emu.kernel.loop import Loop
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.mm.context import Asids
from emu.kernel.mm.pagewait import PageWaits
from emu.kernel.mm.requests import Requests
from emu.kernel.mm.shmem import ShmemFile
from emu.kernel.options import Exit, Options
from emu.kernel.proc.capture import Captures
from emu.kernel.ps import Ended
from emu.kernel.sched.core import Scheduler
from emu.kernel.sched.policy import RoundRobin
from emu.kernel.sched.timers import Timers
from emu.kernel.services import UNKNOWN, Current, FileServices, Host
from emu.kernel.softirq import Softirqs
from emu.kernel.syscall import table
from emu.kernel.task import Task
from emu.kernel.vmstat import Sysctl, VmStat

SLICE_SECONDS = 0.01
TIMELINE = 65_536  # changes of state that are kept


class Kernel(Loop, Clocks, Host, Current, FileServices, PageWaits):
    """All state of the operating system hangs from this object; there are no globals, so a snapshot can copy it."""

    def __init__(self, machine: Any, options: Options | None = None) -> None:
        self.machine, self.options = machine, options or Options()
        self.tracer: Any = None  # who listens to tracepoints: see trace
        self.xlen = machine.xlen
        self.xlen_mask = (1 << self.xlen) - 1
        self.cpu = 0
        boot.adopt(self, machine)
        boot.set_costs(self)
        self.messages: list[str] = []
        self.unknown_syscalls: dict[int, int] = {}
        self.random = random.Random(self.options.seed)
        self.vm, self.sysctl, self.requests = VmStat(), Sysctl(), Requests()
        self.dirty_mappings: dict[Any, None] = {}
        self.shmem_files: dict[ShmemFile, None] = {}
        self.last_device = 0
        self.asids = Asids(self)
        self.output_left: int | None = None
        self.output_bytes = 0
        self.output_spent = False
        boot.boot_memory(self)
        self.timers = Timers(self)
        self.sched = Scheduler(self, RoundRobin(int(self.options.clock_hz * SLICE_SECONDS)))
        self.tasks: dict[int, Task] = {}
        self.nr_forks = self.entries = 0
        self.irqs, self.softirqs = Interrupts(self), Softirqs(self)
        self.futexes: dict[Any, Any] = {}
        self.pi_futexes: dict[Any, Any] = {}
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
        self.ended, self.captures = Ended(), Captures(self, self.options.proc)
        boot.boot_files(self)
        self.syscalls = table.build(self.xlen)

    def __getstate__(self) -> dict[str, Any]:
        """For copies: all but the listener."""
        return {**self.__dict__, "tracer": None}

    def spawn(self, data: bytes, path: str, argv: list[str], envp: dict[str, str] | None = None) -> Task:
        """Store `data` as the file `path`, make a process that executes it; the first one is pid 1. ElfError if it
        can't.
        """
        inode = self.fs.store(path, bytes(data))
        rlimits = self.default_rlimits()
        strings = [s.encode("utf-8", "surrogateescape") for s in argv]
        env = [f"{key}={value}".encode("utf-8", "surrogateescape") for key, value in (envp or {}).items()]
        name = path.encode("utf-8", "surrogateescape")
        bprm = Binprm(File(inode, O_RDONLY, path), name, name, strings, self.fs.root)
        try:
            find_interpreter(self, bprm)
            mm, pc, sp = exec.load(self, bprm, env, rlimits)
        except (Errno, OutOfMemory) as error:
            raise self._no_start(path, error) from None
        finally:
            bprm.file.put()
        task = fork.new_process(self, rlimits)
        exec.install(self, task, mm, pc, sp, name)
        for fd, console in enumerate((self.console_in, self.console, self.console_err)):
            task.files.put_at(fd, File(console, O_RDWR, "/dev/tty" if console.isatty else f"pipe:[{console.ino}]"))
        self.init = self.init or task
        self.sched.make_ready(task)
        return task

    def _no_start(self, path: str, error: Exception) -> EmuError:
        """Why a program can't be started, and what would help."""
        if isinstance(error, NoInterpreter):
            name = error.name.decode("utf-8", "replace")
            what = f"can't start {path}: its interpreter {name!r} can't be opened: {error}"
            static = ", or link the program with -static" if posixpath.basename(name).startswith("ld") else ""
            return EmuError(what, hint=f"--mount FOLDER:{posixpath.dirname(name) or '/bin'} hands it over{static}")
        if isinstance(error, Errno) and error.number == ENOEXEC:
            return EmuError(f"can't start {path}: its first line names no interpreter", hint="like #!/bin/sh")
        free, total = self.pages.nr_free_pages * 4, self.pages.mem_map.count * 4
        if isinstance(error, Errno) and error.number != ENOMEM:
            low = error.number == EPERM  # a segment below it
            hint = "a smaller vm.mmap_min_addr" if low else "shorter arguments, or a larger --stack?"
            return EmuError(f"can't start {path}: {error}", hint=hint)
        kept = self.pages.min_free_kbytes
        if free < 2 * kept:
            what = f"can't start {path}: of {free} kB of free memory vm.min_free_kbytes keeps {kept}"
            return EmuError(what, hint="a smaller vm.min_free_kbytes, or a larger --ram")
        what = f"can't start {path}: {total} kB of memory are too few: {free} kB were left for the program"
        need = max(256, 1 << (2 * total - 1).bit_length() - 1)
        return EmuError(what, hint=f"--ram {need}K" if need < 1024 else f"--ram {need >> 10}M")

    def stats(self) -> dict[str, Any]:
        """Accounting for `emu stat`: faults by kind, system calls by name, resident pages, frames."""
        return accounting.stats(self)
