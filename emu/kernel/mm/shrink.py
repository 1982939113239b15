"""What becomes of a page that reclaim has chosen (Linux: shrink_folio_list in mm/vmscan.c).

A page that was used since the last look gets a second chance. A clean page of a file is dropped, a dirty one is written
first; an anonymous page gets a slot on swap, its entries become swap entries, and its frame is free when the write is
done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.mm import filemap, lazyfree, reclaim_many, shmem
from emu.kernel.mm.page import (
    PG_ACTIVE,
    PG_ANON,
    PG_DIRTY,
    PG_LOCKED,
    PG_LRU,
    PG_REFERENCED,
    PG_SWAPBACKED,
    PG_SWAPCACHE,
    PG_UNEVICTABLE,
    PG_WRITEBACK,
)
from emu.kernel.mm.reclaim_unmap import Batch, page_referenced, try_to_unmap
from emu.kernel.mm.rmap import Mapping, rmap_walk
from emu.kernel.mm.swapout import SwapWriter
from emu.kernel.mm.vma import VM_EXEC, VM_LOCKED

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

KEEP, ACTIVATE, RECLAIM, CULL = range(4)


class PageShrinker(SwapWriter):
    """Serves pages taken off their lists. `rotated` counts those (anonymous, file) that proved to be in use."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.rotated = [0, 0]
        self.by_kswapd = False
        self.awaited: set[int] = set()  # frames that must stay, see awaited.py

    def shrink_pages(self, pages: list[int]) -> int:
        """shrink_folio_list: decide for each page; write out what must be; how many frames are free or soon will be."""
        kernel, batch = self.kernel, Batch()
        mem_map = kernel.pages.mem_map
        if not kernel.swap.area.free:
            pages = self.pass_over(pages)
        if self.awaited.isdisjoint(pages) and (sole := reclaim_many.sole(mem_map, pages)):
            return self.shrink_sole(pages, sole)
        swapped: list[int] = []
        kept: list[int] = []
        freed = 0
        for pfn in pages:
            mappings = rmap_walk(mem_map, pfn)
            verdict = self.check_references(pfn, mappings, batch)
            if verdict == RECLAIM:
                if not mem_map.flags[pfn] & PG_SWAPBACKED:
                    lazy = mem_map.flags[pfn] & PG_ANON
                    if (lazyfree.drop if lazy else self.drop_file_page)(kernel, pfn, mappings, batch):
                        freed += 1
                        continue
                    verdict = ACTIVATE if lazy else RECLAIM
                elif self.add_to_swap(pfn):
                    try_to_unmap(kernel, pfn, mappings, batch, mem_map.private[pfn])
                    swapped.append(pfn)
                    continue
                else:
                    verdict = ACTIVATE
            if verdict in (ACTIVATE, CULL):
                self.mark(pfn, verdict)
            kept.append(pfn)
        kernel.pages.lru.add_all(kept)
        batch.flush()
        for pfn in swapped:
            if not mem_map.flags[pfn] & PG_ANON and mem_map.mapping[pfn] is not kernel.swap:
                shmem.move_to_swap(kernel, pfn, mem_map.private[pfn])
        return freed + (self.write_to_swap(swapped) if swapped else 0)

    def pass_over(self, pages: list[int]) -> list[int]:
        """Swap is full: of anonymous memory only what has a copy there already may go. The others return to their list
        unseen.
        """
        flags = self.kernel.pages.mem_map.flags
        stuck = [pfn for pfn in pages if flags[pfn] & (PG_SWAPBACKED | PG_SWAPCACHE) == PG_SWAPBACKED]
        self.kernel.pages.lru.add_all(stuck)
        return [pfn for pfn in pages if not flags[pfn] & PG_LRU] if stuck else pages

    def shrink_sole(self, pages: list[int], sole: reclaim_many.Sole) -> int:
        """The same for a batch of the common kind."""
        kernel = self.kernel
        used, activated = reclaim_many.second_chance(kernel, sole)
        self.rotated[0] += activated
        kernel.vm.pgactivate += activated
        idle = (~used).nonzero()[0].tolist()
        gone = [place for place in idle if self.add_to_swap(pages[place])]
        for place in set(idle).difference(gone):
            self.mark(pages[place], ACTIVATE)
        if gone:
            reclaim_many.unmap(kernel, sole, gone)
        swapped = [pages[place] for place in gone]
        leave = set(swapped)
        kernel.pages.lru.add_all([pfn for pfn in pages if pfn not in leave])
        reclaim_many.flush(sole, used.nonzero()[0].tolist() + gone)
        return self.write_to_swap(swapped) if swapped else 0

    def check_references(self, pfn: int, mappings: list[Mapping], batch: Batch) -> int:
        """folio_check_references: the second chance."""
        mem_map = self.kernel.pages.mem_map
        flags = mem_map.flags[pfn]
        if pfn in self.awaited:
            return KEEP
        if flags & (PG_LOCKED | PG_WRITEBACK):
            self.kernel.unlock_if_read(pfn)
            flags = mem_map.flags[pfn]
            if flags & (PG_LOCKED | PG_WRITEBACK):
                return KEEP
        of_file = not flags & PG_ANON and mem_map.mapping[pfn] is not self.kernel.swap
        users = len(mappings) + of_file + (flags & PG_SWAPCACHE > 0)
        if mem_map.refcount[pfn] != users:
            return KEEP
        referenced, vm_flags = page_referenced(mappings, batch)
        if vm_flags & VM_LOCKED or (of_file and mem_map.mapping[pfn].unevictable):
            return CULL
        if not referenced:
            mem_map.flags[pfn] = flags & ~PG_REFERENCED
            return RECLAIM
        mem_map.flags[pfn] = flags | PG_REFERENCED
        again = flags & PG_REFERENCED or referenced > 1 or (of_file and vm_flags & VM_EXEC)
        return ACTIVATE if again else KEEP

    def mark(self, pfn: int, verdict: int) -> None:
        """A page goes to another list than the one it came from."""
        kernel = self.kernel
        flags = kernel.pages.mem_map.flags[pfn]
        if verdict == ACTIVATE:
            kernel.pages.mem_map.flags[pfn] = flags | PG_ACTIVE
            self.rotated[not flags & PG_SWAPBACKED] += 1
            kernel.vm.pgactivate += 1
        elif verdict == CULL:
            kernel.pages.mem_map.flags[pfn] = flags | PG_UNEVICTABLE
            kernel.vm.unevictable_pgs_culled += 1

    @staticmethod
    def drop_file_page(kernel: Kernel, pfn: int, mappings: list[Mapping], batch: Batch) -> bool:
        """A page of a file: unmapped; when dirty, put on its way to the file and kept until it is there; else
        dropped.
        """
        mem_map = kernel.pages.mem_map
        try_to_unmap(kernel, pfn, mappings, batch)
        mapping, index = mem_map.mapping[pfn], mem_map.index[pfn]
        if mem_map.flags[pfn] & PG_DIRTY:
            filemap.write_page(kernel, mapping, index)
            mem_map.flags[pfn] |= PG_WRITEBACK
            kernel.disk.write([pfn])
            return False
        kernel.workingset.evicted((mapping, index))
        filemap.remove_from_page_cache(kernel, mapping, index)
        return True
