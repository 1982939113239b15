"""Refault detection: was a page evicted too early? (Linux: mm/workingset.c)

Every eviction moves a clock on; the clock's reading stays behind as the page's shadow. A page that comes back tells
by the difference how many evictions lay between: if the active list could have held it that long, it goes there at
once.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from emu.kernel.mm.lru import ACTIVE_ANON, ACTIVE_FILE
from emu.kernel.mm.page import PG_ACTIVE, PG_WORKINGSET

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


class Workingset:
    """The clock and the shadows, by (file, index) or swap slot; the oldest are forgotten."""

    def __init__(self, limit: int) -> None:
        self.age = 0
        self.limit = limit
        self.shadows: OrderedDict[Any, int] = OrderedDict()

    def evicted(self, key: Any) -> None:
        """A page left memory: note when, counted in evictions."""
        self.age += 1
        self.shadows[key] = self.age
        if len(self.shadows) > self.limit:
            self.shadows.popitem(last=False)

    def evicted_all(self, keys: list[Any]) -> None:
        """The same for many, in this order."""
        self.shadows.update(zip(keys, range(self.age + 1, self.age + 1 + len(keys)), strict=True))
        self.age += len(keys)
        while len(self.shadows) > self.limit:
            self.shadows.popitem(last=False)

    def distance(self, key: Any) -> int | None:
        """Evictions since this page's own; None if it has no shadow."""
        shadow = self.shadows.pop(key, None)
        return None if shadow is None else self.age - shadow


def refault_anon(kernel: Kernel, slot: int, pfn: int) -> None:
    """A page came back from swap."""
    _refault(kernel, slot, pfn, ACTIVE_ANON, "workingset_refault_anon")


def refault_file(kernel: Kernel, mapping: Any, index: int, pfn: int) -> None:
    """A page of a file came back."""
    _refault(kernel, (mapping, index), pfn, ACTIVE_FILE, "workingset_refault_file")


def _refault(kernel: Kernel, key: Any, pfn: int, active: int, counter: str) -> None:
    distance = kernel.workingset.distance(key)
    if distance is None:
        return
    setattr(kernel.vm, counter, getattr(kernel.vm, counter) + 1)
    if distance <= max(kernel.pages.lru.lists[active].count, kernel.pages.total_pages // 4):
        kernel.pages.mem_map.flags[pfn] |= PG_ACTIVE | PG_WORKINGSET
        activated = counter.replace("refault", "activate")
        setattr(kernel.vm, activated, getattr(kernel.vm, activated) + 1)
