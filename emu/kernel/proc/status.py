"""/proc/PID/status as Linux 6.12 prints it on riscv (proc_pid_status(5); Linux: fs/proc/array.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.proc.task import STATE_WORDS, state_letter
from emu.kernel.rlimit import RLIMIT_SIGPENDING
from emu.kernel.sigsend import queued

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.task import Task

ALL_CAPABILITIES = (1 << 41) - 1  # CAP_LAST_CAP is 40


def status(kernel: Kernel, task: Task) -> bytes:
    """Who it is, its memory while it has any, its signals, its rights, where it may run."""
    lines = identity_lines(task)
    lines += memory_lines(kernel, task.mm) if task.mm is not None else []
    lines += signal_lines(kernel, task) + right_lines(task) + place_lines(kernel, task)
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def identity_lines(task: Task) -> list[str]:
    """Name to Kthread. There is one pid namespace."""
    process, letter = task.process, state_letter(task)
    comm = task.comm.replace("\\", "\\\\").replace("\n", "\\n")
    return [
        f"Name:\t{comm}",
        f"Umask:\t{task.fs.umask:04o}",
        f"State:\t{letter} ({STATE_WORDS[letter]})",
        f"Tgid:\t{task.tgid}",
        "Ngid:\t0",
        f"Pid:\t{task.pid}",
        f"PPid:\t{process.parent.leader.pid if process.parent else 0}",
        "TracerPid:\t0",
        f"Uid:\t{task.uid}\t{task.euid}\t{task.suid}\t{task.fsuid}",
        f"Gid:\t{task.gid}\t{task.egid}\t{task.sgid}\t{task.fsgid}",
        f"FDSize:\t{max(64, 1 << len(task.files.open).bit_length())}",
        f"Groups:\t{''.join(f'{group} ' for group in task.groups) or ' '}",
        f"NStgid:\t{task.tgid}",
        f"NSpid:\t{task.pid}",
        f"NSpgid:\t{process.pgid}",
        f"NSsid:\t{process.sid}",
        "Kthread:\t0",
    ]


def memory_lines(kernel: Kernel, mm: Mm) -> list[str]:
    """VmPeak to untag_mask."""
    text = (mm.end_code + 4095 >> 12) - (mm.start_code >> 12)
    hugetlb = sum(not table for _, table in mm.huge.values()) << kernel.huge_pool.order
    rows = [
        ("VmPeak", max(mm.hiwater_vm, mm.total_vm)),
        ("VmSize", mm.total_vm),
        ("VmLck", mm.locked_vm),
        ("VmPin", 0),
        ("VmHWM", max(mm.hiwater_rss, mm.rss)),
        ("VmRSS", mm.rss),
        ("RssAnon", mm.rss_anon),
        ("RssFile", mm.rss_file),
        ("RssShmem", mm.rss_shmem),
        ("VmData", mm.data_vm),
        ("VmStk", mm.stack_vm),
        ("VmExe", text),
        ("VmLib", max(0, mm.exec_vm - text)),
        ("VmPTE", mm.nr_tables),
        ("VmSwap", mm.swapents),
        ("HugetlbPages", hugetlb),
    ]
    lines = [f"{name}:\t{pages * 4:8d} kB" for name, pages in rows]
    return [*lines, "CoreDumping:\t0", "THP_enabled:\t1", f"untag_mask:\t{kernel.xlen_mask:#x}"]


def signal_mask(numbers: object) -> str:
    """A set of signals as SigCgt and its like show it."""
    return f"{sum(1 << (number - 1) for number in numbers):016x}"


def signal_lines(kernel: Kernel, task: Task) -> list[str]:
    """Threads to SigCgt."""
    process, handlers = task.process, task.process.actions.items()
    limit = process.rlimits[RLIMIT_SIGPENDING][0] & kernel.xlen_mask
    return [
        f"Threads:\t{max(1, len(process.threads))}",
        f"SigQ:\t{queued(kernel, task.uid)}/{limit}",
        f"SigPnd:\t{signal_mask(task.pending)}",
        f"ShdPnd:\t{signal_mask(process.pending)}",
        f"SigBlk:\t{task.blocked:016x}",
        f"SigIgn:\t{signal_mask(n for n, action in handlers if action.handler == 1)}",
        f"SigCgt:\t{signal_mask(n for n, action in handlers if action.handler > 1)}",
    ]


def right_lines(task: Task) -> list[str]:
    """CapInh to SpeculationIndirectBranch. A user id of 0 is what gives capabilities; nothing takes single ones."""
    permitted = 0 if all((task.uid, task.euid, task.suid)) else ALL_CAPABILITIES
    effective = 0 if task.euid else ALL_CAPABILITIES
    sets = {"Inh": 0, "Prm": permitted, "Eff": effective, "Bnd": ALL_CAPABILITIES, "Amb": 0}
    return [
        *(f"Cap{name}:\t{mask:016x}" for name, mask in sets.items()),
        f"NoNewPrivs:\t{int(task.no_new_privs)}",
        "Seccomp:\t0",
        "Seccomp_filters:\t0",
        "Speculation_Store_Bypass:\tunknown",
        "SpeculationIndirectBranch:\tunsupported",
    ]


def place_lines(kernel: Kernel, task: Task) -> list[str]:
    """Cpus_allowed to nonvoluntary_ctxt_switches."""
    harts, nodes = len(kernel.harts), kernel.options.nodes
    cpus, mems = task.affinity & (1 << harts) - 1, (1 << nodes) - 1
    return [
        f"Cpus_allowed:\t{bitmap(cpus, harts)}",
        f"Cpus_allowed_list:\t{bitmap_list(cpus)}",
        f"Mems_allowed:\t{bitmap(mems, nodes)}",
        f"Mems_allowed_list:\t{bitmap_list(mems)}",
        f"voluntary_ctxt_switches:\t{task.nvcsw}",
        f"nonvoluntary_ctxt_switches:\t{task.nivcsw}",
    ]


def bitmap(mask: int, bits: int) -> str:
    """Linux's %*pb: groups of 32 bits, the first as wide as it must be."""
    first = (bits - 1) // 32
    groups = [f"{mask >> 32 * n & 0xFFFFFFFF:0{(min(32, bits - 32 * n) + 3) // 4}x}" for n in range(first, -1, -1)]
    return ",".join(groups)


def bitmap_list(mask: int) -> str:
    """Linux's %*pbl: `0-3,6`."""
    ranges: list[list[int]] = []
    for bit in (n for n in range(mask.bit_length()) if mask >> n & 1):
        if ranges and ranges[-1][1] == bit - 1:
            ranges[-1][1] = bit
        else:
            ranges.append([bit, bit])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)
