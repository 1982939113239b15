"""Pages on their way to swap: a slot, the write, and what becomes of the frame after it (Linux: mm/page_io.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emu.kernel.mm import filemap
from emu.kernel.mm.page import PAGE_SIZE, PG_DIRTY, PG_LOCKED, PG_SWAPCACHE, PG_WRITEBACK
from emu.kernel.mm.swap import runs

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

REQUEST_PAGES = 32  # written to swap at once; the frames are free when the whole request is done


class SwapWriter:
    """The part of reclaim that deals with the swap area."""

    kernel: Kernel

    def add_to_swap(self, pfn: int) -> bool:
        """Give an anonymous or shared-memory page a slot and enter it in the swap cache; False when swap is full."""
        swap, mem_map = self.kernel.swap, self.kernel.pages.mem_map
        flags = mem_map.flags[pfn]
        if flags & PG_SWAPCACHE:
            return True
        slot = swap.area.take_one()
        if not slot:
            return False
        mem_map.flags[pfn] = flags | PG_DIRTY
        swap.add_to_cache(pfn, slot)
        return True

    def write_to_swap(self, pages: list[int]) -> int:
        """Pages that are unmapped: a clean copy on swap frees the frame now, the others when their write is done."""
        kernel, swap = self.kernel, self.kernel.swap
        many, at = kernel.pages.mem_map.many, np.array(pages)
        flags, slots = many.flags[at], many.private[at]
        kernel.workingset.evicted_all(slots.tolist())
        changed = (flags & PG_DIRTY) != 0
        many.flags[at[changed]] = flags[changed] & ~np.uint32(PG_DIRTY) | PG_WRITEBACK
        clean, dirty = at[~changed], slots[changed].tolist()
        swap.drop_unmapped(clean)
        for run in runs(sorted(dirty), REQUEST_PAGES):
            frames = [swap.cache[slot] for slot in run]
            swap.area.write(run[0], [kernel.ram[pfn << 12 : (pfn << 12) + PAGE_SIZE] for pfn in frames])
            kernel.swap_disk.write(frames)
        kernel.vm.pswpout += len(dirty)
        if dirty and kernel.tracer is not None:
            kernel.tracer.emit(
                kernel, "swap_out", slots=sorted(dirty), pfns=[swap.cache[slot] for slot in sorted(dirty)]
            )
        return len(clean) + len(dirty)

    def end_writeback(self, pfns: list[int]) -> None:
        """A write is done: frames that nobody has mapped again in the meantime are free."""
        kernel = self.kernel
        mem_map, lru = kernel.pages.mem_map, kernel.pages.lru
        unmapped = []
        for pfn in pfns:
            if not mem_map.flags[pfn] & PG_WRITEBACK:
                continue  # its file was cut off before the write was done: the frame is another's by now
            flags = mem_map.flags[pfn] & ~PG_WRITEBACK
            mem_map.flags[pfn] = flags
            if flags & PG_SWAPCACHE:
                if mem_map.refcount[pfn] == 1:
                    unmapped.append(pfn)
                elif pfn in mem_map.mapping and not lru.holds(pfn):
                    lru.add(pfn)
            elif not flags & (PG_DIRTY | PG_LOCKED) and mem_map.refcount[pfn] == 1 and pfn in mem_map.mapping:
                if mem_map.mapcount[pfn]:
                    continue
                mapping, index = mem_map.mapping[pfn], mem_map.index[pfn]
                kernel.workingset.evicted((mapping, index))
                filemap.remove_from_page_cache(kernel, mapping, index)
        kernel.swap.drop_unmapped(np.array(unmapped, dtype=np.int64))
