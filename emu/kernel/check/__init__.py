"""Invariants: what must hold whenever the kernel is not at work. A check raises KernelPanic with what breaks it.

Of `frames`, of address `spaces`, of the page and swap `caches`, of `slabs`. Tests run them after every program. They
look at everything and are slow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.check.caches import check_lru, check_page_cache, check_swap
from emu.kernel.check.frames import check_counts, check_free_frames
from emu.kernel.check.slabs import check_slabs
from emu.kernel.check.spaces import check_areas, check_entries, check_rss, check_tables
from emu.kernel.mm.mm import address_spaces

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


def check_all(kernel: Kernel) -> None:
    """Every invariant."""
    check_free_frames(kernel)
    for mm in address_spaces(kernel):
        check_areas(mm)
        check_tables(mm)
        check_entries(mm)
        check_rss(mm)
    check_counts(kernel)
    check_lru(kernel)
    check_page_cache(kernel)
    check_swap(kernel)
    check_slabs(kernel)
