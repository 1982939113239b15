"""/proc/PID/stat, statm and the small ones (proc(5); Linux: fs/proc/task_mmu.c,
array.c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, EPERM, Errno
from emu.kernel.fs.namei import path_of
from emu.kernel.mm import oom
from emu.kernel.mm.uaccess import copy_from_user
from emu.kernel.proc.system import ticks
from emu.kernel.rlimit import INFINITY

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
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


# -- stat, statm ------------------------------------------------------------------------------------------------------
def state_letter(task: Task) -> str:
    """R S D T Z …, as ps(1) shows it."""
    return "D" if task.uninterruptible else STATE_LETTERS[task.state]


def stat(kernel: Kernel, task: Task) -> bytes:
    """52 numbers; times in clock ticks, addresses and sizes in bytes, rss in pages."""
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


def write_comm(kernel: Kernel, task: Task, data: bytes) -> None:
    """15 bytes of a new name, for a thread of the caller's own process. EINVAL."""
    if kernel.current is None or kernel.current.process is not task.process:
        raise Errno(EINVAL)
    task.comm = data[:15].partition(b"\0")[0].decode("utf-8", "surrogateescape")


def auxv(kernel: Kernel, task: Task) -> bytes:
    return task.mm.auxv if task.mm else b""


def wchan(kernel: Kernel, task: Task) -> bytes:
    return b"0"


def cwd_path(task: Task) -> str:
    return path_of(task.fs.cwd, task.fs.root)


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
