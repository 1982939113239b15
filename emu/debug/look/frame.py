"""`frame PFN`, `rmap PFN`: who has a frame of memory, where it stands, and every entry that maps it."""

from __future__ import annotations

from typing import Any

import numpy as np

from emu.debug.look import owners
from emu.debug.look.subject import kernel_of
from emu.debug.look.words import plural, symbol
from emu.debug.view import Facts, Line, Table, View
from emu.errors import EmuError
from emu.isa.paging import pte_flags
from emu.kernel.mm.lru import LIST_NAMES
from emu.kernel.mm.lru import list_of as lru_list
from emu.kernel.mm.page import flag_names


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
        "pfn": pfn,
        "address": pfn << 12,
        "owner": owners.kind_of(kernel, pfn),
        "what": owners.name_of(session, pfn << 12),
        "flags": flag_names(mem_map.flags[pfn]),
        "refcount": mem_map.refcount[pfn],
        "mapcount": mem_map.mapcount[pfn],
        "index": mem_map.index[pfn],
        "zone": kernel.pages.zone_of(pfn).name,
        "node": kernel.pages.zone_of(pfn).node,
        "list": list_of(kernel, pfn),
        "mappings": mappings(session, pfn),
    }
    if data["owner"] == "table":
        data["table"] = table(kernel, pfn)
    view = View("frame", data, [facts(kernel, data)])
    if data["mappings"]:
        view.blocks.append(mapping_table(data["mappings"]))
    return view


def list_of(kernel: Any, pfn: int) -> str:
    """Where a frame waits: a list of reclaim, a per-cpu list, a free block."""
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
                f"{t['level']} of pid {t['pid']}, from {t['va']:#x} on: {t['used']} of {t['entries']} entries in use",
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
