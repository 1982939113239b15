"""A machine without a CPU for kernel tests: memory, harts that are only registers, and a hand that plays the guest.

`Guest` executes system calls and memory accesses "as if the guest had trapped": it sets the registers and enters the
kernel through the same door as the machine does.
"""

from __future__ import annotations

import mmap
import struct
from array import array
from typing import Any, NamedTuple

from emu.isa import causes
from emu.isa.paging import PTE_A, PTE_D, PTE_R, PTE_U, PTE_W, PTE_X, SCHEMES
from emu.kernel import Kernel, Options, check, trap
from emu.kernel.errno import NAMES as ERRNO_NAMES
from emu.kernel.fs.console import Capture
from emu.kernel.syscall.numbers import NAMES
from emu.machine.ledger import LEDGER_NAMES

BASE, DATA, BSS = 0x10000, 0x12000, 0x13000
MASK = (1 << 64) - 1


class Step(NamedTuple):
    """As the machine's."""

    level: str
    index: int
    pte_address: int
    pte: int


class Walk(NamedTuple):
    """As the machine's."""

    steps: list[Step]
    pa: int | None
    page_size: int


class FakeHart:
    """Registers, a clock, a ledger; remembers its TLB flushes."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.x = memoryview(array("q", [0] * 32))
        self.f = memoryview(array("q", [0] * 32))
        self.pc = self.cause = self.tval = self.cycle = self.instret = self.fcsr = 0
        self.online = False
        self.space: tuple[int, int, int] | None = None
        self.ledger = [0] * len(LEDGER_NAMES)
        self.flushes: list[tuple[int | None, int | None]] = []

    def set_address_space(self, mode: int, asid: int, root: int) -> None:
        self.space = (mode, asid, root)

    def sfence(self, va: int | None = None, asid: int | None = None) -> None:
        self.flushes.append((va, asid))

    def charge(self, cause: int, cycles: int) -> None:
        assert cycles >= 0
        self.ledger[cause] += cycles
        self.cycle += cycles


class FakeMachine:
    """What the kernel needs of a machine; `run` executes nothing."""

    def __init__(self, ram: int = 4 << 20, xlen: int = 64, harts: int = 1) -> None:
        self.xlen, self.page_count = xlen, ram >> 12
        self.ram = memoryview(mmap.mmap(-1, ram))
        self.ram32, self.ram64 = self.ram.cast("I"), self.ram.cast("Q")
        self.harts = [FakeHart(n) for n in range(harts)]
        self.costs: dict[str, int] = {}
        self.changed: list[int] = []
        self.stopped = 0

    def ledger(self, cpu: int) -> dict[str, int]:
        return dict(zip(LEDGER_NAMES, self.harts[cpu].ledger, strict=True))

    def code_changed(self, ppn: int) -> None:
        self.changed.append(ppn)

    def walk(self, satp: tuple[int, int], va: int) -> Any:
        mode, table = satp
        scheme, steps = SCHEMES[mode], []
        cells = self.ram64 if scheme.pte_size == 8 else self.ram32
        for level in scheme.levels:
            at = (table << 12) + level.index(va) * scheme.pte_size
            pte = cells[at // scheme.pte_size]
            steps.append(Step(level.name, level.index(va), at, pte))
            if not pte & 1:
                break
            table = pte >> 10
            if pte & (PTE_R | PTE_X):
                return Walk(steps, (table << 12) | va & (level.page_size - 1), level.page_size)
        return Walk(steps, None, 0)


def make_elf(
    xlen: int = 64,
    text: bytes = b"\x13\x00\x00\x00" * 4,
    data: bytes = b"DATA",
    bss: int = 0x2000,
    *,
    pie: bool = False,
    interp: bytes = b"",
) -> bytes:
    """An executable: text at BASE, data at DATA, zero pages from BSS on. `interp`: its PT_INTERP, at 0x300."""
    wide = xlen == 64
    header = 64 if wide else 52
    size = 56 if wide else 32
    segments = [(1, 5, 0, BASE, 0x1000, 0x1000, 4096), (1, 6, 0x1000, DATA, len(data), 0x1000 + bss, 4096)]
    segments += [(2, 6, 0, 0, 0, 0, 8)] if pie else []
    segments += [(3, 4, 0x300, BASE + 0x300, len(interp), len(interp), 1)] if interp else []
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9)
    rest = struct.pack(
        "<HHIQQQIHHHHHH" if wide else "<HHIIIIIHHHHHH",
        *(3 if pie else 2, 243, 1, BASE + 0x200, header, 0, 0, header, size, len(segments), 0, 0, 0),
    )
    headers = b""
    for kind, flags, offset, vaddr, filesz, memsz, align in segments:
        if wide:
            headers += struct.pack("<IIQQQQQQ", kind, flags, offset, vaddr, vaddr, filesz, memsz, align)
        else:
            headers += struct.pack("<IIIIIIII", kind, offset, vaddr, vaddr, filesz, memsz, flags, align)
    image = ((ident + rest + headers).ljust(0x200, b"\0") + text).ljust(0x300, b"\0") + interp
    return image.ljust(0x1000, b"\0") + data


class Dead(Exception):
    """The guest's process ended."""


