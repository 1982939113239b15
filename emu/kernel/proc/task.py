"""/proc/PID/maps, smaps, status, stat, statm, pagemap and the small ones (proc(5); Linux: fs/proc/task_mmu.c,
array.c).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.isa.paging import PTE_A, PTE_D, PTE_V
from emu.kernel.errno import EINVAL, EPERM, Errno
from emu.kernel.fs.namei import path_of
from emu.kernel.mm import oom
from emu.kernel.mm.page import PG_ANON
from emu.kernel.mm.uaccess import copy_from_user
from emu.kernel.mm.vma import (
    VM_ACCOUNT,
    VM_EXEC,
    VM_GROWSDOWN,
    VM_HUGETLB,
    VM_LOCKED,
    VM_MAYEXEC,
    VM_MAYREAD,
    VM_MAYSHARE,
    VM_MAYWRITE,
    VM_NORESERVE,
    VM_READ,
    VM_SHARED,
    VM_WRITE,
    Vma,
)
from emu.kernel.rlimit import INFINITY

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.task import Task

STATE_LETTERS = {
    "running": "R",
    "ready": "R",
    "waiting": "S",
    "stopped": "T",
    "zombie": "Z",
    "terminated": "X",
    "new": "R",
}
STATE_WORDS = {"R": "running", "S": "sleeping", "D": "disk sleep", "T": "stopped", "Z": "zombie", "X": "dead"}
VM_LETTERS = (
    (VM_READ, "rd"),
    (VM_WRITE, "wr"),
    (VM_EXEC, "ex"),
    (VM_SHARED, "sh"),
    (VM_MAYREAD, "mr"),
    (VM_MAYWRITE, "mw"),
    (VM_MAYEXEC, "me"),
    (VM_MAYSHARE, "ms"),
    (VM_GROWSDOWN, "gd"),
    (VM_LOCKED, "lo"),
    (VM_ACCOUNT, "ac"),
    (VM_NORESERVE, "nr"),
    (VM_HUGETLB, "ht"),
)


# -- maps and smaps ---------------------------------------------------------------------------------------------------
def maps_line(mm: Mm, vma: Vma) -> str:
    """`start-end rwxp offset dev inode  path`, the path from column 74 on."""
    inode = vma.vm_file.inode if vma.vm_file and not vma.name else None
    offset = vma.vm_pgoff << 12 if vma.vm_file else 0
    device = f"{inode.sb.dev >> 8:02x}:{inode.sb.dev & 255:02x}" if inode else "00:00"
    head = f"{vma.vm_start:08x}-{vma.vm_end:08x} {vma.letters()} {offset:08x} {device} {inode.ino if inode else 0} "
    name = mm.name_of(vma)
    return (f"{head:<73}{name}" if name else head) + "\n"


def maps(kernel: Kernel, task: Task) -> bytes:
    if task.mm is None:
        return b""
    return "".join(maps_line(task.mm, vma) for vma in task.mm.vmas).encode("utf-8", "surrogateescape")


class Usage:
    """What smaps tells of an area, in kB."""

    def __init__(self) -> None:
        self.rss = self.pss = self.shared_clean = self.shared_dirty = self.private_clean = self.private_dirty = 0
        self.referenced = self.anonymous = self.swap = self.locked = 0
        self.pss_bytes = self.pss_anon = self.pss_file = self.pss_shmem = 0


def measure(kernel: Kernel, mm: Mm, vma: Vma, into: Usage) -> None:
    """Add up the pages of an area."""
    mem_map = kernel.pages.mem_map
    for addr in range(vma.vm_start, vma.vm_end, 4096):
        pte = mm.entry(addr)
        if not pte & PTE_V:
            into.swap += 4 if pte else 0
            continue
        pfn = pte >> 10
        if pfn == kernel.pages.zero_pfn:
            continue
        count, anon = mem_map.mapcount[pfn], mem_map.flags[pfn] & PG_ANON
        into.rss += 4
        into.pss_bytes += 4096 // count
        into.referenced += 4 if pte & PTE_A else 0
        into.anonymous += 4 if anon else 0
        into.locked += 4 if vma.vm_flags & VM_LOCKED else 0
        name = ("shared_" if count > 1 else "private_") + ("dirty" if pte & PTE_D or anon else "clean")
        setattr(into, name, getattr(into, name) + 4)
        part = "pss_anon" if anon else "pss_shmem" if vma.mapping and vma.mapping.is_shmem else "pss_file"
        setattr(into, part, getattr(into, part) + 4096 // count)


def usage_rows(usage: Usage) -> list[tuple[str, int]]:
    return [
        ("Rss", usage.rss),
        ("Pss", usage.pss_bytes >> 10),
        ("Pss_Dirty", (usage.pss_anon + usage.pss_shmem) >> 10),
        ("Shared_Clean", usage.shared_clean),
        ("Shared_Dirty", usage.shared_dirty),
        ("Private_Clean", usage.private_clean),
        ("Private_Dirty", usage.private_dirty),
        ("Referenced", usage.referenced),
        ("Anonymous", usage.anonymous),
        ("KSM", 0),
        ("LazyFree", 0),
        ("AnonHugePages", 0),
        ("ShmemPmdMapped", 0),
        ("FilePmdMapped", 0),
        ("Shared_Hugetlb", 0),
        ("Private_Hugetlb", 0),
        ("Swap", usage.swap),
        ("SwapPss", usage.swap),
        ("Locked", usage.locked),
    ]


def row(name: str, kilobytes: int) -> str:
    return f"{name + ':':<16}{kilobytes:8d} kB\n"


def smaps(kernel: Kernel, task: Task) -> bytes:
    lines = []
    for vma in task.mm.vmas if task.mm else ():
        usage = Usage()
        measure(kernel, task.mm, vma, usage)
        lines.append(maps_line(task.mm, vma))
        lines += [row("Size", vma.pages * 4), row("KernelPageSize", 4), row("MMUPageSize", 4)]
        lines += [row(name, value) for name, value in usage_rows(usage)]
        lines.append(f"THPeligible:    {0:8d}\n")
        letters = "".join(f"{letters} " for bit, letters in VM_LETTERS if vma.vm_flags & bit)
        lines.append(f"VmFlags: {letters}\n")
    return "".join(lines).encode("utf-8", "surrogateescape")


def smaps_rollup(kernel: Kernel, task: Task) -> bytes:
    mm = task.mm
    if mm is None or not mm.vmas:
        return b""
    usage = Usage()
    for vma in mm.vmas:
        measure(kernel, mm, vma, usage)
    head = f"{mm.vmas[0].vm_start:08x}-{mm.vmas[-1].vm_end:08x} ---p 00000000 00:00 0 "
    lines = [f"{head:<73}[rollup]\n"]
    for name, value in usage_rows(usage):
        lines.append(row(name, value))
        if name == "Pss_Dirty":
            lines += [row("Pss_Anon", usage.pss_anon >> 10), row("Pss_File", usage.pss_file >> 10)]
            lines.append(row("Pss_Shmem", usage.pss_shmem >> 10))
    return "".join(lines).encode()


# -- status, stat, statm ----------------------------------------------------------------------------------------------
def state_letter(task: Task) -> str:
    return "D" if task.in_iowait else STATE_LETTERS[task.state]


def signal_mask(numbers: object) -> str:
    return f"{sum(1 << (number - 1) for number in numbers):016x}"


def status(kernel: Kernel, task: Task) -> bytes:
    process, mm = task.process, task.mm
    letter = state_letter(task)
    parent = process.parent.leader.pid if process.parent else 0
    lines = [
        f"Name:\t{task.comm}",
        f"Umask:\t{task.fs.umask:04o}",
        f"State:\t{letter} ({STATE_WORDS[letter]})",
        f"Tgid:\t{task.tgid}",
        "Ngid:\t0",
        f"Pid:\t{task.pid}",
        f"PPid:\t{parent}",
        "TracerPid:\t0",
        f"Uid:\t{task.uid}\t{task.euid}\t{task.suid}\t{task.euid}",
        f"Gid:\t{task.gid}\t{task.egid}\t{task.sgid}\t{task.egid}",
        f"FDSize:\t{max(64, 1 << len(task.files.open).bit_length())}",
        "Groups:\t ",
    ]
    lines += memory_lines(mm) if mm is not None else []
    handlers = process.actions.items()
    lines += [
        f"Threads:\t{max(1, len(process.threads))}",
        f"SigPnd:\t{signal_mask(task.pending)}",
        f"ShdPnd:\t{signal_mask(process.pending)}",
        f"SigBlk:\t{task.blocked:016x}",
        f"SigIgn:\t{signal_mask(n for n, action in handlers if action.handler == 1)}",
        f"SigCgt:\t{signal_mask(n for n, action in handlers if action.handler > 1)}",
        f"Cpus_allowed:\t{task.affinity:x}",
        f"voluntary_ctxt_switches:\t{task.nvcsw}",
        f"nonvoluntary_ctxt_switches:\t{task.nivcsw}",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def memory_lines(mm: Mm) -> list[str]:
    rows = [
        ("VmPeak", max(mm.hiwater_vm, mm.total_vm) * 4),
        ("VmSize", mm.total_vm * 4),
        ("VmLck", mm.locked_vm * 4),
        ("VmPin", 0),
        ("VmHWM", max(mm.hiwater_rss, mm.rss) * 4),
        ("VmRSS", mm.rss * 4),
        ("RssAnon", mm.rss_anon * 4),
        ("RssFile", mm.rss_file * 4),
        ("RssShmem", mm.rss_shmem * 4),
        ("VmData", mm.data_vm * 4),
        ("VmStk", mm.stack_vm * 4),
        ("VmExe", (mm.end_code + 4095 >> 12) * 4 - (mm.start_code >> 12) * 4),
        ("VmLib", max(0, mm.exec_vm - ((mm.end_code + 4095 >> 12) - (mm.start_code >> 12))) * 4),
        ("VmPTE", mm.nr_tables * 4),
        ("VmSwap", mm.swapents * 4),
    ]
    return [f"{name}:\t{value:8d} kB" for name, value in rows]


def stat(kernel: Kernel, task: Task) -> bytes:
    """52 numbers; times in clock ticks, addresses and sizes in bytes, rss in pages."""
    from emu.kernel.proc.system import ticks

    process, mm = task.process, task.mm
    hart = kernel.harts[task.cpu] if task.cpu >= 0 else None
    pc, sp = (hart.pc, hart.x[2]) if hart else (task.pc, task.regs[2])
    keep = kernel.xlen_mask
    utime = ticks(kernel, process.cycles + sum(kernel.cpu_cycles(t) for t in process.threads))
    parent = process.parent.leader.pid if process.parent else 0
    min_flt = process.min_flt + sum(t.min_flt for t in process.threads)
    maj_flt = process.maj_flt + sum(t.maj_flt for t in process.threads)
    fields = [state_letter(task), parent, process.pgid, process.sid, 0, -1, 0]
    fields += [min_flt, process.child_min_flt, maj_flt, process.child_maj_flt]
    fields += [utime, 0, ticks(kernel, process.child_cycles), 0, 20 + task.nice, task.nice, len(process.threads), 0]
    fields += [ticks(kernel, task.start_cycle), mm.total_vm << 12 if mm else 0, mm.rss if mm else 0, (1 << 64) - 1]
    fields += [mm.start_code, mm.end_code, mm.start_stack, sp & keep, pc & keep] if mm else [0] * 5
    fields += [0, task.blocked & 0x7FFFFFFF, 0, 0, 0, 0, 0, task.exit_signal, max(task.cpu, 0), 0, task.policy, 0, 0, 0]
    fields += (
        [mm.start_data, mm.end_data, mm.start_brk, mm.arg_start, mm.arg_end, mm.env_start, mm.env_end]
        if mm
        else [0] * 7
    )
    fields.append(task.exit_code)
    return f"{task.pid} ({task.comm}) {' '.join(str(field) for field in fields)}\n".encode("utf-8", "surrogateescape")


def statm(kernel: Kernel, task: Task) -> bytes:
    mm = task.mm
    if mm is None:
        return b"0 0 0 0 0 0 0\n"
    text = (mm.end_code + 4095 >> 12) - (mm.start_code >> 12)
    return f"{mm.total_vm} {mm.rss} {mm.rss_file + mm.rss_shmem} {text} 0 {mm.data_vm + mm.stack_vm} 0\n".encode()


# -- pagemap ----------------------------------------------------------------------------------------------------------
PM_PRESENT, PM_SWAP, PM_FILE, PM_EXCLUSIVE = 1 << 63, 1 << 62, 1 << 61, 1 << 56


def pagemap(kernel: Kernel, task: Task, first: int, count: int) -> bytes:
    """64 bits for each page: bits 0–54 the frame (or swap type and offset), 56 exclusive, 61 file, 62 swapped, 63
    present.
    """
    mm, values = task.mm, []
    if mm is None:
        return b""
    count = max(0, min(count, (mm.task_size >> 12) - first))
    mem_map = kernel.pages.mem_map
    for page in range(first, first + count):
        pte = mm.entry(page << 12)
        value = 0
        if pte & PTE_V:
            pfn = pte >> 10
            value = PM_PRESENT | pfn
            value |= 0 if mem_map.flags[pfn] & PG_ANON or pfn == kernel.pages.zero_pfn else PM_FILE
            value |= PM_EXCLUSIVE if mem_map.mapcount[pfn] == 1 else 0
        elif pte:
            value = PM_SWAP | pte >> 10 << 5
        values.append(value)
    return struct.pack(f"<{len(values)}Q", *values)


# -- the small ones ---------------------------------------------------------------------------------------------------
def _user_bytes(task: Task, start: int, end: int) -> bytes:
    if task.mm is None or not start < end <= start + (8 << 20):
        return b""
    try:
        return copy_from_user(task.mm, start, end - start)
    except Errno:
        return b""


def cmdline(kernel: Kernel, task: Task) -> bytes:
    return _user_bytes(task, task.mm.arg_start, task.mm.arg_end) if task.mm else b""


def environ(kernel: Kernel, task: Task) -> bytes:
    return _user_bytes(task, task.mm.env_start, task.mm.env_end) if task.mm else b""


def comm(kernel: Kernel, task: Task) -> bytes:
    return task.comm.encode("utf-8", "surrogateescape") + b"\n"


def auxv(kernel: Kernel, task: Task) -> bytes:
    return task.mm.auxv if task.mm else b""


def wchan(kernel: Kernel, task: Task) -> bytes:
    return b"0"


def cwd_path(task: Task) -> str:
    return path_of(task.fs.cwd)


LIMIT_TEXT = (
    ("Max cpu time", "seconds"),
    ("Max file size", "bytes"),
    ("Max data size", "bytes"),
    ("Max stack size", "bytes"),
    ("Max core file size", "bytes"),
    ("Max resident set", "bytes"),
    ("Max processes", "processes"),
    ("Max open files", "files"),
    ("Max locked memory", "bytes"),
    ("Max address space", "bytes"),
    ("Max file locks", "locks"),
    ("Max pending signals", "signals"),
    ("Max msgqueue size", "bytes"),
    ("Max nice priority", ""),
    ("Max realtime priority", ""),
    ("Max realtime timeout", "us"),
)


def limits(kernel: Kernel, task: Task) -> bytes:
    lines = [f"{'Limit':<25} {'Soft Limit':<20} {'Hard Limit':<20} {'Units':<10}\n"]
    for (name, unit), pair in zip(LIMIT_TEXT, task.process.rlimits, strict=False):
        soft, hard = ("unlimited" if value == INFINITY else str(value) for value in pair)
        lines.append(f"{name:<25} {soft:<20} {hard:<20} {unit:<10}\n")
    return "".join(lines).encode()


def oom_score(kernel: Kernel, task: Task) -> bytes:
    return f"{oom.oom_score(kernel, task.process)}\n".encode()


def oom_score_adj(kernel: Kernel, task: Task) -> bytes:
    return f"{task.process.oom_score_adj}\n".encode()


def write_oom_score_adj(kernel: Kernel, task: Task, data: bytes) -> None:
    """Lowering it needs root. EINVAL EPERM."""
    try:
        value = int(data.decode("ascii").strip())
    except ValueError:
        raise Errno(EINVAL) from None
    if not oom.OOM_SCORE_ADJ_MIN <= value <= oom.OOM_SCORE_ADJ_MAX:
        raise Errno(EINVAL)
    current = kernel.current
    if value < task.process.oom_score_adj and current is not None and current.euid:
        raise Errno(EPERM)
    task.process.oom_score_adj = value
