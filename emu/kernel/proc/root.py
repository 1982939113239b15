"""/proc itself: which file about the system is made by which function (Linux: fs/proc/root.c). Of tasks: base.py."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emu.kernel.fs.inode import Inode, SuperBlock
from emu.kernel.fs.procfs import PageMap, ProcDir, ProcFile, ProcLink
from emu.kernel.proc import events, kpage, meminfo, memory, mounts, sysctl, system, zoneinfo
from emu.kernel.proc.base import task_dir

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

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
FOR_ROOT = frozenset((*FRAME_FILES, "slabinfo", "pagetypeinfo"))


def make_root(kernel: Kernel) -> ProcDir:
    """The directory /proc."""
    sb = SuperBlock(kernel, "proc", "proc")
    sb.magic = 0x9FA0
    return ProcDir(sb, None, b"proc", partial(root_names, kernel), partial(find_in_root, kernel))


def root_names(kernel: Kernel) -> list[str]:
    """What readdir shows: one folder for each thread group."""
    pids = [str(t.pid) for t in kernel.tasks.values() if t.is_leader]
    return [*SYSTEM_FILES, *FRAME_FILES, "self", "thread-self", "sys", *pids]


def find_in_root(kernel: Kernel, here: ProcDir, name: str) -> Inode | None:
    """lookup: a new inode for each that is asked for; None: ENOENT."""
    inode = make_in_root(kernel, here, name)
    if inode is not None and name in FOR_ROOT:
        inode.mode &= ~0o077
    return inode


def make_in_root(kernel: Kernel, here: ProcDir, name: str) -> Inode | None:
    """The inode of a name in /proc, with the rights of a public file; None: no such name."""
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


def own_pid(kernel: Kernel) -> str:
    """What /proc/self links to."""
    return str(kernel.current.tgid if kernel.current else 1)


def own_thread(kernel: Kernel) -> str:
    """What /proc/thread-self links to."""
    return f"{kernel.current.tgid}/task/{kernel.current.pid}"
