"""The kernel's accounts as a dict, for `emu stat`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel import ps
from emu.kernel.softirq import SOFTIRQS

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


def stats(kernel: Kernel) -> dict[str, Any]:
    """Faults by kind, system calls by name, memory in pages, and the scheduler's counts."""
    vm, pages = kernel.vm, kernel.pages
    calls = {entry.name: entry.count for entry in kernel.syscalls.values() if entry.count}
    return {
        "faults": {"minor": vm.minor, "major": vm.major, "cow": vm.cow, "invalid": vm.invalid},
        "syscalls": dict(sorted(calls.items(), key=lambda item: (-item[1], item[0]))),
        "unknown_syscalls": {str(number): count for number, count in kernel.unknown_syscalls.items()},
        "heap": kernel.requests.as_dict(),
        "memory_pages": {
            "total": pages.total_pages,
            "free": pages.nr_free_pages,
            "page_cache": vm.nr_file_pages,
            "page_tables": pages.nr_table_pages,
            "max_page_tables": pages.max_table_pages,
            "max_rss": max((kernel.max_rss, *(t.mm.hiwater_rss for t in kernel.tasks.values() if t.mm)), default=0),
        },
        "swap_pages": {
            "total": kernel.swap.area.pages,
            "free": kernel.swap.area.free,
            "in": vm.pswpin,
            "out": vm.pswpout,
        },
        "reclaim": {
            "direct": vm.allocstall,
            "scanned_direct": vm.pgscan_direct,
            "scanned_kswapd": vm.pgscan_kswapd,
            "freed_direct": vm.pgsteal_direct,
            "freed_kswapd": vm.pgsteal_kswapd,
            "kswapd_turns": vm.pageoutrun,
            "refaults": vm.workingset_refault_anon + vm.workingset_refault_file,
            "oom_kills": vm.oom_kill,
        },
        "file_pages": {"dirty": vm.nr_dirty, "written": vm.nr_written},
        "disk_kb": {"in": vm.pgpgin, "out": vm.pgpgout},
        "context_switches": kernel.sched.nr_switches,
        "interrupts": {name: sum(counts) for name, counts in kernel.irqs.counts.items()}
        | {"ipi": sum(map(sum, kernel.irqs.ipis))},
        "softirqs": {
            name: sum(counts) for name, counts in zip(SOFTIRQS, kernel.softirqs.counts, strict=True) if any(counts)
        },
        "output_bytes": kernel.output_bytes,
        "processes": ps.table(kernel),
        **({"proc": kernel.captures.texts} if kernel.captures.paths else {}),
    }
