"""/proc/PID and /proc/PID/task/TID: which file about a task is made by which function (Linux: fs/proc/base.c)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emu.kernel.errno import ENOENT, Errno
from emu.kernel.fs.inode import Inode
from emu.kernel.fs.namei import path_of
from emu.kernel.fs.procfs import PageMap, ProcDir, ProcFile, ProcLink
from emu.kernel.proc import mounts, page_bits, status, task, task_mmu
from emu.kernel.proc.fdinfo import find_fdinfo, name_to_int

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

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

PRIVATE = frozenset(("environ", "auxv", "pagemap", "fd"))  # of their owner

GUARDED = frozenset(
    "maps smaps smaps_rollup pagemap environ auxv exe cwd root fdinfo".split()
)  # see procfs.must_access


def task_dir(kernel: Kernel, parent: ProcDir, of: Task, name: str) -> ProcDir:
    """/proc/PID, and /proc/PID/task/TID."""
    names = [*TASK_FILES, "clear_refs", "oom_score_adj", "pagemap", "exe", "cwd", "root", "fd", "fdinfo"]
    names += [] if parent.name == b"task" else ["task"]  # a thread's folder has no threads in it
    return ProcDir(parent.sb, parent, name.encode(), partial(list, names), partial(find_in_task, kernel, of))


def find_in_task(kernel: Kernel, of: Task, here: ProcDir, name: str) -> Inode | None:
    """A file about a task: it belongs to the task's user, and some are for him alone."""
    inode = make_in_task(kernel, of, here, name)
    if inode is not None:
        if name in PRIVATE:
            inode.mode &= ~0o077
        inode.uid, inode.gid = dump_owner(of, inode)
        if name in GUARDED:
            inode.of = of
    return inode


def dump_owner(of: Task, inode: Inode) -> tuple[int, int]:
    """task_dump_owner: the task's user; root, but for the open folders, when nobody may look into the process."""
    open_to_all = inode.is_dir and inode.mode & 0o777 == 0o555
    own_fd = inode.is_dir and of.kernel.current is not None and of.kernel.current.process is of.process
    return (of.euid, of.egid) if of.process.dumpable or open_to_all or own_fd else (0, 0)


def make_in_task(kernel: Kernel, of: Task, here: ProcDir, name: str) -> Inode | None:
    """The inode of a name in the folder of task `of`, with nobody's rights yet; None: no such name."""
    sb = here.sb
    if name == "comm":
        return ProcFile(sb, partial(task.comm, kernel, of), partial(task.write_comm, kernel, of))
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
    if name == "fdinfo":
        return ProcDir(sb, here, b"fdinfo", partial(fd_names, of), partial(find_fdinfo, kernel, of))
    if name == "task" and here.parent.name != b"task":
        tids = [str(thread.pid) for thread in of.process.threads]
        return ProcDir(sb, here, b"task", partial(list, tids), partial(find_thread, kernel, of))
    return None


def exe(of: Task) -> File:
    """The program that a task runs. ENOENT when it has ended since."""
    if of.mm is None or of.mm.exe_file is None:
        raise Errno(ENOENT)
    return of.mm.exe_file


def exe_path(of: Task) -> str:
    """What the link /proc/PID/exe says. ENOENT."""
    return exe(of).path


def exe_inode(of: Task) -> Inode:
    """Where it leads. ENOENT."""
    return exe(of).inode


def cwd(of: Task) -> Inode:
    """Where /proc/PID/cwd leads."""
    return of.fs.cwd


def root(of: Task) -> Inode:
    """Where /proc/PID/root leads."""
    return of.fs.root


def root_path(of: Task) -> str:
    """What the link says."""
    return path_of(of.fs.root)


def fd_names(of: Task) -> list[str]:
    """Open descriptors, as readdir of fd/ shows them."""
    return [str(fd) for fd in sorted(of.files.open)]


def find_fd(of: Task, here: ProcDir, name: str) -> Inode | None:
    """fd/N: a link to the very file that is open, also when its name is gone."""
    file = of.files.open.get(name_to_int(name))
    return (
        ProcLink(here.sb, partial(getattr, file, "path"), partial(getattr, file, "inode")) if file is not None else None
    )


def find_thread(kernel: Kernel, of: Task, here: ProcDir, name: str) -> Inode | None:
    """task/TID."""
    thread = next((thread for thread in of.process.threads if str(thread.pid) == name), None)
    return task_dir(kernel, here, thread, name) if thread is not None else None
