"""A world of hostile processes: several tasks that make random system calls and touch random memory."""

from __future__ import annotations

import os
import random
import signal
import tempfile
from collections import deque
from pathlib import Path
from typing import Any

import fuzz_arguments as a
from fuzz_arena import MASK, Arena
from kernel_fake import Guest

from emu.isa import causes
from emu.kernel import check, trap
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.options import Mount

RARE = {"exit", "exit_group", "rt_sigreturn", "kill", "tkill", "tgkill", "setuid", "setresuid", "munlockall"}


class Hung(Exception):
    """One call took longer than a call may."""


def watchdog(seconds: int) -> None:
    """Raise Hung after so much time of the CPU, or twenty times as much of the host's clock; 0 disarms."""

    def hung(number: int, frame: Any) -> None:
        raise Hung(f"a call took more than {seconds} s")

    signal.signal(signal.SIGPROF, hung)
    signal.signal(signal.SIGALRM, hung)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(20 * seconds)


def make_mount(folder: Path) -> None:
    """A host folder with all that might lead out of it."""
    (folder / "dir").mkdir()
    (folder / "file").write_bytes(b"host bytes " * 1000)
    for name, target in (("escape", "../../../../etc"), ("absolute", "/etc"), ("loop", "loop"), ("dangling", "none")):
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "fifo")


