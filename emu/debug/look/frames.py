"""`frames`, `frame PFN`, `rmap PFN`: who owns physical memory, frame by frame, and every entry that maps one."""

from __future__ import annotations

from typing import Any

import numpy as np

from emu.debug.look import owners
from emu.debug.look.subject import kernel_of
from emu.debug.look.words import number, share, size
from emu.debug.view import Line, Table, Text, View
from emu.kernel.mm.page import (
    PG_ANON,
    PG_BUDDY,
    PG_RESERVED,
    PG_SWAPCACHE,
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
    for bit, name in owners.MARKED:
        kinds[flags & bit != 0] = NAMES.index(name)
    for first in kernel.huge_pool.blocks():
        kinds[first : first + (1 << kernel.huge_pool.order)] = NAMES.index("hugetlb")
    kinds[~used | (flags & PG_BUDDY != 0)] = NAMES.index("free")
    kinds[flags & PG_RESERVED != 0] = NAMES.index("reserved")
    return kinds


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
    blocks = [Table(("owner", "letter", "frames", "size", "share", "meaning"), rows, right=(2, 3, 4)), drawing(kinds)]
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
    """A letter for each frame, or for a block of frames its rarest owner; rows of only free memory are left out."""
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
    return Text(lines, title=f"a letter: {each}; rows that are all free are left out", plain=[])
