"""What the kernel log says when the OOM killer strikes (Linux 6.12: dump_header in mm/oom_kill.c, __show_free_areas in
mm/show_mem.c), and one line of our own: the points of those who could have been chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.mm.lru import ACTIVE_ANON, ACTIVE_FILE, INACTIVE_ANON, INACTIVE_FILE, UNEVICTABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.zone import Zone
    from emu.kernel.task import Process, Task

Scored = list[tuple[int, "Process"]]
GFP = "gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP)"
MOST = 5  # candidates that are named with their points


def report(kernel: Kernel, current: Task | None, found: Scored) -> None:
    """Who asked, the memory, the table of tasks, who was chosen: the first of `found`."""
    who, adj = (current.comm, current.process.oom_score_adj) if current else ("kernel", 0)
    kernel.log(f"{who} invoked oom-killer: {GFP}, order=0, oom_score_adj={adj}")
    for line in (*mem_info(kernel), *tasks_state(kernel), *chosen(found)):
        kernel.log(line)


def mem_info(kernel: Kernel) -> Iterator[str]:
    """show_mem: lists, zones and what is free in them, by order."""
    lists, zones = [each.count for each in kernel.pages.lru.lists], kernel.pages.zones
    slab, reclaimable = kernel.slab.nr_pages, kernel.slab.nr_reclaimable
    pcp = sum(len(zone.pcp) for zone in zones)
    yield "Mem-Info:"
    yield f"active_anon:{lists[ACTIVE_ANON]} inactive_anon:{lists[INACTIVE_ANON]} isolated_anon:0"
    yield f" active_file:{lists[ACTIVE_FILE]} inactive_file:{lists[INACTIVE_FILE]} isolated_file:0"
    yield f" unevictable:{lists[UNEVICTABLE]} dirty:{kernel.vm.nr_dirty} writeback:{kernel.reclaimer.nr_writeback}"
    yield f" slab_reclaimable:{reclaimable} slab_unreclaimable:{slab - reclaimable}"
    yield f" shmem:{kernel.vm.nr_shmem} pagetables:{kernel.pages.nr_table_pages}"
    yield f" free:{kernel.pages.nr_free_pages - pcp} free_pcp:{pcp} free_cma:0"
    for zone in zones:
        yield from free_area(zone)
    yield f"{kernel.vm.nr_file_pages + len(kernel.swap.cache)} total pagecache pages"
    yield f"{len(kernel.swap.cache)} pages in swap cache"
    yield f"Free swap  = {kernel.swap.area.free * 4}kB"
    yield f"Total swap = {max(0, kernel.swap_pages - 1) * 4}kB"
    yield f"{kernel.pages.mem_map.count} pages RAM"
    yield "0 pages HighMem/MovableOnly"
    yield f"{kernel.pages.mem_map.count - kernel.pages.total_pages} pages reserved"


def free_area(zone: Zone) -> Iterator[str]:
    """A zone's watermarks, and its free blocks by size."""
    marks = f"free:{zone.nr_free * 4}kB boost:{zone.boost * 4}kB min:{zone.min * 4}kB low:{zone.low * 4}kB"
    sizes = f"present:{zone.spanned * 4}kB managed:{zone.managed * 4}kB free_pcp:{len(zone.pcp) * 4}kB"
    yield f"Node {zone.node} {zone.name} {marks} high:{zone.high * 4}kB {sizes}"
    blocks = " ".join(f"{len(area)}*{4 << order}kB" for order, area in enumerate(zone.free_area))
    yield f"Node {zone.node} {zone.name}: {blocks} = {zone.nr_free * 4}kB"


def tasks_state(kernel: Kernel) -> Iterator[str]:
    """dump_tasks: every process that has memory."""
    yield "Tasks state (memory values in pages):"
    columns = "rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name"
    yield f"[  pid  ]   uid  tgid total_vm      rss {columns}"
    for task in sorted(kernel.tasks.values(), key=lambda task: task.pid):
        if task.is_leader and task.mm is not None:
            mm = task.mm
            yield (
                f"[{task.pid:7d}] {task.uid:5d} {task.tgid:5d} {mm.total_vm:8d} {mm.rss:8d} {mm.rss_anon:8d} "
                f"{mm.rss_file:8d} {mm.rss_shmem:9d} {mm.nr_tables * 4096:8d} {mm.swapents:8d}         "
                f"{task.process.oom_score_adj:5d} {task.comm}"
            )


def chosen(found: Scored) -> Iterator[str]:
    """The victim, and its points beside those of the next ones."""
    victim = found[0][1]
    leader = victim.leader
    mm = next(thread.mm for thread in victim.threads if thread.mm is not None)
    scores = ", ".join(f"{points} of pid {process.leader.pid}" for points, process in found[:MOST])
    yield f"oom_badness, in pages: {scores}"
    where = "constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/"
    yield f"oom-kill:{where},task={leader.comm},pid={leader.pid},uid={leader.uid}"
    yield (
        f"Out of memory: Killed process {leader.pid} ({leader.comm}) total-vm:{mm.total_vm * 4}kB, "
        f"anon-rss:{mm.rss_anon * 4}kB, file-rss:{mm.rss_file * 4}kB, shmem-rss:{mm.rss_shmem * 4}kB, UID:{leader.uid} "
        f"pgtables:{mm.nr_tables * 4}kB oom_score_adj:{victim.oom_score_adj}"
    )
