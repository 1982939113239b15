"""A tiny session for tests of views: a program on a machine and kernel, run for a number of instructions."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

from emu.asm import Source, assemble
from emu.debug.session import Session
from emu.kernel import Kernel, Limits, Options
from emu.kernel.fs.console import Capture
from emu.kernel.symbols import Symbols
from emu.machine import Machine
from emu.machine.config import load_config

PROGRAMS = Path(__file__).absolute().parents[2] / "programs"


@functools.cache
def build(name: str, xlen: int) -> bytes:
    """A program of programs/ as an ELF."""
    path = PROGRAMS / name

    def include(written: str, includer: str) -> bytes:
        beside = (PROGRAMS.parent / includer).parent / written
        return (beside if beside.exists() else PROGRAMS / written).read_bytes()

    return assemble([Source(f"programs/{name}", path.read_text())], xlen=xlen, include=include)


@functools.cache
def symbols(name: str, xlen: int) -> Symbols:
    """Its symbols and lines."""
    return Symbols(build(name, xlen))


class Cause:
    """Why a run of MiniEngine stopped: always a limit."""

    kind = "limit"


class MiniEngine:
    """Time travel by starting anew: a tick is a step of one instruction with the kernel entries before it."""

    start_tick = 0

    def __init__(self, world: World) -> None:
        self.world, self.tick, self.end_tick = world, 0, 0

    def run(self, until_tick: int | None = None, max_insns: int | None = None, **other: Any) -> Cause:
        """Step by step."""
        until = self.tick + max_insns if until_tick is None else until_tick
        while self.tick < until and self.world.kernel.exit is None:
            self.world.kernel.run(Limits(max_insns=1))
            self.tick += 1
        self.end_tick = max(self.end_tick, self.tick)
        return Cause()

    def goto(self, tick: int) -> None:
        """From the beginning, if need be."""
        if tick < self.tick:
            self.world.boot()
            self.tick = 0
        self.run(until_tick=tick)


class World:
    """What views ask of a session, over one machine and kernel."""

    task_of = Session.task_of

    def __init__(
        self, name: str, *args: str, xlen: int = 64, knobs: dict[str, Any] | None = None, **options: Any
    ) -> None:
        self.program = name, args, xlen, knobs or {}, options
        self.hart, self.pid, self.frame = 0, 1, 0
        self.engine = MiniEngine(self)
        self.boot()

    def boot(self) -> None:
        """A fresh machine and kernel with the program as pid 1."""
        name, args, xlen, knobs, options = self.program
        machine = Machine(load_config("small", knobs), xlen=xlen)
        self.kernel = Kernel(machine, Options(stdin=Capture(), stdout=Capture(), stderr=Capture(), **options))
        self.machine, self.exit = machine, None
        machine.warm()
        self.kernel.spawn(build(name, xlen), f"/programs/{name}", [name, *args], {"HOME": "/"})

    def run(self, insns: int | None = None) -> World:
        """Go on for a number of instructions (None: to the end)."""
        self.exit = self.kernel.run(Limits(max_insns=insns))
        return self

    def run_to(self, symbol: str, count: int = 1) -> World:
        """Go on to the instruction at a symbol."""
        target = self.resolve(symbol)[0]
        for _ in range(1_000_000):
            self.kernel.run(Limits(max_insns=1))
            count -= self.machine.harts[self.hart].pc & self.kernel.xlen_mask == target
            if not count:
                return self
        raise AssertionError(f"never came to {symbol}")

    @property
    def task(self) -> Any:
        """The selected task as it is now."""
        return self.kernel.tasks.get(self.pid)

    @property
    def mm(self) -> Any:
        """Its address space."""
        return self.task.mm if self.task is not None else None

    @property
    def symbols(self) -> Any:
        """Symbols and lines of the selected task's program."""
        task, (name, _, xlen, *_) = self.task, self.program
        return symbols(name, xlen) if task is not None and task.mm is not None else Symbols(b"")

    def symbolize(self, va: int) -> str:
        """`main+0x12` or ''."""
        return self.symbols.name(va)

    def source(self, va: int) -> tuple[str, int] | None:
        """(file, line) or None."""
        file, _, line = self.symbols.line(va).rpartition(":")
        return (file, int(line)) if file else None

    def source_lines(self, file: str) -> list[str]:
        """The text of a source file."""
        return (PROGRAMS.parent / file).read_text().splitlines()

    def resolve(self, text: str) -> list[int]:
        """Addresses of a symbol, or *address."""
        if text.startswith("*"):
            return [int(text[1:], 0)]
        return [start for start, _, name in self.symbols.symbols if name == text]

    def read(self, va: int, n: int, pid: int | None = None) -> bytes | None:
        """Bytes through the page table."""
        task = self.kernel.tasks.get(self.pid if pid is None else pid)
        data = bytearray()
        while task is not None and task.mm is not None and len(data) < n:
            pte = task.mm.entry(va + len(data)) if 0 <= va + len(data) < task.mm.task_size else 0
            if not pte & 1 or pte >> 10 >= self.machine.page_count:
                return None
            at = pte >> 10 << 12 | (va + len(data)) & 4095
            data += self.machine.ram[at : at + min(n - len(data), 4096 - (at & 4095))]
        return bytes(data) if data else None

    def digest(self) -> str:
        """A hash of all that a view might disturb: registers, memory, page tables, caches, the kernel's lists."""
        state = self.machine.state
        first = hashlib.blake2b()
        for name in ("pc", "x", "clock", "tick", "instret", "ledger", "count", "reserved", "satp", "csr"):
            first.update(state.hart[name][: self.machine.hart_count].tobytes())
        for name in ("vpn", "ppn", "used", "filled", "asid", "pte", "valid", "level"):
            first.update(state.tlb[name][: 1 << 13].tobytes())
        for part in (state.line_tag, state.line_used, state.line["state"], state.line["dirty"], state.line["above"]):
            first.update(part[: 1 << 18].tobytes())
        first.update(self.machine.ram[: 16 << 20])
        mem_map = self.kernel.pages.mem_map
        for column in (mem_map.flags, mem_map.refcount, mem_map.lru_next, mem_map.lru_prev):
            first.update(column)
        lru = self.kernel.pages.lru
        first.update(repr(([(each.first, each.last, each.count) for each in lru.lists], lru.pending)).encode())
        first.update(repr([getattr(self.kernel.vm, name) for name in self.kernel.vm.__slots__]).encode())
        return first.hexdigest()
