"""`frames`, `frame PFN`, `rmap PFN`: who owns physical memory, frame by frame, and every entry that maps one."""

from __future__ import annotations

from typing import Any

import numpy as np

from emu.debug.look import owners
from emu.debug.look.subject import kernel_of
from emu.debug.look.words import number, plural, share, size, symbol
from emu.debug.view import Facts, Line, Table, Text, View
from emu.errors import EmuError
from emu.isa.paging import pte_flags
from emu.kernel.mm.page import (
    PG_ANON,
    PG_BUDDY,
    PG_KERNEL,
    PG_RESERVED,
    PG_SLAB,
    PG_SWAPCACHE,
    PG_TABLE,
    flag_names,
)

WIDTH, ROWS = 64, 32
NAMES = tuple(owners.KINDS)


def classify(kernel: Any) -> np.ndarray:
    """The index into owners.KINDS of every frame, all at once."""
    mem_map = kernel.pages.mem_map
    flags, used = mem_map.many.flags, mem_map.many.refcount > 0
    kinds = np.full(mem_map.count, NAMES.index("anon"), dtype=np.uint8)
    kinds[(flags & PG_SWAPCACHE != 0) & (flags & PG_ANON == 0)] = NAMES.index("swapcache")
    for pfn, mapping in mem_map.mapping.items():
        if hasattr(mapping, "host"):
            kinds[pfn] = NAMES.index("shmem" if mapping.is_shmem else "file")
    for bit, name in ((PG_TABLE, "table"), (PG_SLAB, "slab"), (PG_KERNEL, "pipe")):
        kinds[flags & bit != 0] = NAMES.index(name)
    for first in huge_blocks(kernel):
        kinds[first : first + (1 << kernel.huge_pool.order)] = NAMES.index("hugetlb")
    kinds[~used | (flags & PG_BUDDY != 0)] = NAMES.index("free")
    kinds[flags & PG_RESERVED != 0] = NAMES.index("reserved")
    return kinds


def huge_blocks(kernel: Any) -> list[int]:
    """First frames of the huge pages that were set aside, mapped or not."""
    mapped = [
        mm.cells[cell] >> 10
        for mm in owners.address_spaces(kernel).values()
        for cell, table in mm.huge.values()
        if not table
    ]
    return [*kernel.huge_pool.free, *mapped]


def frames(session: Any, ranges: bool = False) -> View:
    """A map of physical memory: counts by owner, a drawing, and with `ranges` the runs of equal owners."""
    kernel = kernel_of(session)
    kinds = classify(kernel)
    counts = {name: int((kinds == k).sum()) for k, name in enumerate(NAMES)}
    found = merged(kinds)
    data = {"frames": len(kinds), "counts": counts, "ranges": found}
    rows = [
        [name, owners.KINDS[name][1], number(n), size(n << 12), share(n, len(kinds)), owners.KINDS[name][0]]
        for name, n in counts.items()
        if n
    ]
    blocks = [Table(("owner", "", "frames", "size", "share", "meaning"), rows, right=(2, 3, 4)), drawing(kinds)]
    if ranges:
        cells = [[[(f"{r['first']:#x}", "addr")], number(r["frames"]), r["owner"]] for r in found[:4096]]
        blocks.append(Table(("first pfn", "frames", "owner"), cells, right=(1,)))
    return View("frames", data, blocks)


