"""One system call as text: arguments decoded when it begins, those that the kernel writes when it has returned.

call = Call(kernel, task, "openat", [a0 … a5])
call.begin()                  'AT_FDCWD, "/etc/passwd", O_RDONLY'
call.end(-2)                  'openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = -1 ENOENT (No such file or directory)'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from emu.kernel.strace import dependent, flags, results, structures_fs, structures_io, structures_net, structures_sys
from emu.kernel.strace.options import PLAIN, Options
from emu.kernel.strace.peek import peek, peek_string
from emu.kernel.strace.signatures import Parameter, signature
from emu.kernel.strace.structures import POINTERS, fields
from emu.kernel.strace.text import address
from emu.kernel.strace.values import KINDS, signed

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

LOADED = dependent, structures_fs, structures_io, structures_net, structures_sys  # their kinds stand in KINDS


class Call:
    """A call under way. `args` has one number for each parameter, `result` is None until it is known."""

    def __init__(
        self, kernel: Kernel, task: Task, name: str, registers: Sequence[int], options: Options = PLAIN
    ) -> None:
        self.kernel, self.task, self.options = kernel, task, options
        number = name.removeprefix("syscall_")
        self.name = f"syscall_{int(number):#x}" if number != name and number.isdigit() else name
        self.xlen, self.word_size = kernel.xlen, kernel.xlen // 8
        self.parameters = signature(name)
        self.registers = list(registers)
        self.args = arguments(self.parameters, registers, kernel.xlen)
        self.since = 0  # the cycle at which it began
        self.given: dict[int, int | None] = {}  # of a length that the kernel changes: what it was
        self.result: int | None = None
        self.restarts = False  # a signal has ended it in a way that lets it begin anew
        self.texts: list[str | None] = [None] * len(self.args)
        self.parameter = Parameter("", "", False)
        self.following = 0
        self.begun = ""  # what `begin` told

    # -- for the kinds ------------------------------------------------------------------------------------------------
    def peek(self, addr: int, count: int) -> bytes | None:
        """The guest's memory, unchanged by looking at it."""
        return peek(self.task.mm, addr, count) if self.task.mm is not None else None

    def string(self, addr: int) -> bytes | None:
        """A string of the guest's."""
        return peek_string(self.task.mm, addr) if self.task.mm is not None else None

    def word(self, addr: int) -> int | None:
        """A pointer or a long in the guest's memory."""
        data = self.peek(addr, self.word_size)
        return None if data is None else int.from_bytes(data, "little")

    def same(self, of: Mapping[str, Any]) -> bool:
        """Whether a tracepoint is of this very call, executed anew."""
        return of["name"] == self.name and list(of["args"]) == self.registers

    @property
    def failed(self) -> bool:
        """Whether it returned an error."""
        return self.result is not None and -4096 < self.result < 0

    @property
    def limit(self) -> int:
        """Bytes of a string that are shown (strace -s)."""
        return self.options.strings

    # -- text ---------------------------------------------------------------------------------------------------------
    def begin(self) -> str:
        """The arguments that can be told before the call is served, up to the first that can't."""
        for n, parameter in enumerate(self.parameters):
            if not parameter.out:
                self.texts[n] = self.decode(n)
            elif parameter.kind == "length":
                self.given[self.args[n]] = (fields(self, self.args[n], "i") or (None,))[0]
        known = self.texts.index(None) if None in self.texts else len(self.texts)
        words = [text for text in self.texts[:known] if text] + ([""] if known < len(self.texts) else [])
        self.begun = ", ".join(words)
        return self.begun

    def end(self, result: int | None) -> str:
        """The whole line; a result of None is a call that doesn't return."""
        self.finish(result)
        return f"{self.name}({self.arguments_text()}) = {self.result_text()}"

    def finish(self, result: int | None) -> None:
        """Decode what is left."""
        self.result = result
        for n, text in enumerate(self.texts):
            if text is None:
                found = self.decode(n) if result is not None or not self.parameters[n].out else None
                self.texts[n] = address(self.args[n]) if found is None else found

    def arguments_text(self) -> str:
        """All arguments, after `finish`."""
        return ", ".join(text for text in self.texts if text)

    def decode(self, n: int) -> str | None:
        """One argument; None while what it points to can't be read."""
        parameter, value = self.parameters[n], self.args[n]
        self.parameter = parameter
        self.following = self.args[n + 1] if n + 1 < len(self.args) else 0
        if parameter.kind not in KINDS:
            return flags.names(parameter.kind, value if parameter.kind in flags.BITS else signed(value))
        if parameter.kind in POINTERS and (not value or (parameter.out and (self.result or 0) < 0)):
            return address(value)
        return KINDS[parameter.kind](self, value)

    def result_text(self) -> str:
        """What the call returned."""
        return results.text(self)


def arguments(parameters: Sequence[Parameter], registers: Sequence[int], xlen: int) -> list[int]:
    """The value of each parameter from the registers a0 … a5."""
    values, at = [], 0
    for parameter in parameters:
        pair = (parameter.kind == "off" and xlen == 32) or parameter.kind == "halves"
        low = registers[at] if at < len(registers) else 0
        high = registers[at + 1] if pair and at + 1 < len(registers) else 0
        values.append(high << 32 | low & 0xFFFFFFFF if pair and xlen == 32 else low)
        at += 2 if pair else 1
    return values
