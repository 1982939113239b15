"""`lru`, `swap`, `pagecache`: the lists that reclaim chooses from, what went to the disk, what files have in memory."""

from __future__ import annotations

from typing import Any

from emu.debug.look import owners
from emu.debug.look.areas import runs
from emu.debug.look.subject import address_spaces, kernel_of
from emu.debug.look.words import number, plural, size, symbol
from emu.debug.view import Facts, Table, View
from emu.errors import EmuError, did_you_mean
from emu.kernel.mm.lru import LIST_NAMES, list_of
from emu.kernel.mm.page import PG_LRU, flag_names

MOST_ROWS = 1000


def lru_counts(kernel: Any) -> tuple[list[int], list[int]]:
    """(pages on each list, pages that wait to be put on it) without putting them there."""
    lru, mem_map = kernel.pages.lru, kernel.pages.mem_map
    waiting = [0] * len(LIST_NAMES)
    for pfn in dict.fromkeys(lru.pending):
        if pfn in mem_map.mapping and not mem_map.flags[pfn] & PG_LRU:
            waiting[list_of(mem_map.flags[pfn])] += 1
    return [each.count for each in lru.lists], waiting


def lru(session: Any, which: str | None = None, count: int = 50) -> View:
    """The lists; of one of them its frames, the first to be reclaimed first."""
    kernel = kernel_of(session)
    if which is not None and which not in LIST_NAMES:
        raise EmuError(f"no list is called {which!r}", hint=did_you_mean(which, LIST_NAMES) or ", ".join(LIST_NAMES))
    on, waiting = lru_counts(kernel)
    lists = [{"list": name, "pages": on[k], "pending": waiting[k]} for k, name in enumerate(LIST_NAMES)]
    data: dict[str, Any] = {"lists": lists}
    rows = [[r["list"], number(r["pages"]), number(r["pending"])] for r in lists]
    view = View("lru", data, [Table(("list", "pages", "pending"), rows, right=(1, 2))])
    if which is not None:
        data["frames"] = oldest(session, kernel, LIST_NAMES.index(which), min(count, MOST_ROWS))
        cells = [[[(f"{r['pfn']:#x}", "addr")], r["flags"], symbol(r["what"])] for r in data["frames"]]
        view.blocks.append(Table(("frame", "flags", "what"), cells, f"{which}, the oldest first"))
    view.notes.append("pending pages are put on their lists when reclaim or an allocation looks next")
    return view


def oldest(session: Any, kernel: Any, which: int, count: int) -> list[dict[str, Any]]:
    """The first frames that reclaim would look at."""
    found = []
    for pfn in kernel.pages.lru.pages(which):
        if len(found) == count:
            break
        found.append(
            {
                "pfn": pfn,
                "flags": flag_names(kernel.pages.mem_map.flags[pfn]),
                "what": owners.name_of(session, pfn << 12),
            }
        )
    return found


def swap(session: Any, slots: bool = False) -> View:
    """The swap area and its cache; with `slots` who refers to each slot."""
    kernel = kernel_of(session)
    area = kernel.swap.area
    data: dict[str, Any] = {
        "slots": area.pages,
        "free": area.free,
        "used": max(0, area.pages - 1 - area.free),
        "cached": len(kernel.swap.cache),
        "in": kernel.vm.pswpin,
        "out": kernel.vm.pswpout,
        "pages_in_flight": kernel.swap_disk.pages_in_flight,
        "by_pid": {str(pid): mm.swapents for pid, mm in address_spaces(kernel).items()},
    }
    if not area.pages:
        return View("swap", data, [Facts([("swap", "none")])], ["give the run some: --swap 64M"])
    rows = [
        ("size", f"{plural(area.pages - 1, 'slot')} of a page ({size((area.pages - 1) << 12)})"),
        ("used", f"{plural(data['used'], 'slot')}, {data['cached']} of them also in memory (swap cache)"),
        ("moved", f"{plural(data['in'], 'page')} in, {data['out']:,} out, {data['pages_in_flight']:,} being written"),
    ]
    rows += [(f"pid {pid}", plural(count, "page") + " on swap") for pid, count in data["by_pid"].items()]
    view = View("swap", data, [Facts(rows)])
    if slots:
        data["entries"] = entries(kernel)
        cells = [
            [str(e["slot"]), str(e["references"]), f"{e['frame']:#x}" if e["frame"] is not None else "", e["by"]]
            for e in data["entries"][:MOST_ROWS]
        ]
        view.blocks.append(Table(("slot", "references", "frame", "page-table entries"), cells, right=(0, 1)))
    return view


