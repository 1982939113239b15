"""`--proc`: files of /proc as they are when process 1 ends, before its memory goes, or when the run is stopped.

`meminfo` is a file of the system, `maps` one of process 1, `2/maps` of process 2, `*/maps` of every process: of those
that end earlier, as it was at their end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.errors import EmuError, did_you_mean

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process

MOST = 200  # files that are kept
NOT_TEXT = ("auxv",)
TUNABLES = "sys/"


def parse(names: str) -> tuple[str, ...]:
    """'maps,meminfo' as paths below /proc. EmuError for what isn't there."""
    return tuple(path_of(name.strip().removeprefix("/proc/")) for name in names.split(",") if name.strip())


def path_of(name: str) -> str:
    from emu.kernel import tunables
    from emu.kernel.proc.base import TASK_FILES
    from emu.kernel.proc.root import SYSTEM_FILES

    of_task = [*(name for name in TASK_FILES if name not in NOT_TEXT), "oom_score_adj"]
    settings = [f"{TUNABLES}{known.replace('.', '/')}" for known in tunables.BOUNDS]
    pid, slash, rest = name.partition("/")
    if slash and (pid == "*" or pid.isdecimal()):
        if rest in of_task:
            return name
    elif name in SYSTEM_FILES or name in settings:
        return name
    elif name in of_task:
        return f"1/{name}"
    known = [*SYSTEM_FILES, *of_task, *settings]
    raise EmuError(f"no file of /proc is called {name!r}", hint=did_you_mean(rest or name, known) or ", ".join(known))


class Captures:
    """`texts` are the files, by their paths, as far as they were taken."""

    def __init__(self, kernel: Kernel, paths: tuple[str, ...]) -> None:
        self.kernel, self.paths = kernel, paths
        self.texts: dict[str, str] = {}

    def process_ends(self, process: Process) -> None:
        """Its last thread is about to leave its memory."""
        if self.paths:
            self.take_of(process)
            if process.leader is self.kernel.init:
                self.finish()

    def finish(self) -> None:
        """The run is over: what is still wanted."""
        for task in list(self.kernel.tasks.values()):
            if task.is_leader and task.process.threads:
                self.take_of(task.process)
        for path in self.paths:
            if path[0] != "*" and not path[0].isdecimal():
                self.keep(path)

    def never_seen(self) -> list[str]:
        """Files that were asked for of processes that were not there."""
        known = self.texts if len(self.texts) < MOST else self.paths
        return [path for path in self.paths if path[0].isdecimal() and path not in known]

    def take_of(self, process: Process) -> None:
        """A process ends: keep the files that were asked for of it."""
        pid = process.leader.pid
        for path in self.paths:
            of, slash, name = path.partition("/")
            if slash and (of == "*" or of == str(pid)):
                self.keep(f"{pid}/{name}")

    def keep(self, path: str) -> None:
        """Once, and not without end."""
        if path not in self.texts and len(self.texts) < MOST:
            data = read(self.kernel, path)
            self.texts[path] = data.replace(b"\0", b"\n").decode("utf-8", "backslashreplace")


def read(kernel: Kernel, path: str) -> bytes:
    """A file below /proc, by a path from `parse` with the pid of a living process."""
    from emu.kernel.proc import sysctl, task
    from emu.kernel.proc.base import TASK_FILES
    from emu.kernel.proc.root import SYSTEM_FILES

    if path in SYSTEM_FILES:
        return SYSTEM_FILES[path](kernel)
    if path.startswith(TUNABLES):
        return sysctl.show(kernel, path.rpartition("/")[2])
    pid, _, name = path.partition("/")
    make = task.oom_score_adj if name == "oom_score_adj" else TASK_FILES[name]
    return make(kernel, kernel.tasks[int(pid)])
