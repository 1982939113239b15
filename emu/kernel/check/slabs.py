"""The kernel's objects and the slabs they lie in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from emu.kernel.fs.dcache import INODE_CACHES
from emu.kernel.mm.mm import address_spaces
from emu.kernel.mm.page import PG_SLAB
from emu.kernel.panic import bug_on

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

ELSEWHERE = ("filp", "fdtable")  # open files are also held by mappings and messages under way: counted by their owners


def check_slabs(kernel: Kernel) -> None:
    """In each slab lie as many objects as say that they do; a frame is marked as a slab's if it is of one."""
    places = Counter(places_of_objects(kernel))
    frames: list[int] = []
    for name, cache in kernel.slab.caches.items():
        bug_on(sum(cache.slabs.values()) != cache.active, "active objects", name, cache.active)
        if name not in ELSEWHERE:
            mine = {place: count for (owner, place), count in places.items() if owner == name and place}
            bug_on(mine != {place: n for place, n in cache.slabs.items() if n}, "objects in slabs", name, mine)
        frames += cache.frames()
    marked = (kernel.pages.mem_map.many.flags & PG_SLAB).nonzero()[0].tolist()
    bug_on(sorted(frames) != marked, "frames of slabs", len(frames), len(marked))


def places_of_objects(kernel: Kernel) -> Iterator[tuple[str, int]]:
    """(cache, place) of every object that can be reached, once."""
    tasks = kernel.tasks.values()
    for task in tasks:
        yield from (("task_struct", task.slab), ("pid", task.pid_slab))
    processes = {task.process for task in tasks}
    yield from (("signal_cache", process.slab) for process in processes)
    yield from (("sighand_cache", each.slab) for each in {process.sighand for process in processes})
    yield from (("files_cache", each.slab) for each in {task.files for task in tasks} if each.slab)
    yield from (("fs_cache", each.slab) for each in {task.fs for task in tasks} if each.users)
    spaces = address_spaces(kernel)
    areas = [vma for mm in spaces for vma in mm.vmas]
    yield from (("mm_struct", mm.slab) for mm in spaces)
    yield from (("vm_area_struct", vma.slab) for vma in areas)
    yield from (("anon_vma", each.slab) for each in {vma.anon_vma for vma in areas} if each is not None)
    yield from (("dentry", dentry.slab) for dentry in kernel.dcache.names.values())
    known = Counter(dentry.inode for dentry in kernel.dcache.names.values())
    for inode, dentries in kernel.dcache.inodes.items():
        bug_on(known[inode] != dentries, "dentries of an inode", inode.ino, dentries, known[inode])
        yield INODE_CACHES.get(inode.sb.kind, "inode_cache"), inode.slab