def entries(kernel: Any) -> list[dict[str, Any]]:
    """Every slot in use, and the entries that refer to it."""
    users: dict[int, list[str]] = {}
    for pid, mm in address_spaces(kernel).items():
        for run in runs(mm):
            for k in range(run.pages if not run.flags & 1 else 0):
                users.setdefault(run.frame + k, []).append(f"pid {pid} at {run.va + (k << 12):#x}")
    area, found, start = kernel.swap.area, [], 0
    while (slot := area.used.find(1, start)) >= 0:
        found.append(
            {
                "slot": slot,
                "references": area.count[slot],
                "frame": kernel.swap.cache.get(slot),
                "by": ", ".join(users.get(slot, [])),
            }
        )
        start = slot + 1
    return found


def pagecache(session: Any, path: str | None = None) -> View:
    """The files that have pages in memory; of one of them each page."""
    kernel = kernel_of(session)
    mem_map = kernel.pages.mem_map
    found: dict[int, tuple[Any, list[int]]] = {}
    for pfn, mapping in mem_map.mapping.items():
        if hasattr(mapping, "host"):
            found.setdefault(id(mapping), (mapping, []))[1].append(pfn)
    files = [file(kernel, mapping, pfns) for mapping, pfns in found.values()]
    files.sort(key=lambda row: row["file"])
    view = View("pagecache", {"files": files, "pages": kernel.vm.nr_file_pages})
    rows = [
        [f["file"], str(f["inode"]), size(f["size"]), number(f["pages"]), number(f["mapped"]), number(f["dirty"])]
        for f in files
    ]
    view.blocks.append(Table(("file", "inode", "size", "cached pages", "mapped", "dirty"), rows, right=(1, 2, 3, 4, 5)))
    if path is not None:
        add_pages(
            view, kernel, path, [pair for pair in found.values() if owners.file_name(kernel, pair[0]) == path], files
        )
    return view


def file(kernel: Any, mapping: Any, pfns: list[int]) -> dict[str, Any]:
    """One file's pages in figures."""
    mapped = sum(1 for pfn in pfns if kernel.pages.mem_map.mapcount[pfn])
    return {
        "file": owners.file_name(kernel, mapping),
        "inode": mapping.host.ino,
        "size": mapping.host.i_size,
        "pages": len(pfns),
        "mapped": mapped,
        "dirty": len(mapping.dirty),
        "shmem": mapping.is_shmem,
    }


def add_pages(
    view: View, kernel: Any, path: str, found: list[tuple[Any, list[int]]], files: list[dict[str, Any]]
) -> None:
    """Each cached page of one file. EmuError for a file without any."""
    if not found:
        names = [row["file"] for row in files]
        raise EmuError(
            f"no page of {path!r} is cached", hint=did_you_mean(path, names) or "files: " + ", ".join(names[:8])
        )
    mem_map = kernel.pages.mem_map
    pages = [
        {
            "index": mem_map.index[pfn],
            "pfn": pfn,
            "flags": flag_names(mem_map.flags[pfn]),
            "mapcount": mem_map.mapcount[pfn],
        }
        for _, pfns in found
        for pfn in sorted(pfns, key=lambda pfn: mem_map.index[pfn])
    ]
    view.data["file_pages"] = pages
    rows = [
        [number(p["index"]), [(f"{p['pfn']:#x}", "addr")], str(p["mapcount"]), p["flags"]] for p in pages[:MOST_ROWS]
    ]
    view.blocks.append(Table(("page", "frame", "mappings", "flags"), rows, path, right=(0, 2)))
