"""Registers of a task: in its hart while it runs or was the last one there, else where the kernel saved them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emu.errors import EmuError, did_you_mean
from emu.isa.abi import FREG, XREG


@dataclass(slots=True)
class Registers:
    """x: unsigned; f: bit patterns. hart: the one that holds them, or None when the kernel has saved them."""

    x: list[int] = field(default_factory=lambda: [0] * 32)
    f: list[int] = field(default_factory=lambda: [0] * 32)
    pc: int = 0
    fcsr: int = 0
    hart: int | None = None


def holder(task: Any) -> int | None:
    """The hart whose registers are this task's, or None."""
    if task is None:
        return None
    if task.cpu >= 0:
        return task.cpu
    return task.loaded_on if task.loaded_on >= 0 and not task.reload else None


def of_hart(kernel: Any, cpu: int) -> Registers:
    """What a hart holds."""
    hart, mask = kernel.harts[cpu], kernel.xlen_mask
    f = [value & (1 << 64) - 1 for value in hart.f]
    return Registers([value & mask for value in hart.x], f, hart.pc & mask, hart.fcsr, cpu)


def of_task(kernel: Any, task: Any) -> Registers:
    """What a task has, or will have when it runs."""
    cpu = holder(task)
    if cpu is not None:
        return of_hart(kernel, cpu)
    mask = kernel.xlen_mask
    f = [value & (1 << 64) - 1 for value in task.fregs]
    return Registers([value & mask for value in task.regs], f, task.pc & mask, task.fcsr)


def number_of(name: str) -> int | None:
    """The number of an integer register, or None."""
    return XREG.get(name.lower())


def put(kernel: Any, task: Any, cpu: int, name: str, value: int) -> None:
    """Set a register of a task, or of a hart that runs none. EmuError for x0 and unknown names."""
    number, fnumber = number_of(name), float_number(name)
    held = holder(task) if task is not None else cpu
    if number == 0:
        raise EmuError("x0 is always 0")
    target = kernel.harts[held] if held is not None else None
    if number is not None:
        cells = target.x if target is not None else task.regs
        cells[number] = kernel.to_register(value)
    elif fnumber is not None:
        pattern = value & (1 << 64) - 1
        cells = target.f if target is not None else task.fregs
        cells[fnumber] = pattern - (1 << 64) if pattern >> 63 else pattern
    elif name in ("pc", "fcsr"):
        setattr(target if target is not None else task, name, kernel.to_register(value))
    else:
        raise unknown(name)


def float_number(name: str) -> int | None:
    """The number of a floating-point register, or None."""
    return FREG.get(name.lower())


def unknown(name: str, more: tuple[str, ...] = ()) -> EmuError:
    """The error for a name that is no register."""
    known = [*XREG, *FREG, "pc", "fcsr", *more]
    return EmuError(f"no register is called ${name}", hint=did_you_mean(name, known) or "info registers shows them all")
