"""`fd`: the open files of a process."""

from __future__ import annotations

from typing import Any

from emu.debug.look.subject import task_of
from emu.debug.look.words import number
from emu.debug.view import Table, View
from emu.kernel.fs import inode as kinds
from emu.kernel.fs.file import O_ACCMODE, O_APPEND, O_NONBLOCK

MODES = ("read", "write", "read and write", "?")
FLAGS = ((O_APPEND, "append"), (O_NONBLOCK, "non-blocking"))
KINDS = {
    kinds.S_IFREG: "file",
    kinds.S_IFDIR: "folder",
    kinds.S_IFIFO: "pipe",
    kinds.S_IFCHR: "device",
    kinds.S_IFLNK: "link",
}


def fd(session: Any, pid: int | None = None) -> View:
    """Descriptors with their files: mode, position, who shares the open file."""
    task = task_of(session, pid)
    rows = [entry(task, number_, file) for number_, file in sorted(task.files.open.items())]
    cells = [
        [
            str(r["fd"]),
            r["kind"],
            r["mode"],
            number(r["position"]),
            str(r["users"]),
            ", ".join(r["flags"]),
            r["path"],
            detail(r),
        ]
        for r in rows
    ]
    columns = ("fd", "kind", "mode", "position", "users", "flags", "path", "")
    return View(
        "fd", {"pid": task.pid, "files": rows, "shared_by": task.files.users}, [Table(columns, cells, right=(0, 3, 4))]
    )


def entry(task: Any, fd: int, file: Any) -> dict[str, Any]:
    """One descriptor."""
    node = file.inode
    flags = [name for bit, name in FLAGS if file.flags & bit] + (["close-on-exec"] if fd in task.files.cloexec else [])
    mapping = getattr(node, "mapping", None)
    return {
        "fd": fd,
        "path": file.path,
        "kind": KINDS.get(node.kind, "other"),
        "mode": MODES[file.flags & O_ACCMODE],
        "position": file.pos,
        "users": file.count,
        "flags": flags,
        "inode": node.ino,
        "size": getattr(node, "i_size", 0) or 0,
        "cached_pages": len(mapping.pages) if mapping is not None else 0,
        "pipe": pipe(node),
    }


def pipe(node: Any) -> dict[str, int] | None:
    """What is in a pipe, and who holds its ends."""
    if not (hasattr(node, "readers") and hasattr(node, "writers")):
        return None
    return {"bytes": getattr(node, "level", 0), "readers": node.readers, "writers": node.writers}


def detail(r: dict[str, Any]) -> str:
    """What matters most about one."""
    if r["pipe"]:
        p = r["pipe"]
        return f"{p['bytes']} bytes in it, {p['readers']} readers, {p['writers']} writers"
    return f"{r['size']:,} bytes, {r['cached_pages']} pages cached" if r["kind"] == "file" else ""
