"""Refault detection: was a page evicted too early? (Linux: mm/workingset.c)

Every eviction moves a clock on; the clock's reading stays behind as the page's shadow. A page that comes back tells
by the difference how many evictions lay between: if the active list could have held it that long, it goes there at
once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
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

    @staticmethod
    def near(kernel: Kernel, anon: bool) -> int:
        """Up to how many evictions ago a page was evicted too early: the active list could have held it that long."""
        active = kernel.pages.lru.lists[ACTIVE_ANON if anon else ACTIVE_FILE].count
        return max(active, kernel.pages.total_pages // 4)


def refault_anon(kernel: Kernel, frames: dict[int, int]) -> None:
    """Pages came back from swap: slot -> frame."""
    _refault(kernel, frames, frames.values(), ACTIVE_ANON, "anon")


def refault_file(kernel: Kernel, mapping: Any, first: int, pfns: list[int]) -> None:
    """Pages of a file came back, the first of them with this index."""
    keys = [(mapping, index) for index in range(first, first + len(pfns))]
    _refault(kernel, keys, pfns, ACTIVE_FILE, "file")


def _refault(kernel: Kernel, keys: Iterable[Any], pfns: Iterable[int], active: int, kind: str) -> None:
    """Shadows serve once: a page that went lately comes back active."""
    workingset, flags, came, activated = kernel.workingset, kernel.pages.mem_map.flags, 0, 0
    lately, shadows = workingset.age - workingset.near(kernel, active == ACTIVE_ANON), workingset.shadows
    for key, pfn in zip(keys, pfns, strict=True):
        shadow = shadows.pop(key, None)
        if shadow is not None:
            came += 1
            if shadow >= lately:
                flags[pfn] |= PG_ACTIVE | PG_WORKINGSET
                activated += 1
    kernel.vm.count_refaults(kind, came, activated)