class Guest:
    """A kernel on a fake machine with one process, and what that process does."""

    def __init__(
        self, xlen: int = 64, ram: int = 4 << 20, harts: int = 1, elf: bytes | None = None, **options: Any
    ) -> None:
        self.machine = FakeMachine(ram, xlen, harts)
        self.out, self.err = Capture(), Capture()
        options.setdefault("aslr", False)
        self.kernel = Kernel(self.machine, Options(stdout=self.out, stderr=self.err, **options))
        self.xlen = xlen
        self.numbers = {name: number for number, name in NAMES[xlen].items()}
        self.task = self.kernel.spawn(elf or make_elf(xlen), "/prog", ["prog"], {"A": "b"})
        self.kernel.sched.fill_idle_harts()
        self.buffer = BSS  # scratch memory of the guest
        self.word = xlen // 8

    @property
    def mm(self) -> Any:
        return self.task.mm

    @property
    def hart(self) -> FakeHart:
        return self.machine.harts[self.task.cpu]

    # -- traps --------------------------------------------------------------------------------------------------------
    def trap(self, cause: int, tval: int = 0) -> None:
        """Enter the kernel; Dead if the process doesn't come back."""
        hart = self.hart
        hart.cause, hart.tval = cause, self.kernel.to_register(tval)
        self.kernel.cpu = hart.number
        task = self.task
        trap.handle_trap(self.kernel, hart.number)
        if task.state in ("zombie", "terminated"):
            raise Dead
        if task.state in ("waiting", "stopped"):
            raise Asleep
        self.kernel.sched.fill_idle_harts()
        if task.cpu < 0:
            self.become(task)

    def become(self, task: Any, cpu: int = 0) -> Any:
        """Play another task: put it on the hart."""
        sched = self.kernel.sched
        if sched.running[cpu] is not task:
            assert task.state == "ready", f"{task} can't run"
            sched.preempt(cpu)
            sched.policy.dequeue(task)
            sched.switch_to(cpu, task)
        self.kernel.cpu = cpu
        self.task = task
        return task

    def fork(self, flags: int = 17, stack: int = 0) -> Any:
        """A child process (or thread); the caller goes on as the parent."""
        pid = self.ok("clone", flags, stack, 0, 0, 0)
        return self.kernel.tasks[pid]

    def again(self) -> int:
        """Execute the system call that waited once more, as the hart does after the wake-up; its result."""
        self.trap(causes.ECALL_U)
        return self.hart.x[10]

    def sleep(self) -> None:
        """Let time pass until this task is ready, and put it on the hart."""
        task, kernel = self.task, self.kernel
        while task.state == "waiting":
            kernel.sched.fill_idle_harts()
            for other in list(kernel.sched.running):
                if other is not None and task.state == "waiting":
                    kernel.sched.preempt(other.cpu)
            assert kernel._idle() or task.state != "waiting", "nothing will ever wake it"
        self.become(task)

    def advance(self, cycles: int) -> None:
        """Let time pass, and what is due happen."""
        for hart in self.machine.harts:
            hart.cycle += cycles
        self.kernel.irqs.arrive(self.kernel.cpu)

    def call(self, name: str, *args: int) -> int:
        """A system call by Linux's name; the raw result."""
        return self.call_number(self.numbers[name], *args)

    def call_number(self, number: int, *args: int) -> int:
        x = self.hart.x
        for n, value in enumerate(args):
            x[10 + n] = self.kernel.to_register(value) if self.xlen == 32 else ((value & MASK) ^ 1 << 63) - (1 << 63)
        x[17] = number
        while True:
            try:
                self.trap(causes.ECALL_U)
                return self.hart.x[10]
            except Asleep:
                if not self.task.in_iowait:
                    raise
                self.sleep()

    def errno(self, name: str, *args: int) -> str:
        """The name of the error that a call must fail with."""
        result = self.call(name, *args)
        return ERRNO_NAMES.get(-result, str(result)) if result < 0 else f"success {result}"

    def ok(self, name: str, *args: int) -> int:
        """A call that must succeed."""
        result = self.call(name, *args)
        assert not -4096 < result < 0, f"{name}{args}: {ERRNO_NAMES.get(-result)}"
        return result & self.kernel.xlen_mask if name in ("mmap", "mmap2", "brk", "mremap") else result

    # -- memory -------------------------------------------------------------------------------------------------------
    def access(self, addr: int, kind: str) -> int:
        """Physical address of a byte, after faults as the hardware would raise them; sets A and D."""
        need = {"r": PTE_R, "w": PTE_W, "x": PTE_X}[kind] | PTE_U | 1
        cause = {"r": causes.LOAD_PAGE_FAULT, "w": causes.STORE_PAGE_FAULT, "x": causes.INSN_PAGE_FAULT}[kind]
        for _ in range(100):
            if self.task.mm is None:
                raise Dead
            mode, _, root = self.hart.space
            walk = self.machine.walk((mode, root), addr)
            steps = walk.steps if addr < self.mm.task_size else []
            pte = steps[-1].pte if steps else 0
            if steps and pte & need == need:
                cells = self.mm.cells
                cells[steps[-1].pte_address // self.mm.scheme.pte_size] |= PTE_A | (PTE_D if kind == "w" else 0)
                return walk.pa
            try:
                self.trap(cause, addr)
            except Asleep:
                self.sleep()
        raise AssertionError(f"endless faults at {addr:#x}")

    def load(self, addr: int, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            pa = self.access(addr + len(data), "r")
            size = min(count - len(data), 4096 - (pa & 4095))
            data += self.machine.ram[pa : pa + size]
        return bytes(data)

    def store(self, addr: int, data: bytes) -> None:
        done = 0
        while done < len(data):
            pa = self.access(addr + done, "w")
            size = min(len(data) - done, 4096 - (pa & 4095))
            self.machine.ram[pa : pa + size] = data[done : done + size]
            done += size

    def word_at(self, addr: int, size: int = 8) -> int:
        return int.from_bytes(self.load(addr, size), "little")

    def string(self, text: str, at: int | None = None) -> int:
        """Put a C string into the scratch memory; its address."""
        addr = self.buffer if at is None else at
        self.store(addr, text.encode() + b"\0")
        return addr

    def mmap(self, length: int, prot: int = 3, flags: int = 0x22, fd: int = -1, offset: int = 0, addr: int = 0) -> int:
        if self.xlen == 64:
            return self.ok("mmap", addr, length, prot, flags, fd, offset)
        return self.ok("mmap2", addr, length, prot, flags, fd, offset >> 12)

    def open(self, path: str, flags: int = 0, mode: int = 0o644) -> int:
        return self.ok("openat", -100, self.string(path), flags, mode)

    def check(self) -> None:
        check.check_all(self.kernel)


class Asleep(Exception):
    """The task waits: its system call will be executed again when it wakes."""
