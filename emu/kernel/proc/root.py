"""The tree of /proc: which file is made by which function."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emu.kernel.errno import ENOENT, Errno
from emu.kernel.fs.inode import Inode, SuperBlock
from emu.kernel.fs.namei import path_of
from emu.kernel.fs.procfs import PageMap, ProcDir, ProcFile, ProcLink
from emu.kernel.proc import (
    events,
    kpage,
    meminfo,
    memory,
    mounts,
    page_bits,
    status,
    sysctl,
    system,
    task,
    task_mmu,
    zoneinfo,
)

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

SYSTEM_FILES = {
    "meminfo": meminfo.meminfo,
    "vmstat": events.vmstat,
    "buddyinfo": memory.buddyinfo,
    "zoneinfo": zoneinfo.zoneinfo,
    "slabinfo": memory.slabinfo,
    "swaps": memory.swaps,
    "pagetypeinfo": memory.pagetypeinfo,
    "stat": system.stat,
    "uptime": system.uptime,
    "loadavg": system.loadavg,
    "version": system.version,
    "cpuinfo": system.cpuinfo,
    "interrupts": system.interrupts,
    "softirqs": system.softirqs,
    "mounts": mounts.mounts,
    "filesystems": system.filesystems,
    "diskstats": system.diskstats,
    "cmdline": system.cmdline,
}
FRAME_FILES = {"kpagecount": kpage.kpagecount, "kpageflags": kpage.kpageflags}
TASK_FILES = {
    "maps": task_mmu.maps,
    "smaps": task_mmu.smaps,
    "smaps_rollup": task_mmu.smaps_rollup,
    "status": status.status,
    "stat": task.stat,
    "statm": task.statm,
    "cmdline": task.cmdline,
    "environ": task.environ,
    "comm": task.comm,
    "auxv": task.auxv,
    "limits": task.limits,
    "oom_score": task.oom_score,
    "wchan": task.wchan,
    "mounts": mounts.mounts,
    "mountinfo": mounts.mountinfo,
}

PRIVATE = frozenset(("environ", "auxv", "pagemap", "fd", *FRAME_FILES, "slabinfo", "pagetypeinfo"))  # of their owner

GUARDED = frozenset("maps smaps smaps_rollup pagemap environ auxv exe cwd root".split())  # see procfs.must_access


def make_root(kernel: Kernel) -> ProcDir:
    """The directory /proc."""
    sb = SuperBlock(kernel, "proc", "proc")
    sb.magic = 0x9FA0
    return ProcDir(sb, None, b"proc", partial(root_names, kernel), partial(find_in_root, kernel))


def root_names(kernel: Kernel) -> list[str]:
    pids = [str(t.pid) for t in kernel.tasks.values() if t.is_leader]
    return [*SYSTEM_FILES, *FRAME_FILES, "self", "thread-self", "sys", *pids]


def find_in_root(kernel: Kernel, here: ProcDir, name: str) -> Inode | None:
    inode = make_in_root(kernel, here, name)
    if inode is not None and name in PRIVATE:
        inode.mode &= ~0o077
    return inode


def make_in_root(kernel: Kernel, here: ProcDir, name: str) -> Inode | None:
    sb = here.sb
    if name in SYSTEM_FILES:
        return ProcFile(sb, partial(SYSTEM_FILES[name], kernel))
    if name in FRAME_FILES:
        return PageMap(sb, partial(FRAME_FILES[name], kernel))
    if name == "self":
        return ProcLink(sb, partial(own_pid, kernel))
    if name == "thread-self":
        return ProcLink(sb, partial(own_thread, kernel))
    if name == "sys":
        return sysctl.make_tree(kernel, here)
    if name.isascii() and name.isdigit() and len(name) < 8:
        found = kernel.tasks.get(int(name))
        if found is not None:
            return task_dir(kernel, here, found, name)
    return None


def task_dir(kernel: Kernel, parent: ProcDir, of: Task, name: str) -> ProcDir:
    """/proc/PID, and /proc/PID/task/TID."""
    names = [*TASK_FILES, "clear_refs", "oom_score_adj", "pagemap", "exe", "cwd", "root", "fd"]
    names += [] if parent.name == b"task" else ["task"]  # a thread's folder has no threads in it
    return ProcDir(parent.sb, parent, name.encode(), partial(list, names), partial(find_in_task, kernel, of))


def find_in_task(kernel: Kernel, of: Task, here: ProcDir, name: str) -> Inode | None:
    """A file about a task: it belongs to the task's user, and some are for him alone."""
    inode = make_in_task(kernel, of, here, name)
    if inode is not None:
        inode.uid, inode.gid = of.euid, of.egid
        if name in PRIVATE:
            inode.mode &= ~0o077
        if name in GUARDED:
            inode.of = of
    return inode


def make_in_task(kernel: Kernel, of: Task, here: ProcDir, name: str) -> Inode | None:
    sb = here.sb
    if name in TASK_FILES:
        return ProcFile(sb, partial(TASK_FILES[name], kernel, of))
    if name == "oom_score_adj":
        return ProcFile(sb, partial(task.oom_score_adj, kernel, of), partial(task.write_oom_score_adj, kernel, of))
    if name == "clear_refs":
        return ProcFile(sb, bytes, partial(page_bits.clear_refs, of))
    if name == "pagemap":
        return PageMap(sb, partial(page_bits.pagemap, kernel, of))
    if name == "exe" and of.mm is not None and of.mm.exe_file is not None:
        return ProcLink(sb, partial(exe_path, of), partial(exe_inode, of))
    if name == "cwd":
        return ProcLink(sb, partial(task.cwd_path, of), partial(cwd, of))
    if name == "root":
        return ProcLink(sb, partial(root_path, of), partial(root, of))
    if name == "fd":
        return ProcDir(sb, here, b"fd", partial(fd_names, of), partial(find_fd, of))
    if name == "task" and here.parent.name != b"task":
        tids = [str(thread.pid) for thread in of.process.threads]
        return ProcDir(sb, here, b"task", partial(list, tids), partial(find_thread, kernel, of))
    return None


def own_pid(kernel: Kernel) -> str:
    return str(kernel.current.tgid if kernel.current else 1)


def own_thread(kernel: Kernel) -> str:
    return f"{kernel.current.tgid}/task/{kernel.current.pid}"


def exe(of: Task) -> File:
    """The program that a task runs. ENOENT when it has ended since."""
    if of.mm is None or of.mm.exe_file is None:
        raise Errno(ENOENT)
    return of.mm.exe_file


def exe_path(of: Task) -> str:
    return exe(of).path


def exe_inode(of: Task) -> Inode:
    return exe(of).inode


def cwd(of: Task) -> Inode:
    return of.fs.cwd


def root(of: Task) -> Inode:
    return of.fs.root


def root_path(of: Task) -> str:
    return path_of(of.fs.root)


def fd_names(of: Task) -> list[str]:
    return [str(fd) for fd in sorted(of.files.open)]


def find_fd(of: Task, here: ProcDir, name: str) -> Inode | None:
    file = of.files.open.get(int(name)) if name.isascii() and name.isdigit() and len(name) < 8 else None
    return (
        ProcLink(here.sb, partial(getattr, file, "path"), partial(getattr, file, "inode")) if file is not None else None
    )


def find_thread(kernel: Kernel, of: Task, here: ProcDir, name: str) -> Inode | None:
    thread = next((thread for thread in of.process.threads if str(thread.pid) == name), None)
    return task_dir(kernel, here, thread, name) if thread is not None else None
