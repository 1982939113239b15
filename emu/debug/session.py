"""The session: what a person looks at and steers. It never prints; every face (prompt, screen, gdb, editors) shares it.

session.engine machine kernel          the running system, now              hart pid task frame    what is selected
symbols symbolize source resolve       names and lines                      evaluate value         expressions
read write registers load_word         memory and registers of a task       frames locals          calls, variables
step stepi next finish cont goto …     make it run: see control.runner      breaks                 where to stop
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import Any

from emu.debug import expr
from emu.debug.control import memory, places, registers
from emu.debug.control.breaks import Breaks
from emu.debug.control.callers import Callers
from emu.debug.control.frames import Frame
from emu.debug.control.places import Places
from emu.debug.control.programs import Programs
from emu.debug.control.registers import Registers
from emu.debug.control.runner import Runner
from emu.debug.control.scope import SessionScope
from emu.debug.source.files import SourceFiles
from emu.debug.source.program import Program
from emu.debug.source.symbols import SymbolTable
from emu.debug.value import Value
from emu.errors import EmuError

PATIENCE = (100_000, 50, 1000)  # records of the past are many small objects that live on: look for garbage less often


class Session(Runner, Callers):
    """One debugged system. `roots`: folders on the host that source text may be read from.

    Objects of the kernel are never kept between commands: going back in time may exchange all of them. Pids are.
    """

    def __init__(self, engine: Any, roots: Iterable[str] = ()) -> None:
        self.engine = engine
        self.breaks = Breaks()
        self.programs = Programs()
        self.files = SourceFiles(tuple(roots))
        self.scope = SessionScope(self)
        self.hart, self.pid, self.frame = 0, 1, 0
        self.settings: dict[str, Any] = {"scheduler-locking": "off"}
        self.scan: Any = None  # of `find`
        self.displays: dict[int, tuple[str, str]] = {}  # number: (expression, format), shown at every stop
        gc.set_threshold(*PATIENCE)
        self.setup()
        self.choose(1)

    # -- what there is ------------------------------------------------------------------------------------------------
    @property
    def machine(self) -> Any:
        """The machine, now."""
        return self.engine.machine

    @property
    def kernel(self) -> Any:
        """The kernel, now."""
        return self.engine.kernel

    @property
    def task(self) -> Any:
        """The selected task, looked up now; None if it is gone."""
        return self.kernel.tasks.get(self.pid)

    @property
    def mm(self) -> Any:
        """The selected task's address space, or None."""
        task = self.task
        return task.mm if task is not None else None

    def task_of(self, pid: int | None = None) -> Any:
        """A task by pid, or the selected one. EmuError if it is gone."""
        wanted = self.pid if pid is None else pid
        task = self.kernel.tasks.get(wanted)
        if task is None:
            left = ", ".join(str(number) for number in sorted(self.kernel.tasks)[:20]) or "none: the program has ended"
            raise EmuError(f"there is no task {wanted}", hint=f"tasks: {left}; `back` goes to before it ended")
        return task

    # -- selection ----------------------------------------------------------------------------------------------------
    def select_hart(self, number: int) -> None:
        """Look at a hart, and at the task that it runs (or ran last)."""
        count = len(self.machine.harts)
        if not 0 <= number < count:
            raise EmuError(
                f"there is no hart {number}",
                hint=f"there are harts 0 to {count - 1}" if count > 1 else "there is hart 0",
            )
        self.hart, self.frame = number, 0
        task = self.kernel.sched.running[number] or self.kernel.sched.loaded[number]
        if task is not None:
            self.pid = task.pid

    def select_task(self, pid: int) -> None:
        """Look at a task, and at the hart that holds its registers, if one does."""
        task = self.task_of(pid)
        self.pid, self.frame = pid, 0
        held = registers.holder(task)
        if held is not None:
            self.hart = held

    def select_frame(self, number: int) -> Frame:
        """Look at a caller: 0 is the innermost. EmuError if there are not so many."""
        found = self.frames(number + 1)
        if not 0 <= number < len(found):
            raise EmuError(
                f"there is no frame {number}", hint=f"frames are 0 to {len(found) - 1}: backtrace shows them"
            )
        self.frame = number
        return found[number]

    # -- names --------------------------------------------------------------------------------------------------------
    @property
    def program(self) -> Program:
        """The selected task's executable."""
        return self.programs.of(self.kernel, self.pid)

    @property
    def symbols(self) -> SymbolTable:
        """Its symbols."""
        return self.program.symbols

    def symbolize(self, va: int) -> str:
        """`main+0x12`, or ''."""
        program = self.program
        if not program.symbols.rows or not self.is_image(va, program):
            return ""
        name = program.symbols.name(va & self.kernel.xlen_mask)
        return self.plain_name(name, va & self.kernel.xlen_mask) if name.startswith("_Z") else name

    def symbol_at(self, va: int, pid: int, tick: int) -> str:
        """The same for code of any task, at any time, also if it has ended since."""
        program = self.programs.at(self.kernel, pid, tick)
        name = program.symbols.name(va) if program.holds(va) else ""
        return self.plain_name(name, va) if name.startswith("_Z") and pid == self.pid else name

    def plain_name(self, name: str, va: int) -> str:
        """`geo::Rect::area+0x8` for a mangled name of C++, if there is debug information."""
        function = self.program.debug.function_at(va) if self.program.dwarf is not None else None
        _, plus, offset = name.partition("+")
        return function.name + plus + offset if function is not None else name

    def source(self, va: int) -> tuple[str, int] | None:
        """(file, line) that an instruction comes from."""
        row = self.program.lines.find(va & self.kernel.xlen_mask)
        return (row.file, row.line) if row is not None else None

    def source_lines(self, file: str) -> list[str] | None:
        """The text of a source file by lines, or None where it is not to be had."""
        return self.files.lines(file)

    def resolve(self, text: str) -> Places:
        """A location as addresses: see control.places."""
        return places.resolve(self, text)

    def evaluate(self, text: str) -> int:
        """An expression as a number without sign, as wide as a register (64-bit where it was loaded so)."""
        return self.value(text).word(self.machine.xlen)

    def value(self, text: str) -> Value:
        """An expression with its width, sign, type and place."""
        return expr.evaluate(text, self.scope)

    # -- memory and registers -----------------------------------------------------------------------------------------
    def read(self, va: int, n: int, pid: int | None = None) -> bytes | None:
        """Memory as a task would see it, without side effects; None unless all of it is mapped."""
        task = self.kernel.tasks.get(self.pid if pid is None else pid)
        return memory.read(self.kernel, task.mm if task is not None else None, va, n)

    def load_word(self, va: int) -> int | None:
        """A register's width of memory of the selected task."""
        data = self.read(va, self.machine.xlen // 8)
        return None if data is None else int.from_bytes(data, "little")

    def read_physical(self, pa: int, n: int) -> bytes | None:
        """Physical memory, None beyond its end."""
        return bytes(self.machine.ram[pa : pa + n]) if pa >= 0 and n >= 0 and pa + n <= len(self.machine.ram) else None

    def registers(self, pid: int | None = None, hart: int | None = None) -> Registers:
        """Of a task (the selected one), or of a hart whoever runs there. Those of an ended task: what its hart has."""
        if hart is None:
            task = self.kernel.tasks.get(self.pid if pid is None else pid)
            if task is not None and not task.is_kthread and task.mm is not None:
                return registers.of_task(self.kernel, task)
            hart = self.hart
        return registers.of_hart(self.kernel, hart)
