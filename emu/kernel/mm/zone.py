"""Nodes and zones: which frames exist, how many are free, when to worry (Linux: mmzone.h, page_alloc.c "watermarks").

Node 0  |  DMA32: pfn 0 … 4 GB  |  Normal: above  |      (RV32: Normal only)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isqrt

MAX_ORDER = 10  # blocks of 1 … 2^10 frames
DMA32_END = 1 << 20  # pfn of 4 GB
WATERMARK_SCALE_FACTOR = 10  # at boot, in 1/10000 of the zone


@dataclass(slots=True, eq=False)
class Zone:
    """A range of frames with its own free blocks, per-cpu list and watermarks (all counted in pages)."""

    name: str
    node: int
    start: int
    end: int
    free_area: list[dict[int, None]] = field(default_factory=lambda: [{} for _ in range(MAX_ORDER + 1)])
    nr_free: int = 0  # in free_area; the pcp list is apart, as in Linux
    pcp: list[int] = field(default_factory=list)  # single frames ready to hand out, the last one first
    pcp_batch: int = 1
    pcp_high: int = 0
    managed: int = 0
    freed: int = 0  # pages that were given back, ever
    boost: int = 0
    min: int = 0
    low: int = 0
    high: int = 0

    @property
    def spanned(self) -> int:
        """Frames from its first to its last."""
        return self.end - self.start

    @property
    def free(self) -> int:
        """Free frames, wherever they stand."""
        return self.nr_free + len(self.pcp)


def make_zones(count: int, xlen: int, nodes: int = 1) -> list[Zone]:
    """Divide `count` frames evenly among nodes, each node at the 4 GB line."""
    zones = []
    bounds = [count * n // nodes & -1024 for n in range(nodes)] + [count]
    line = DMA32_END if xlen == 64 else 0
    for node in range(nodes):
        start, end = bounds[node], bounds[node + 1]
        split = min(max(start, line), end)
        for name, low, high in (("DMA32", start, split), ("Normal", split, end)):
            if low < high:
                zones.append(Zone(name, node, low, high))
    return zones


def zonelist(zones: list[Zone], node: int) -> list[Zone]:
    """Where an allocation on `node` looks: its own zones first, the highest first, then the other nodes'."""
    return sorted(zones, key=lambda zone: (zone.node != node, zone.node, -zone.start))


def default_min_free_kbytes(pages: int) -> int:
    """Linux's init_per_zone_wmark_min: 4 * sqrt(lowmem), between 128 kB and 256 MB, and never more than 1/32 of all."""
    return min(max(isqrt(pages * 4 * 16), 128), 262144, max(4, pages * 4 // 32))


def setup_watermarks(zones: list[Zone], min_free_kbytes: int, scale: int) -> None:
    """Share min_free_kbytes among the zones by size; low and high lie above it by a fraction of the zone, at least
    `scale` in 10000.
    """
    total = sum(zone.managed for zone in zones) or 1
    for zone in zones:
        zone.min = (min_free_kbytes // 4) * zone.managed // total
        step = max(zone.min // 4, zone.managed * scale // 10000)
        zone.low, zone.high = zone.min + step, zone.min + 2 * step


def setup_pcp(zone: Zone) -> None:
    """Batch and bound of the per-cpu list: Linux's zone_batchsize, 63 pages at most."""
    zone.pcp_batch = max(1, min(63, zone.managed >> 10))
    zone.pcp_high = 6 * zone.pcp_batch
