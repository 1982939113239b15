"""What a change by the user has changed, so that a file can hold it: words of memory, a few fields of the kernel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from emu.debug.engine.state import Copy, System
from emu.kernel.snapshot import digestible
from emu.machine.state import HART, NEVER, TLB_ENTRY

MOST_WORDS = 1 << 17
HARMLESS = ("pc", "x", "fcsr", "clock", "count", "ledger", "csr")
REGISTERS = ("regs", "fregs", "pc", "fcsr", "reload")


@dataclass(slots=True)
class Change:
    """At a tick: region -> {word number: value}, tunables, registers of tasks that no hart holds.

    complete: there is nothing else to it, and nothing that a file may not do (see `permitted`).
    """

    tick: int
    words: dict[str, dict[int, int]] = field(default_factory=dict)
    sysctl: dict[str, int] = field(default_factory=dict)
    tasks: dict[int, dict[str, Any]] = field(default_factory=dict)
    complete: bool = True

    def apply(self, system: System) -> None:
        """Make it again. ValueError for what is not permitted."""
        for name, words in self.words.items():
            live = system.regions[name].live.reshape(-1)
            for number, value in words.items():
                if number >= len(live) or not permitted(system, name, number, value):
                    raise ValueError(name)
                live[number] = value
        known = tunables(system.kernel)
        for name, value in self.sysctl.items():
            if name not in known:
                raise ValueError(name)
            setattr(system.kernel.sysctl, name, value)
        for pid, fields in self.tasks.items():
            for name, value in fields.items():
                setattr(system.kernel.tasks[pid], name, value)


class Recorder:
    """Remembers the system before a change; `finish` says what has become different."""

    def __init__(self, system: System, before: Copy) -> None:
        self.system, self.before = system, before
        self.objects = objects(system.kernel)
        self.sysctl, self.tasks = tunables(system.kernel), registers(system.kernel)

    def finish(self, tick: int) -> Change:
        """The difference to now."""
        system, change = self.system, Change(tick)
        for name, image in self.before.images.items():
            region = system.regions[name]
            words: dict[int, int] = {}
            for page in region.differences(image).tolist():
                live, old = region.live[page], region.page(image, page)
                words |= {page * 512 + k: int(live[k]) for k in np.flatnonzero(live != old).tolist()}
            if words:
                change.words[name] = words
        self._kernel(change)
        rows = [(name, number, value) for name, words in change.words.items() for number, value in words.items()]
        change.complete &= len(rows) <= MOST_WORDS and all(permitted(system, *row) for row in rows)
        return change

    def _kernel(self, change: Change) -> None:
        kernel = self.system.kernel
        new_sysctl, new_tasks = tunables(kernel), registers(kernel)
        change.sysctl = {name: value for name, value in new_sysctl.items() if self.sysctl.get(name) != value}
        if new_tasks.keys() == self.tasks.keys():
            for pid, fields in new_tasks.items():
                different = {name: value for name, value in fields.items() if self.tasks[pid][name] != value}
                if different:
                    change.tasks[pid] = different
        self._put(kernel, self.sysctl, self.tasks)
        change.complete = objects(kernel) == self.objects
        self._put(kernel, new_sysctl, new_tasks)

    @staticmethod
    def _put(kernel: Any, sysctl: dict[str, int], tasks: dict[int, dict[str, Any]]) -> None:
        for name, value in sysctl.items():
            setattr(kernel.sysctl, name, value)
        for pid, fields in tasks.items():
            if pid in kernel.tasks:
                for name, value in fields.items():
                    setattr(kernel.tasks[pid], name, value)


def permitted(system: System, name: str, number: int, value: int) -> bool:
    """Whether a file may say that a word of a region becomes this.

    Memory, registers and counters may hold anything. What the machine takes for granted, like addresses of the host,
    may only be forgotten: filters, predecoded instructions, translations.
    """
    if name in ("ram", "swap", "directory", "line_used", "line_filled"):
        return True
    if name == "harts":
        return in_hart(8 * number % HART.itemsize, value)
    if name == "tlb":
        at = 8 * number % TLB_ENTRY.itemsize
        return at == TLB_ENTRY.fields["asid"][1] and value >> 8 * (TLB_ENTRY.fields["valid"][1] - at) & 255 == 0
    if name == "code":
        return value & 255 == 0  # undecoded
    if name == "line":
        slot, state, dirty = value & 0xFFFFFFFF, value >> 48 & 255, value >> 56
        return state < 4 and dirty < 2 and slot in (0, int(system.machine.state.line[number]["slot"]))
    return name == "line_tag" and value == 0


def in_hart(at: int, value: int) -> bool:
    """The same of a byte offset in a hart's record."""
    for name in HARMLESS:
        kind, first = HART.fields[name][:2]
        if first <= at < first + kind.itemsize:
            return True
    for name, tags in (("dhit", (0, 8)), ("fhit", (0,))):
        kind, first = HART.fields[name][:2]
        if first <= at < first + kind.itemsize:
            return value == NEVER and (at - first) % kind.base.itemsize in tags
    return at in (HART.fields["reserved"][1], HART.fields["reserved_line"][1]) and value == (1 << 64) - 1


def objects(kernel: Any) -> bytes:
    """A kernel's objects, to compare; the deadline is computed anew in any case."""
    return digestible(kernel)


def tunables(kernel: Any) -> dict[str, int]:
    """The integers of vm.* and kernel.*."""
    return {name: value for name, value in vars(kernel.sysctl).items() if isinstance(value, int)}


def registers(kernel: Any) -> dict[int, dict[str, Any]]:
    """What tasks keep of their registers while no hart holds them."""
    return {pid: {name: copied(getattr(task, name)) for name in REGISTERS} for pid, task in kernel.tasks.items()}


def copied(value: Any) -> Any:
    """A list of its own, or the number."""
    return list(value) if isinstance(value, list) else value
