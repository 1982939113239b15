"""What frames are kept for: the LRU lists, the page cache, swap."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from emu.isa.paging import PTE_V
from emu.kernel.check.spaces import entries
from emu.kernel.mm.filemap import AddressSpace
from emu.kernel.mm.lru import list_of
from emu.kernel.mm.mm import address_spaces
from emu.kernel.mm.page import (
    PG_LRU,
    PG_SWAPCACHE,
    flag_names,
)
from emu.kernel.mm.swap import slot_of
from emu.kernel.panic import bug_on

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


def check_lru(kernel: Kernel) -> None:
    """A page is on the list that its flags name, once."""
    lru, mem_map = kernel.pages.lru, kernel.pages.mem_map
    seen: set[int] = set()
    for which, lru_list in enumerate(lru.lists):
        pages = list(lru.pages(which))
        bug_on(len(pages) != lru_list.count, "count of an LRU list", which, len(pages), lru_list.count)
        for pfn in pages:
            flags = mem_map.flags[pfn]
            wrong = pfn in seen or not flags & PG_LRU or list_of(flags) != which or not mem_map.refcount[pfn]
            bug_on(wrong, "a page on the wrong list", pfn, which, flags)
            seen.add(pfn)


def check_swap(kernel: Kernel) -> None:
    """A slot's count is the number of entries (and shared pages) that refer to it; frame and slot agree on each
    other.
    """
    swap, mem_map, references = kernel.swap, kernel.pages.mem_map, Counter()
    for mm in address_spaces(kernel):
        mine = [slot_of(pte) for _, pte in entries(mm) if not pte & PTE_V]
        bug_on(len(mine) != mm.swapents, "swapents", len(mine), mm.swapents)
        references.update(mine)
    for inode in kernel.shmem_files:
        references.update(inode.swapped.values())
    for slot in range(1, swap.area.pages):
        count, used = swap.area.count[slot], swap.area.used[slot]
        bug_on(count != references[slot], "count of a swap slot", slot, count, references[slot])
        bug_on(used != (count > 0 or slot in swap.cache), "use of a swap slot", slot, used, count)
    for slot, pfn in swap.cache.items():
        wrong = mem_map.private[pfn] != slot or not mem_map.flags[pfn] & PG_SWAPCACHE
        bug_on(wrong, "swap cache", slot, pfn, flag_names(mem_map.flags[pfn]))
    taken, free = sum(swap.area.used), swap.area.free
    bug_on(swap.area.pages > 0 and taken + free != swap.area.pages - 1, "free swap", taken, free)


def cached_files(kernel: Kernel) -> list[AddressSpace]:
    """Every file with pages in the cache."""
    found = {id(m): m for m in kernel.pages.mem_map.mapping.values() if isinstance(m, AddressSpace)}
    return list(found.values())


def check_page_cache(kernel: Kernel) -> None:
    """Frame and file agree on each other."""
    total = 0
    for mapping in cached_files(kernel):
        total += len(mapping.pages)
        for index, pfn in mapping.pages.items():
            mem_map = kernel.pages.mem_map
            wrong = mem_map.mapping.get(pfn) is not mapping or mem_map.index[pfn] != index
            bug_on(wrong, "page cache", mapping.host.ino, index, pfn)
            bug_on(bool(mem_map.flags[pfn] & PG_SWAPCACHE), "in the page cache and the swap cache", pfn)
        bug_on(not mapping.dirty.keys() <= mapping.pages.keys(), "a dirty page is not cached")
    bug_on(total != kernel.vm.nr_file_pages, "nr_file_pages", total, kernel.vm.nr_file_pages)
