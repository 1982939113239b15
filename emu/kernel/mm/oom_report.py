"""What the kernel log says when the OOM killer strikes (Linux 6.12: dump_header in mm/oom_kill.c, __show_free_areas in
mm/show_mem.c), and one line of our own: the points of those who could have been chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.proc.zoneinfo import Frames, within

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
    dump_header(kernel, current)
    for line in chosen(kernel, current, found):
        kernel.log(line)


def dump_header(kernel: Kernel, current: Task | None) -> None:
    """All but the choice."""
    who, adj = (current.comm, current.process.oom_score_adj) if current else ("kernel", 0)
    kernel.log(f"{who} invoked oom-killer: {GFP}, order=0, oom_score_adj={adj}")
    tasks = tasks_state(kernel) if kernel.sysctl.oom_dump_tasks else ()
    for line in (*mem_info(kernel), *tasks):
        kernel.log(line)


def mem_info(kernel: Kernel) -> Iterator[str]:
    """__show_mem: everything together, each node, each zone, swap."""
    frames, zones = Frames(kernel), kernel.pages.zones
    columns, zone_columns = frames.of_node(), frames.of_zone()
    of = within(columns, zones)
    pcp = sum(len(zone.pcp) for zone in zones)
    yield "Mem-Info:"
    yield f"active_anon:{of['nr_active_anon']} inactive_anon:{of['nr_inactive_anon']} isolated_anon:0"
    yield f" active_file:{of['nr_active_file']} inactive_file:{of['nr_inactive_file']} isolated_file:0"
    yield f" unevictable:{of['nr_unevictable']} dirty:{of['nr_dirty']} writeback:{of['nr_writeback']}"
    yield f" slab_reclaimable:{of['nr_slab_reclaimable']} slab_unreclaimable:{of['nr_slab_unreclaimable']}"
    yield f" mapped:{of['nr_mapped']} shmem:{of['nr_shmem']} pagetables:{of['nr_page_table_pages']}"
    yield " sec_pagetables:0 bounce:0"
    yield " kernel_misc_reclaimable:0"
    yield f" free:{kernel.pages.nr_free_pages - pcp} free_pcp:{pcp} free_cma:0"
    for node in range(kernel.options.nodes):
        yield node_line(node, within(columns, [zone for zone in zones if zone.node == node]))
    for zone in zones:
        yield zone_line(zone, within(zone_columns, [zone]))
        yield "lowmem_reserve[]: 0 0 0"
    for zone in zones:
        yield free_blocks(zone)
    yield from swap_info(kernel)


def swap_info(kernel: Kernel) -> Iterator[str]:
    """The page cache, swap, and memory as a whole."""
    yield f"{kernel.vm.nr_file_pages + len(kernel.swap.cache)} total pagecache pages"
    yield f"{len(kernel.swap.cache)} pages in swap cache"
    yield f"Free swap  = {kernel.swap.area.free * 4}kB"
    yield f"Total swap = {max(0, kernel.swap_pages - 1) * 4}kB"
    yield f"{kernel.pages.mem_map.count} pages RAM"
    yield "0 pages HighMem/MovableOnly"
    yield f"{kernel.pages.mem_map.count - kernel.pages.total_pages} pages reserved"


def kilobytes(of: dict[str, int], prefix: str, names: str) -> str:
    return " ".join(f"{name}:{4 * of[prefix + name]}kB" for name in names.split())


def node_line(node: int, of: dict[str, int]) -> str:
    """What the pages of a node are used for. No node is given up: there is someone to kill."""
    lists = kilobytes(of, "nr_", "active_anon inactive_anon active_file inactive_file unevictable")
    rest = kilobytes(of, "nr_", "mapped dirty writeback shmem")
    tables = 4 * of["nr_page_table_pages"]
    return (
        f"Node {node} {lists} isolated(anon):0kB isolated(file):0kB {rest} writeback_tmp:0kB "
        f"pagetables:{tables}kB sec_pagetables:0kB all_unreclaimable? no"
    )


def zone_line(zone: Zone, of: dict[str, int]) -> str:
    """A zone's watermarks and lists."""
    marks = f"free:{zone.nr_free * 4}kB boost:{zone.boost * 4}kB min:{zone.min * 4}kB low:{zone.low * 4}kB"
    lists = kilobytes(of, "nr_zone_", "active_anon inactive_anon active_file inactive_file unevictable")
    pending = f"writepending:{4 * of['nr_zone_write_pending']}kB"
    sizes = f"present:{zone.spanned * 4}kB managed:{zone.managed * 4}kB mlocked:{4 * of['nr_mlock']}kB"
    return (
        f"Node {zone.node} {zone.name} {marks} high:{zone.high * 4}kB reserved_highatomic:0KB {lists} {pending} "
        f"{sizes} bounce:0kB free_pcp:{len(zone.pcp) * 4}kB local_pcp:{len(zone.pcp) * 4}kB free_cma:0kB"
    )


def free_blocks(zone: Zone) -> str:
    """Free blocks by size; they are all movable."""
    blocks = " ".join(
        f"{len(area)}*{4 << order}kB{' (M)' if area else ''}" for order, area in enumerate(zone.free_area)
    )
    return f"Node {zone.node} {zone.name}: {blocks} = {zone.nr_free * 4}kB"


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


def chosen(kernel: Kernel, current: Task | None, found: Scored) -> Iterator[str]:
    """The victim, and its points beside those of the next ones."""
    victim = found[0][1]
    leader = victim.leader
    mm = next(thread.mm for thread in victim.threads if thread.mm is not None)
    scores = ", ".join(f"{points} of pid {process.leader.pid}" for points, process in found[:MOST])
    yield f"oom_badness, in pages: {scores}"
    where = "constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/"
    yield f"oom-kill:{where},task={leader.comm},pid={leader.pid},uid={leader.uid}"
    asked = kernel.sysctl.oom_kill_allocating_task and current is not None and current.process is victim
    why = "Out of memory (oom_kill_allocating_task)" if asked else "Out of memory"
    yield (
        f"{why}: Killed process {leader.pid} ({leader.comm}) total-vm:{mm.total_vm * 4}kB, "
        f"anon-rss:{mm.rss_anon * 4}kB, file-rss:{mm.rss_file * 4}kB, shmem-rss:{mm.rss_shmem * 4}kB, UID:{leader.uid} "
        f"pgtables:{mm.nr_tables * 4}kB oom_score_adj:{victim.oom_score_adj}"
    )
