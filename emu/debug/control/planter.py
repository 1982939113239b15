"""Puts breakpoints and watchpoints where the machine looks for them: physical addresses, virtual ranges, events.

A breakpoint is a virtual address of processes; the machine knows physical ones. Pages come and go (first touch, fork,
copy-on-write, swap, execve), so the addresses are looked up again after each entry of the kernel. One whose page is
not there waits: the fetch that brings the page enters the kernel first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emu.debug.control import catches
from emu.debug.control.breaks import BREAK, CATCH, WATCH, Break, Breaks
from emu.isa.paging import PTE_V, PTE_X

MOST_PLANTED, MOST_WATCHED = 256, 16  # what the machine can hold


class Planter:
    """The machine's side of a list of breaks: `plant` before the machine runs, and after each entry of the kernel."""

    def __init__(self, breaks: Breaks) -> None:
        self.breaks = breaks
        self.planted: frozenset[int] = frozenset()
        self.watched: tuple[tuple[int, int, int], ...] = ()
        self.machine: Any = None
        self.last_tick = 0
        self.refresh()

    def refresh(self) -> None:
        """The list has changed."""
        self.points = self.breaks.active(BREAK)
        self.watches = self.breaks.active(WATCH)
        self.caught = self.breaks.active(CATCH)
        self.kinds = {kind for row in self.caught for kind in catches.CATCHES[row.catch].kernel}
        self.breaks.changed = False

    def plant(self, machine: Any, kernel: Any) -> None:
        """Tell the machine, if anything differs from what it was told last."""
        if self.breaks.changed or machine is not self.machine:
            self.refresh()
            self.machine, self.planted, self.watched = machine, frozenset({-1}), ((-1, 0, 0),)
            machine.set_catches(self.hardware()[:MOST_WATCHED])
        points = self.physical(kernel) if self.points else frozenset()
        if points != self.planted:
            machine.set_breakpoints(sorted(points)[:MOST_PLANTED])
            self.planted = points
        ranges = self.ranges(kernel) if self.watches else ()
        if ranges != self.watched:
            machine.set_watchpoints(ranges[:MOST_WATCHED])
            self.watched = ranges

    def physical(self, kernel: Any) -> frozenset[int]:
        """Where the instructions are now that any breakpoint stands at."""
        found = set()
        for mm, pids in spaces(kernel):
            for row in self.points:
                if (row.pid is None or row.pid in pids) and runs(mm, row):
                    for va in row.addresses:
                        pte = mm.entry(va) if 0 <= va < mm.task_size else 0
                        if pte & PTE_V and pte & PTE_X:
                            found.add(pte >> 10 << 12 | va & 4095)
        return frozenset(found)

    def ranges(self, kernel: Any) -> tuple[tuple[int, int, int], ...]:
        """The virtual ranges that are watched; of physical watchpoints, wherever the frames are mapped now."""
        found = set()
        for row in self.watches:
            if not row.physical:
                found.add((kernel.to_register(row.low), kernel.to_register(row.high - 1) + 1, row.access))
                continue
            for _, va in mappings(kernel, row.low >> 12):
                low = kernel.to_register(va + (row.low & 4095))
                found.add((low, low + row.high - row.low, row.access))
        return tuple(sorted(found))

    def hardware(self) -> list[tuple[str, int, int, int, int]]:
        """The hardware's events that catchpoints want: kind, lowest and highest a, mask and value of c."""
        return [entry for row in self.caught for entry in catches.hardware(row.catch, row.arguments)]


def spaces(kernel: Any) -> Iterable[tuple[Any, set[int]]]:
    """Each address space with the pids that use it."""
    found: dict[int, tuple[Any, set[int]]] = {}
    for task in kernel.tasks.values():
        if task.mm is not None:
            found.setdefault(id(task.mm), (task.mm, set()))[1].update((task.pid, task.tgid))
    return found.values()


def mappings(kernel: Any, pfn: int) -> list[tuple[Any, int]]:
    """(address space, page's address) of everyone who maps a frame."""
    mem_map = kernel.pages.mem_map
    if not 0 <= pfn < mem_map.count or not mem_map.mapcount[pfn]:
        return []
    index, found = mem_map.index[pfn], []
    for vma in getattr(mem_map.mapping.get(pfn), "areas", ()):
        addr = vma.vm_start + ((index - vma.vm_pgoff) << 12)
        if vma.vm_start <= addr < vma.vm_end:
            pte = vma.mm.entry(addr)
            if pte & PTE_V and pte >> 10 == pfn:
                found.append((vma.mm, addr))
    return found


def runs(mm: Any, row: Break) -> bool:
    """Whether an address space holds the program that a breakpoint was set in."""
    return not row.program or (mm.exe_file is not None and mm.exe_file.path == row.program)


def matches(row: Break, pid: int, tgid: int, hart: int) -> bool:
    """Whether a break concerns this task and hart."""
    return (row.pid is None or row.pid in (pid, tgid)) and (row.hart is None or row.hart == hart)
