"""The table of system calls: a function under the decorator, its name in Linux, and the types of its arguments.

    @syscall("read")
    def sys_read(kernel: Kernel, task: Task, fd: Int, buf: Addr, count: Size) -> int: ...

The annotations say how a register becomes an argument, so that a hostile value is only ever an integer of known
range: Int and Uint are 32 bits wide, Addr and Size and Long as wide as a register (Long signed), Off is a signed
64-bit number that takes two registers on RV32. A function returns the result, or a negative errno, or raises Errno;
None leaves the registers as they are (execve, exit, sigreturn).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from emu.isa.abi import A0
from emu.kernel.syscall.numbers import NAMES

type_alias = int
Int = Uint = Addr = Size = Long = Off = type_alias

_HALF, _FULL = 1 << 32, 1 << 64


def sext32(value: int) -> int:
    """The low 32 bits as a signed number."""
    return ((value & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000


_COERCE: dict[int, dict[str, Callable[[Any, int], int]]] = {
    64: {
        "Int": lambda x, r: ((x[r] & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000,
        "Uint": lambda x, r: x[r] & 0xFFFFFFFF,
        "Addr": lambda x, r: x[r] & 0xFFFFFFFFFFFFFFFF,
        "Size": lambda x, r: x[r] & 0xFFFFFFFFFFFFFFFF,
        "Long": lambda x, r: x[r],
        "Off": lambda x, r: x[r],
    },
    32: {
        "Int": lambda x, r: ((x[r] & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000,
        "Uint": lambda x, r: x[r] & 0xFFFFFFFF,
        "Addr": lambda x, r: x[r] & 0xFFFFFFFF,
        "Size": lambda x, r: x[r] & 0xFFFFFFFF,
        "Long": lambda x, r: ((x[r] & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000,
        "Off": lambda x, r: x[r] & 0xFFFFFFFF | sext32(x[r + 1]) << 32,
    },
}

_FUNCTIONS: dict[str, Callable[..., Any]] = {}


def syscall(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a function in the table under one or more of Linux's names."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            _FUNCTIONS[name] = function
        return function

    return enter


class Entry:
    """One system call of one kernel: how to call it, and how often it was called."""

    __slots__ = ("arguments", "count", "errors", "function", "name")

    def __init__(self, name: str, function: Callable[..., Any], xlen: int) -> None:
        self.name, self.function = name, function
        self.arguments = _arguments(function, xlen)
        self.count = self.errors = 0

    def copy(self) -> Entry:
        """Another one with the same counts."""
        twin = object.__new__(Entry)
        for slot in self.__slots__:
            setattr(twin, slot, getattr(self, slot))
        return twin


def _arguments(function: Callable[..., Any], xlen: int) -> tuple[tuple[Callable[[Any, int], int], int], ...]:
    """(coercion, register) of each argument after kernel and task."""
    found, register = [], A0
    for parameter in list(inspect.signature(function).parameters.values())[2:]:
        found.append((_COERCE[xlen][parameter.annotation], register))
        register += 2 if parameter.annotation == "Off" and xlen == 32 else 1
    return tuple(found)


def build(xlen: int) -> dict[int, Entry]:
    """number -> Entry: every name of this width's table that has a function."""
    from emu.kernel.syscall import load_all

    load_all()
    return {number: Entry(name, _FUNCTIONS[name], xlen) for number, name in NAMES[xlen].items() if name in _FUNCTIONS}
