"""Invariants: what must hold whenever the kernel is not at work. A check raises KernelPanic with what breaks it.

Tests run them after every program, the debugger may run them after every trap. They look at everything and are slow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from emu.isa.paging import PTE_R, PTE_U, PTE_V, PTE_W, PTE_X
from emu.kernel.mm.filemap import AddressSpace
from emu.kernel.mm.lru import list_of
from emu.kernel.mm.page import (
    PG_ANON,
    PG_BUDDY,
    PG_KERNEL,
    PG_LRU,
    PG_RESERVED,
    PG_SLAB,
    PG_SWAPCACHE,
    PG_TABLE,
    flag_names,
)
from emu.kernel.mm.swap import slot_of
from emu.kernel.mm.vma import VM_LOCKED, VM_RWX, VM_SHARED, VM_WRITE
from emu.kernel.panic import bug_on

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm


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


def address_spaces(kernel: Kernel) -> list[Mm]:
    """Each address space once."""
    return list({id(task.mm): task.mm for task in kernel.tasks.values() if task.mm is not None}.values())


def free_frames(kernel: Kernel) -> Iterator[int]:
    """Every frame in a free block or a per-cpu list, as often as it stands there."""
    for zone in kernel.pages.zones:
        for order, area in enumerate(zone.free_area):
            for pfn in area:
                bug_on(pfn & ((1 << order) - 1) != 0, "free block not aligned", pfn, order)
                yield from range(pfn, pfn + (1 << order))
        yield from zone.pcp


def check_free_frames(kernel: Kernel) -> None:
    """A frame is in use (refcount above 0), or in exactly one free block or per-cpu list."""
    mem_map = kernel.pages.mem_map
    frames = list(free_frames(kernel))
    counts = set(frames)
    bug_on(len(counts) != len(frames), "a frame is free twice", len(frames) - len(counts))
    bug_on(bool(mem_map.many.refcount[frames].any()), "a free frame has users")
    bug_on(not counts.isdisjoint(mem_map.mapping), "a free frame has a mapping")
    used = int(np.count_nonzero(mem_map.many.refcount[: mem_map.count]))
    bug_on(used + len(counts) != mem_map.count, "frames lost", used, len(counts), mem_map.count)
    for zone in kernel.pages.zones:
        blocks = sum(len(area) << order for order, area in enumerate(zone.free_area))
        bug_on(blocks != zone.nr_free, "nr_free is wrong", zone.name, blocks, zone.nr_free)
        for order, area in enumerate(zone.free_area):
            for pfn in area:
                marked = mem_map.flags[pfn] & PG_BUDDY or order == len(zone.free_area) - 1
                bug_on(not marked, "a free block without its mark", pfn)
                buddy_free = order < len(zone.free_area) - 1 and pfn ^ (1 << order) in area
                bug_on(buddy_free, "two free buddies did not merge", pfn, order)


def check_areas(mm: Mm) -> None:
    """Areas are sorted, don't overlap, lie in user space, and add up to total_vm."""
    bug_on([vma.vm_start for vma in mm.vmas] != mm.starts, "starts differ from areas")
    end = 0
    for vma in mm.vmas:
        bug_on(not end <= vma.vm_start < vma.vm_end <= mm.task_size, "areas overlap or lie outside", vma)
        bug_on(bool(vma.vm_start & 4095 or vma.vm_end & 4095), "area not page-aligned", vma)
        linked = vma.vm_file is None or vma in vma.mapping.areas
        bug_on(not linked or bool(vma.anon_vma and vma not in vma.anon_vma.areas), "area not in its rmap", vma)
        end = vma.vm_end
    total = sum(vma.pages for vma in mm.vmas)
    bug_on(total != mm.total_vm, "total_vm is wrong", total, mm.total_vm)
    locked = sum(vma.pages for vma in mm.vmas if vma.vm_flags & VM_LOCKED)
    bug_on(locked != mm.locked_vm, "locked_vm is wrong", locked, mm.locked_vm)


def tables(mm: Mm) -> Iterator[tuple[int, int, int]]:
    """(depth, frame, first address) of every table, from the root, by walking the real entries."""
    levels = mm.scheme.levels
    stack = [(0, mm.pgd, 0)]
    while stack:
        depth, table, base = stack.pop()
        yield depth, table, base
        if depth < len(levels) - 1:
            for index, pte in used_entries(mm, table << mm.cell_shift):
                if pte & PTE_V and not pte & (PTE_R | PTE_X):
                    stack.append((depth + 1, pte >> 10, base + (index << levels[depth].shift)))


def used_entries(mm: Mm, first: int) -> Iterator[tuple[int, int]]:
    """(index, entry) of a table's entries that are not 0."""
    table = mm.many_cells[first : first + (1 << mm.cell_shift)]
    used = table.nonzero()[0]
    yield from zip(used.tolist(), table[used].tolist(), strict=True)


