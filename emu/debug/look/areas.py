"""`vmmap` and `pagetable`: the areas of an address space with what of them is there, and its table as merged ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from emu.debug.look.subject import mm_of
from emu.debug.look.words import address, number, plural, size
from emu.debug.view import Facts, Line, Table, View
from emu.isa.paging import PTE_D, PTE_PPN_SHIFT, PTE_V, pte_flags
from emu.kernel.mm.mm import Mm
from emu.kernel.mm.page import PG_ANON
from emu.kernel.mm.vma import Vma

MOST_ROWS = 4096
PTE_BITS = (1 << PTE_PPN_SHIFT) - 1  # all but the frame: flags, and the two bits left to the kernel


class Run(NamedTuple):
    """Pages in a row with the same low bits: of consecutive frames, or all on swap (frame is then the first slot)."""

    va: int
    pages: int
    frame: int
    flags: int
    page_size: int


def entries(mm: Mm, start: int = 0, end: int = 1 << 64) -> Iterator[tuple[int, np.ndarray]]:
    """(address of the first, entries) of each last-level table, cut to start … end; ascending."""
    span = 1 << mm.pmd_shift
    for key in sorted(mm.ptes):
        low, high = max(start, key * span), min(end, (key + 1) * span)
        if low < high:
            base = mm.ptes[key] + (low >> 12 & mm.pte_mask)
            yield low, mm.many_cells[base : base + (high - low >> 12)].astype(np.uint64)


def runs(mm: Mm) -> list[Run]:
    """The page table, ranges merged: huge pages one by one, else pages whose frames and bits go on."""
    found = [
        Run(key << mm.pmd_shift, 1, mm.cells[cell] >> 10, mm.cells[cell] & PTE_BITS, 1 << mm.pmd_shift)
        for key, (cell, _) in mm.huge.items()
    ]
    for low, cells in entries(mm):
        used = np.flatnonzero(cells)
        if not len(used):
            continue
        values = cells[used]
        frames, bits = values >> np.uint64(PTE_PPN_SHIFT), values & np.uint64(PTE_BITS)
        breaks = (np.diff(used) != 1) | (np.diff(frames) != 1) | (np.diff(bits) != 0)
        starts = np.concatenate(([0], np.flatnonzero(breaks) + 1))
        ends = np.concatenate((starts[1:], [len(used)]))
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True):
            value = int(values[a])
            found.append(Run(low + (int(used[a]) << 12), b - a, value >> 10, value & PTE_BITS, 4096))
    return sorted(found)


def pagetable(session: Any, pid: int | None = None) -> View:
    """Every mapped or swapped range: virtual, physical, rights."""
    mm = mm_of(session, pid)
    bits = mm.scheme.va_bits if mm.wide else 32
    rows = [mapped_range(mm, run) for run in runs(mm)]
    data = {
        "pid": session.pid if pid is None else pid,
        "scheme": mm.scheme.name,
        "root": mm.pgd << 12,
        "tables": mm.nr_tables,
        "ranges": rows,
    }
    cells = [range_cells(row, bits) for row in rows[:MOST_ROWS]]
    title = f"{mm.scheme.name}, root table at {mm.pgd << 12:#x}, {plural(mm.nr_tables, 'table')}"
    columns = ("from", "to", "size", "physical", "DAGUXWRV", "page", "area")
    notes = [f"{len(rows) - MOST_ROWS} more ranges"] if len(rows) > MOST_ROWS else []
    return View("pagetable", data, [Table(columns, cells, title, right=(2,))], notes)


def mapped_range(mm: Mm, run: Run) -> dict[str, Any]:
    """A range as data."""
    mapped = bool(run.flags & PTE_V)
    return {
        "va": run.va,
        "pages": run.pages,
        "page_size": run.page_size,
        "state": "mapped" if mapped else "swapped",
        **({"pa": run.frame << 12} if mapped else {"slot": run.frame}),
        "flags": pte_flags(run.flags),
        "area": area_name(mm, run.va),
    }


def range_cells(row: dict[str, Any], bits: int) -> list[Line]:
    """And as a row of the table."""
    length = row["pages"] * row["page_size"]
    ends: list[Line] = [[(address(at, bits), "addr")] for at in (row["va"], row["va"] + length)]
    if "pa" in row:
        target: list[Line] = [[(f"{row['pa']:#x}", "addr")], row["flags"]]
    else:
        target = [[(f"swap slot {row['slot']}", "warn")], ""]
    return [*ends, size(length), *target, size(row["page_size"]), row["area"]]


def area_name(mm: Mm, va: int) -> str:
    """The name of the area at an address."""
    vma = mm.vma_at(va)
    return (mm.name_of(vma) or "anonymous") if vma else ""


def resident(mm: Mm, vma: Vma) -> dict[str, int]:
    """Pages of an area: present, of them anonymous and dirty; on swap."""
    flags, zero = mm.pages.mem_map.many.flags, mm.pages.zero_pfn
    count = {"present": 0, "anonymous": 0, "dirty": 0, "swapped": 0, "huge": 0}
    for _, cells in entries(mm, vma.vm_start, vma.vm_end):
        valid = cells[(cells & np.uint64(PTE_V)) != 0]
        pfns = (valid >> np.uint64(10)).astype(np.int64)
        count["present"] += int((pfns != zero).sum())
        pfns = pfns[(pfns >= 0) & (pfns < len(flags))]  # an entry that the user has set may point anywhere
        count["anonymous"] += int(((flags[pfns] & PG_ANON) != 0).sum())
        count["dirty"] += int(((valid & np.uint64(PTE_D)) != 0).sum())
        count["swapped"] += int(np.count_nonzero(cells)) - len(valid)
    for key in mm.huge:
        if vma.vm_start <= key << mm.pmd_shift < vma.vm_end:
            pages = 1 << mm.cell_shift
            for name in ("present", "anonymous", "dirty", "huge"):
                count[name] += pages
    return count


def vmmap(session: Any, pid: int | None = None) -> View:
    """The areas, as /proc/PID/maps has them, with how many of their pages are in memory or on swap."""
    mm = mm_of(session, pid)
    bits = mm.scheme.va_bits if mm.wide else 32
    rows = [area(mm, vma) for vma in mm.vmas]
    totals = {name: sum(row[name] for row in rows) for name in ("pages", "present", "anonymous", "dirty", "swapped")}
    data = {
        "pid": session.pid if pid is None else pid,
        "areas": rows,
        "total": totals,
        "brk": mm.brk,
        "mmap_base": mm.mmap_base,
    }
    columns = ("from", "to", "rights", "size", "present", "anon", "dirty", "swapped", "offset", "name")
    table = Table(columns, [area_cells(row, bits) for row in rows], right=(3, 4, 5, 6, 7, 8))
    sums = [(what, plural(totals[name], "page")) for what, name in (("total", "pages"), ("present", "present"))]
    return View("vmmap", data, [table, Facts([*sums, ("heap ends", f"{mm.brk:#x} (brk)")])])


def area(mm: Mm, vma: Vma) -> dict[str, Any]:
    """One area as data."""
    return {
        "start": vma.vm_start,
        "end": vma.vm_end,
        "rights": vma.letters(),
        "name": mm.name_of(vma) or "anonymous",
        "pages": vma.pages,
        "file": vma.vm_file.path if vma.vm_file else "",
        "offset": vma.vm_pgoff << 12 if vma.vm_file else 0,
        **resident(mm, vma),
    }


def area_cells(row: dict[str, Any], bits: int) -> list[Line]:
    """And as a row of the table."""
    ends: list[Line] = [[(address(row[end], bits), "addr")] for end in ("start", "end")]
    counts = [number(row[name]) if row[name] else "" for name in ("present", "anonymous", "dirty", "swapped")]
    offset = f"{row['offset']:#x}" if row["file"] else ""
    return [*ends, row["rights"], size(row["pages"] << 12), *counts, offset, row["name"]]
