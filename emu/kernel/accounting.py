"""The kernel's accounts as a dict, for `emu stat`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel import ps
from emu.kernel.softirq import SOFTIRQS

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.vmstat import VmStat


def stats(kernel: Kernel) -> dict[str, Any]:
    """Faults by kind, system calls by name, memory in pages, and the scheduler's counts."""
    vm, area = kernel.vm, kernel.swap.area
    calls = {entry.name: entry.count for entry in kernel.syscalls.values() if entry.count}
    return {
        "faults": {"minor": vm.minor, "major": vm.major, "cow": vm.cow, "invalid": vm.invalid},
        "syscalls": dict(sorted(calls.items(), key=lambda item: (-item[1], item[0]))),
        "unknown_syscalls": {str(number): count for number, count in kernel.unknown_syscalls.items()},
        "heap": kernel.requests.as_dict(),
        "memory_pages": memory_pages(kernel),
        "swap_pages": {"total": area.pages, "free": area.free, "in": vm.pswpin, "out": vm.pswpout},
        "reclaim": reclaim(vm),
        "file_pages": {"dirty": vm.nr_dirty, "written": vm.nr_written},
        "disk_kb": {"in": vm.pgpgin, "out": vm.pgpgout},
        "context_switches": kernel.sched.nr_switches,
        "interrupts": interrupts(kernel),
        "softirqs": softirqs(kernel),
        "output_bytes": kernel.output_bytes,
        "processes": ps.table(kernel),
        **({"proc": kernel.captures.texts} if kernel.captures.paths else {}),
    }


def memory_pages(kernel: Kernel) -> dict[str, int]:
    """Frames: of them free, in the page cache, page tables; the most that one process, and all tables, ever had."""
    pages = kernel.pages
    return {
        "total": pages.total_pages,
        "free": pages.nr_free_pages,
        "page_cache": kernel.vm.nr_file_pages,
        "page_tables": pages.nr_table_pages,
        "max_page_tables": pages.max_table_pages,
        "max_rss": max((kernel.max_rss, *(t.mm.hiwater_rss for t in kernel.tasks.values() if t.mm)), default=0),
    }


def reclaim(vm: VmStat) -> dict[str, int]:
    """How often memory was short and on whose behalf it was made; scanned, freed and refaults are pages."""
    return {
        "direct": vm.allocstall,
        "scanned_direct": vm.pgscan_direct,
        "scanned_kswapd": vm.pgscan_kswapd,
        "freed_direct": vm.pgsteal_direct,
        "freed_kswapd": vm.pgsteal_kswapd,
        "kswapd_turns": vm.pageoutrun,
        "refaults": vm.workingset_refault_anon + vm.workingset_refault_file,
        "oom_kills": vm.oom_kill,
    }


def interrupts(kernel: Kernel) -> dict[str, int]:
    """By source, over all harts."""
    found = {name: sum(counts) for name, counts in kernel.irqs.counts.items()}
    return {**found, "ipi": sum(map(sum, kernel.irqs.ipis))}


def softirqs(kernel: Kernel) -> dict[str, int]:
    """By kind, over all harts; kinds that never ran are left out."""
    return {name: sum(counts) for name, counts in zip(SOFTIRQS, kernel.softirqs.counts, strict=True) if any(counts)}