def check_tables(mm: Mm) -> None:
    """The index of last-level tables is what a walk finds; every table is a PG_TABLE frame with one user."""
    mem_map, found, count = mm.pages.mem_map, {}, 0
    for depth, table, base in tables(mm):
        count += 1
        flags, users = mem_map.flags[table], mem_map.refcount[table]
        bug_on(not flags & PG_TABLE or users != 1, "a page table's frame", table, flags, users)
        if depth == len(mm.scheme.levels) - 1:
            found[base >> mm.pmd_shift] = table << mm.cell_shift
        else:
            used = len(list(used_entries(mm, table << mm.cell_shift)))
            bug_on(used != mem_map.index[table], "count of entries", table, used, mem_map.index[table])
    bug_on(found != mm.ptes, "mm.ptes differs from the tables", len(found), len(mm.ptes))
    aside = sum(1 for _, table in mm.huge.values() if table)
    bug_on(count + aside != mm.nr_tables, "nr_tables is wrong", count, aside, mm.nr_tables)


def entries(mm: Mm) -> Iterator[tuple[int, int]]:
    """(address, entry) of every last-level entry that is not 0."""
    for key, base in mm.ptes.items():
        for index, pte in used_entries(mm, base):
            yield (key << mm.pmd_shift) + (index << 12), pte
    for key, (cell, table) in mm.huge.items():
        for index in range(mm.pte_mask + 1 if table else 0):
            yield (key << mm.pmd_shift) + (index << 12), mm.cells[cell] + (index << 10)


def check_entries(mm: Mm) -> None:
    """An entry lies in an area and grants no more than it."""
    for addr, pte in entries(mm):
        vma = mm.vma_at(addr)
        bug_on(vma is None, "an entry outside all areas", hex(addr), hex(pte))
        if not pte & PTE_V:
            continue
        allowed = vma.prot_rw if vma.vm_flags & VM_WRITE else vma.prot_ro
        extra = pte & 0b11110 & ~allowed
        bug_on(bool(extra), "an entry grants more than its area", hex(addr), hex(pte), vma)
        bug_on(bool(vma.vm_flags & VM_RWX) != bool(pte & PTE_U), "U bit", hex(addr), hex(pte), vma)
        private = not vma.vm_flags & VM_SHARED and pte & PTE_W
        shared_frame = mm.pages.mem_map.mapcount[pte >> 10] > 1
        bug_on(bool(private and shared_frame), "a writable private entry to a shared frame", hex(addr), hex(pte))


def check_rss(mm: Mm) -> None:
    """The rss counters are what the entries say."""
    mem_map, anon, file, shmem = mm.pages.mem_map, 0, 0, 0
    for addr, pte in entries(mm):
        pfn = pte >> 10
        if not pte & PTE_V or pfn == mm.pages.zero_pfn:
            continue
        if mem_map.flags[pfn] & PG_ANON:
            anon += 1
        elif mm.vma_at(addr).mapping.is_shmem:
            shmem += 1
        else:
            file += 1
    bug_on((anon, file, shmem) != (mm.rss_anon, mm.rss_file, mm.rss_shmem), "rss", (anon, file, shmem), mm.rss)


def check_counts(kernel: Kernel) -> None:
    """mapcount is the number of entries that map a frame; refcount that plus the page cache's use, or 1 for a table."""
    mem_map, maps = kernel.pages.mem_map, Counter()
    for mm in address_spaces(kernel):
        maps.update(pte >> 10 for _, pte in entries(mm) if pte & PTE_V)
    maps.pop(kernel.pages.zero_pfn, None)
    huge_frames = frames_of_pool(kernel)
    for pfn in mem_map.many.refcount.nonzero()[0].tolist():
        users, flags = mem_map.refcount[pfn], mem_map.flags[pfn]
        if pfn in huge_frames or flags & (PG_RESERVED | PG_TABLE | PG_KERNEL | PG_SLAB):
            continue
        bug_on(mem_map.mapcount[pfn] != maps[pfn], "mapcount", pfn, mem_map.mapcount[pfn], maps[pfn])
        mapping = mem_map.mapping.get(pfn)
        cached = isinstance(mapping, AddressSpace) + bool(flags & PG_SWAPCACHE)
        bug_on(users != maps[pfn] + cached, "refcount", pfn, users, maps[pfn], flag_names(flags))


def frames_of_pool(kernel: Kernel) -> set[int]:
    """The frames of huge pages that were set aside, in use or not: as many as the pool says."""
    pool, size = kernel.huge_pool, 1 << kernel.huge_pool.order
    blocks = [*pool.free, *(pfn for file in kernel.shmem_files for pfn in getattr(file, "huge_blocks", {}).values())]
    shared = set(blocks)
    for mm in address_spaces(kernel):
        mine = [mm.cells[cell] >> 10 for cell, table in mm.huge.values() if not table]
        blocks += [pfn for pfn in mine if pfn not in shared]
    bug_on(len(blocks) != pool.total, "the pool of huge pages", len(blocks), pool.total)
    bug_on(not 0 <= pool.reserved <= len(pool.free), "reserved huge pages", pool.reserved, len(pool.free))
    return {frame for block in blocks for frame in range(block, block + size)}


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
        bug_on(not mapping.dirty.keys() <= mapping.pages.keys(), "a dirty page is not cached")
    bug_on(total != kernel.vm.nr_file_pages, "nr_file_pages", total, kernel.vm.nr_file_pages)
