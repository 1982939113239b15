"""`buddy`, `zone`, `slab`: free memory by zone and block size, watermarks, and the kernel's own objects."""

from __future__ import annotations

from typing import Any

from emu.debug.look.subject import kernel_of
from emu.debug.look.words import number, size
from emu.debug.view import Facts, Table, View
from emu.kernel.mm.zone import MAX_ORDER


def buddy(session: Any) -> View:
    """Free blocks of each order, and which would be handed out next."""
    zones = []
    for zone in kernel_of(session).pages.zones:
        blocks = [len(area) for area in zone.free_area]
        order = next((n for n, count in enumerate(blocks) if count), None)
        first = next(reversed(zone.free_area[order])) if order is not None else None
        largest = max((n for n, count in enumerate(blocks) if count), default=None)
        zones.append(
            {
                "node": zone.node,
                "zone": zone.name,
                "blocks": blocks,
                "free": zone.nr_free,
                "pcp": len(zone.pcp),
                "next_block": first,
                "next_order": order,
                "next_frame": zone.pcp[-1] if zone.pcp else None,
                "largest_order": largest,
            }
        )
    columns = ("node", "zone", *(f"{n}" for n in range(MAX_ORDER + 1)), "pages", "per-cpu")
    rows = [[str(z["node"]), z["zone"], *map(number, z["blocks"]), number(z["free"]), number(z["pcp"])] for z in zones]
    table = Table(columns, rows, "free blocks of 2^order frames, by order", right=(0, *range(2, MAX_ORDER + 5)))
    return View("buddy", {"zones": zones}, [table, Facts([(z["zone"], upcoming(z)) for z in zones])])


def upcoming(zone: dict[str, Any]) -> str:
    """Where the next frame comes from."""
    if zone["next_frame"] is not None:
        return f"next frame {zone['next_frame']:#x}, from the per-cpu list"
    if zone["next_block"] is None:
        return "nothing is free"
    return f"next frame {zone['next_block']:#x}, from a block of order {zone['next_order']}"


def zone(session: Any) -> View:
    """Zones with their watermarks, and what free memory means against them."""
    rows = [watermarks(each) for each in kernel_of(session).pages.zones]
    columns = ("node", "zone", "frames", "free", "min", "low", "high", "per-cpu", "means")
    cells = []
    for r in rows:
        frames = [number(r[name]) for name in ("managed", "free", "min", "low", "high")]
        cells.append([str(r["node"]), r["zone"], *frames, f"{r['pcp']} of {r['pcp_high']}", r["state"]])
    return View("zone", {"zones": rows}, [Table(columns, cells, right=(0, 2, 3, 4, 5, 6, 7))])


def watermarks(zone: Any) -> dict[str, Any]:
    """A zone as data; all counts are frames."""
    return {
        "node": zone.node,
        "zone": zone.name,
        "first": zone.start,
        "end": zone.end,
        **{name: getattr(zone, name) for name in ("managed", "free", "min", "low", "high", "boost")},
        "pcp": len(zone.pcp),
        "pcp_batch": zone.pcp_batch,
        "pcp_high": zone.pcp_high,
        "state": pressure(zone),
    }


def pressure(zone: Any) -> str:
    """What free memory means for reclaim."""
    if zone.nr_free <= zone.min:
        return "below min: whoever allocates must reclaim"
    if zone.nr_free < zone.low:
        return "below low: kswapd is woken"
    return "between low and high: kswapd goes on if it runs" if zone.nr_free < zone.high else "enough is free"


def slab(session: Any) -> View:
    """Caches of the kernel's objects: as slabtop shows them."""
    caches = []
    for each in kernel_of(session).slab.caches.values():
        caches.append(
            {
                "cache": each.name,
                "active": each.active,
                "objects": each.total,
                "size": each.size,
                "slabs": len(each.slabs),
                "per_slab": each.per_slab,
                "pages": len(each.slabs) << each.order,
                "frames": sorted(each.slabs),
            }
        )
    columns = ("cache", "active", "objects", "object size", "slabs", "objects/slab", "memory")
    cells = [
        [
            c["cache"],
            number(c["active"]),
            number(c["objects"]),
            str(c["size"]),
            str(c["slabs"]),
            str(c["per_slab"]),
            size(c["pages"] << 12),
        ]
        for c in caches
    ]
    return View("slab", {"caches": caches}, [Table(columns, cells, right=(1, 2, 3, 4, 5, 6))])