class World(Arena):
    """A kernel with one process at first; `step` lets one of its tasks do one thing."""

    def __init__(self, seed: int, folder: Path | None = None) -> None:
        self.rng = rng = random.Random(seed)
        self.xlen = rng.choice((64, 32))
        mounts = (Mount(str(folder), "/mnt", writable=rng.random() < 0.5),) if folder else ()
        self.options = {
            "ram": rng.choice((1 << 20, 2 << 20, 4 << 20, 12 << 20)),
            "harts": rng.choice((1, 1, 2, 3)),
            "swap": rng.choice((0, 256 << 10, 1 << 20, 8 << 20)),
            "thp": rng.choice(("never", "madvise", "always")),
            "poison": rng.random() < 0.3,
            "huge_pages": rng.choice((0, 0, 0, 1)),
            "seed": seed,
        }
        self.guest = Guest(self.xlen, mounts=mounts, **self.options)
        self.kernel = self.guest.kernel
        self.kernel.sysctl.pid_max = rng.choice((16, 64, 4096))
        names = {entry.name: number for number, entry in self.kernel.syscalls.items()}
        self.calls = {number: a.makers(self.kernel.syscalls[number].function, self.xlen) for number in names.values()}
        self.rare = {names[name] for name in RARE if name in names}
        self.numbers = list(self.calls)
        self.waiting: dict[Any, int] = {}  # task -> the pc of the ecall that it waits in
        self.history: deque[str] = deque(maxlen=40)
        self.task = self.guest.task
        self.prepare()

    @property
    def over(self) -> bool:
        return self.kernel.exit is not None

    # -- doing things -------------------------------------------------------------------------------------------------
    def step(self) -> None:
        """One task does one thing: a call, an access, or it goes on with the call that it waited in."""
        if not self.choose():
            return
        rng, hart = self.rng, self.kernel.harts[self.task.cpu]
        self.hostile = rng.random() < 0.3
        pc = self.waiting.pop(self.task, None)
        if pc is not None and pc == hart.pc:
            self.enter(causes.ECALL_U)
            return
        kind = rng.random()
        if self.task is self.kernel.init:
            self.parent()
        elif kind < 0.08:
            self.scribble_safely()
        elif kind < 0.14:
            self.hostile = rng.random() < 0.05
            self.touch()
        elif kind < 0.16 and self.mm.vma_at(a.ARENA) is None:
            self.make_arena()
        else:
            self.random_call()

    def choose(self) -> bool:
        """Give the harts to tasks, let time pass, and pick who acts; False if nobody can."""
        kernel, rng = self.kernel, self.rng
        if kernel.kicked:
            kernel._kick()
        if rng.random() < 0.2:
            cpu = rng.randrange(len(kernel.harts))
            kernel.cpu = cpu
            kernel.sched.preempt(cpu)
        kernel.sched.fill_idle_harts()
        running = [task for task in kernel.sched.running if task is not None]
        if not running:
            if self.over or not kernel._idle():
                kernel.exit = kernel.exit or "deadlock"
            return False
        self.task = rng.choice(running)
        init = kernel.init
        if self.task is init and len(kernel.tasks) > 3 and len(running) + len(kernel.sched.policy) > 1:
            self.task = next((task for task in running if task is not init), init)
        kernel.cpu = self.task.cpu
        self.guest.task = self.task
        if (kernel.timers.next or MASK) <= kernel.now:
            kernel.timers.expire(kernel.now)
            return self.task.cpu >= 0
        return True

    def enter(self, cause: int, tval: int = 0) -> None:
        """A trap of the current task."""
        kernel, task = self.kernel, self.task
        hart = kernel.harts[task.cpu]
        hart.cause, hart.tval = cause, kernel.to_register(tval)
        pc = hart.pc
        trap.handle_trap(kernel, hart.number)
        if task.state in ("waiting", "stopped") and cause == causes.ECALL_U:
            self.waiting[task] = pc

    def call(self, number: int, values: list[int]) -> None:
        if self.task.cpu < 0 or self.mm is None:
            return
        entry = self.kernel.syscalls.get(number)
        name = entry.name if entry else str(number)
        self.history.append(f"{self.task.pid}: {name}({', '.join(hex(value) for value in values)})")
        x = self.kernel.harts[self.task.cpu].x
        for n, value in enumerate(values):
            x[10 + n] = self.kernel.to_register(value) if self.xlen == 32 else ((value & MASK) ^ 1 << 63) - (1 << 63)
        x[17] = number
        self.enter(causes.ECALL_U)

    def random_call(self) -> None:
        rng = self.rng
        number = rng.choice(self.numbers)
        if number in self.rare and rng.random() < 0.8:
            return
        if self.hostile and rng.random() < 0.03:
            number = rng.choice((rng.randrange(-5, 600), rng.getrandbits(63), -rng.getrandbits(63)))
        try:
            values = a.registers(rng, self, self.calls.get(number, []))
        except OutOfMemory:
            self.kernel.out_of_memory(self.task)
            return
        self.call(number, values)

    def parent(self) -> None:
        """The first process only starts others and waits for them: its end would end the world."""
        self.call(self.guest.numbers["clone"], [17, 0, 0, 0, 0, 0])
        init = self.kernel.init
        for _ in range(sum(child.dead for child in init.process.children)):
            self.call(self.guest.numbers["waitid"], [0, 0, 0, 5, 0, 0])

    def scribble_safely(self) -> None:
        try:
            self.scribble()
        except OutOfMemory:
            self.kernel.out_of_memory(self.task)

    def touch(self) -> None:
        """A load, store or fetch that misses the TLB: a page fault somewhere."""
        cause = self.rng.choice((causes.LOAD_PAGE_FAULT, causes.STORE_PAGE_FAULT))
        if self.hostile:
            cause = self.rng.choice((cause, 0, 1, 2, 3, 4, 5, 6, 7, 12))
        addr = a.address(self.rng, self)
        self.history.append(f"{self.task.pid}: trap {cause} at {addr:#x}")
        self.enter(cause, addr)


def play(seed: int, calls: int, every: int = 500) -> World:
    """A world of so many steps, its invariants looked at now and then and at the end. Raises what goes wrong."""
    with tempfile.TemporaryDirectory() as name:
        make_mount(Path(name))
        world = World(seed, Path(name))
        try:
            for done in range(calls):
                world.step()
                if world.over:
                    break
                if done % every == every - 1:
                    check.check_all(world.kernel)
            check.check_all(world.kernel)
        except BaseException as error:
            error.add_note("\n".join([f"seed {seed}: {world.options}, rv{world.xlen}", *world.history]))
            raise
    return world