def merged(kinds: np.ndarray) -> list[dict[str, Any]]:
    """Runs of frames with the same kind of owner."""
    starts = np.concatenate(([0], np.flatnonzero(np.diff(kinds)) + 1))
    ends = np.concatenate((starts[1:], [len(kinds)]))
    return [
        {"first": a, "frames": b - a, "owner": NAMES[kinds[a]]}
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def drawing(kinds: np.ndarray) -> Text:
    """A letter for each frame, or for a block of frames the rarest owner in it; rows of only free memory are left out."""
    block = 1
    while -(-len(kinds) // block) > WIDTH * ROWS:
        block *= 2
    weight = np.bincount(kinds, minlength=len(NAMES))
    letters = "".join(owners.KINDS[name][1] for name in NAMES)
    lines: list[Line] = []
    for start in range(0, len(kinds), WIDTH * block):
        row = kinds[start : start + WIDTH * block]
        if not row.any():
            continue
        cells = (row[k : k + block] for k in range(0, len(row), block))
        text = "".join(letters[min(np.unique(cell).tolist(), key=lambda kind: weight[kind])] for cell in cells)
        lines.append([(f"{start << 12:>12x}  ", "addr"), (text, "value")])
    each = "1 frame" if block == 1 else f"{block} frames, shown by the rarest owner in them"
    return Text(lines, title=f"a letter stands for {each}; rows that are all free are left out", plain=[])


def checked(session: Any, pfn: int) -> Any:
    """The kernel, for a frame number that exists. EmuError."""
    kernel = kernel_of(session)
    if not 0 <= pfn < kernel.pages.mem_map.count:
        raise EmuError(
            f"there is no frame {pfn:#x}",
            hint=f"frames: 0 to {kernel.pages.mem_map.count - 1:#x}; of a physical address it is PA >> 12",
        )
    return kernel


def frame(session: Any, pfn: int) -> View:
    """struct page: who has the frame, its flags and counts, where it stands on the lists, who maps it."""
    kernel = checked(session, pfn)
    mem_map = kernel.pages.mem_map
    data: dict[str, Any] = {
        "pfn": pfn, "address": pfn << 12, "owner": owners.kind_of(kernel, pfn), "what": owners.name_of(session, pfn << 12),
        "flags": flag_names(mem_map.flags[pfn]), "refcount": mem_map.refcount[pfn], "mapcount": mem_map.mapcount[pfn],
        "index": mem_map.index[pfn], "zone": kernel.pages.zone_of(pfn).name, "node": kernel.pages.zone_of(pfn).node,
        "list": list_of(kernel, pfn), "mappings": mappings(session, pfn),
    }  # fmt: skip
    if data["owner"] == "table":
        data["table"] = table(kernel, pfn)
    view = View("frame", data, [facts(kernel, data)])
    if data["mappings"]:
        view.blocks.append(mapping_table(data["mappings"]))
    return view


def list_of(kernel: Any, pfn: int) -> str:
    """Where a frame waits: a list of reclaim, a per-cpu list, a free block."""
    from emu.kernel.mm.lru import LIST_NAMES
    from emu.kernel.mm.lru import list_of as lru_list

    pages, flags = kernel.pages, kernel.pages.mem_map.flags[pfn]
    zone = pages.zone_of(pfn)
    if pfn in zone.pcp:
        return f"{zone.name}: per-cpu list"
    for order, area in enumerate(zone.free_area):
        if pfn >> order << order in area:
            return f"{zone.name}: free block of order {order} at {pfn >> order << order:#x}"
    if pages.lru.holds(pfn):
        return LIST_NAMES[lru_list(flags)]
    return (
        f"pending, then {LIST_NAMES[lru_list(flags)]}"
        if pfn in pages.lru.pending and pfn in pages.mem_map.mapping
        else ""
    )


def table(kernel: Any, pfn: int) -> dict[str, Any]:
    """What a page table maps and how many of its entries are in use."""
    found = owners.table_at(kernel, pfn)
    if found is None:
        return {}
    pid, level, va = found
    mm = kernel.tasks[pid].mm
    cells = mm.many_cells[pfn << mm.cell_shift : (pfn + 1) << mm.cell_shift]
    return {"pid": pid, "level": level, "va": va, "used": int(np.count_nonzero(cells)), "entries": len(cells)}


def mappings(session: Any, pfn: int) -> list[dict[str, Any]]:
    """Every entry that maps the frame."""
    kernel, found = session.kernel, []
    for user in owners.mappings(kernel, pfn):
        mm = kernel.tasks[user.pid].mm if user.pid in kernel.tasks else None
        vma = mm.vma_at(user.va) if mm else None
        name = session.symbolize(user.va) if user.pid == session.pid else ""
        area = (mm.name_of(vma) or "anonymous") if vma else ""
        found.append(
            {
                "pid": user.pid,
                "va": user.va,
                "pte_address": user.pte_address,
                "flags": pte_flags(user.pte),
                "area": area,
                "symbol": name,
            }
        )
    return found


def facts(kernel: Any, data: dict[str, Any]) -> Facts:
    """A frame's own facts."""
    rows: list[tuple[str, Line]] = [
        ("frame", f"{data['pfn']} ({data['pfn']:#x}), physical {data['address']:#x} to {data['address'] + 4095:#x}"),
        ("owner", f"{data['owner']}: {owners.KINDS[data['owner']][0]}"),
        ("holds", symbol(data["what"]) or "nothing that is known"),
        ("counts", f"refcount {data['refcount']}, {plural(data['mapcount'], 'mapping')}"),
        ("flags", data["flags"] or "none"),
        ("zone", f"{data['zone']} of node {data['node']}"),
    ]
    if data["list"]:
        rows.append(("list", data["list"]))
    if t := data.get("table"):
        rows.append(
            (
                "table",
                f"{t['level']} of pid {t['pid']} for addresses from {t['va']:#x}: {t['used']} of {t['entries']} entries in use",
            )
        )
    if data["pfn"] in kernel.reading:
        rows.append(("disk", f"is being read until cycle {kernel.reading[data['pfn']]:,}"))
    return Facts(rows)


def mapping_table(rows: list[dict[str, Any]]) -> Table:
    """Who maps it."""
    cells = [
        [
            str(r["pid"]),
            [(f"{r['va']:#x}", "addr")],
            [(f"{r['pte_address']:#x}", "addr")],
            r["flags"],
            r["area"],
            symbol(r["symbol"]),
        ]
        for r in rows
    ]
    return Table(("pid", "virtual", "entry at", "DAGUXWRV", "area", "symbol"), cells, right=(0,))


def rmap(session: Any, pfn: int) -> View:
    """Every page-table entry that maps a frame, found as reclaim finds it: through its mapping and index."""
    kernel = checked(session, pfn)
    rows = mappings(session, pfn)
    mapping = kernel.pages.mem_map.mapping.get(pfn)
    through = (
        "nothing" if mapping is None else owners.file_name(kernel, mapping) if hasattr(mapping, "host") else "anon_vma"
    )
    data = {
        "pfn": pfn,
        "mapcount": kernel.pages.mem_map.mapcount[pfn],
        "through": through,
        "areas": len(getattr(mapping, "areas", ())),
        "mappings": rows,
    }
    view = View("rmap", data)
    view.blocks.append(
        Facts(
            [
                ("frame", f"{pfn:#x}"),
                ("mapping", through),
                ("areas", plural(data["areas"], "area") + " to look in"),
                ("mapped", plural(data["mapcount"], "time")),
            ]
        )
    )
    if rows:
        view.blocks.append(mapping_table(rows))
    return view
