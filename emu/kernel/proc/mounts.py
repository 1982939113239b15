"""/proc/mounts, /proc/PID/mounts and /proc/PID/mountinfo (proc_pid_mountinfo(5))."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.fs.directory import DirBase
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

FIRST_ID = 20  # of mounts; smaller ones are Linux's own


def escaped(path: str) -> str:
    """Blanks and backslashes as octal numbers."""
    return "".join(f"\\{ord(c):03o}" if c in " \t\n\\" else c for c in path)


def mode(root: DirBase) -> str:
    """ro or rw."""
    return "ro" if root.sb.readonly else "rw"


def mounts(kernel: Kernel, of: Task | None = None) -> bytes:
    """A line for each file system; all processes see the same."""
    lines = []
    for path, root in kernel.fs.mounts:
        lines.append(f"{escaped(root.sb.source)} {escaped(path)} {root.sb.kind} {mode(root)},relatime 0 0\n")
    return "".join(lines).encode("utf-8", "surrogateescape")


def mountinfo(kernel: Kernel, of: Task) -> bytes:
    """The same with numbers: of the mount, of the one that it stands on, and of the device."""
    ids = {path: FIRST_ID + n for n, (path, _) in enumerate(kernel.fs.mounts)}
    lines = []
    for path, root in kernel.fs.mounts:
        numbers = f"{ids[path]} {ids.get(below(path, ids), FIRST_ID - 1)} {root.sb.dev >> 8}:{root.sb.dev & 0xFF}"
        what = f"{root.sb.kind} {escaped(root.sb.source)} {mode(root)}"
        lines.append(f"{numbers} / {escaped(path)} {mode(root)},relatime - {what}\n")
    return "".join(lines).encode("utf-8", "surrogateescape")


def below(path: str, others: Iterable[str]) -> str:
    """The mount that a mount stands on: the longest path that leads to it."""
    return max((o for o in others if o != path and path.startswith(o.rstrip("/") + "/")), key=len, default="")
