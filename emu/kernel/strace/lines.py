"""The lines of the log: who speaks and when, the column of the equal sign, and a line that another task breaks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.kernel.strace.options import Options

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

CLOCKS = {"t": "%H:%M:%S", "tt": "%H:%M:%S", "ttt": ""}


class Lines:
    """Writes to `write` (text). A line that is begun is held back until something must be seen."""

    def __init__(self, kernel: Kernel, write: Callable[[str], object], options: Options) -> None:
        self.kernel, self.write, self.options = kernel, write, options
        self.open: int | None = None  # whose line is not ended yet
        self.held = ""  # of that line, what is not written yet
        self.width = 0  # of that line, in characters
        self.last: int | None = None  # when the last line began, in ns
        self.leaving = 0  # the task that has just ended
        self.number: dict[int, int] = {}  # pid -> its last call's

    def begin(self, pid: int, cycle: int, text: str) -> None:
        """The start of a call's line."""
        self.interrupt()
        self.open, self.held = pid, self.leader(pid, cycle) + text
        self.width = len(self.held)

    def end(self, pid: int, cycle: int, rest: str, resumed: str, outcome: str) -> None:
        """The end of a call's line; if the line was broken, a new one that begins with `resumed`."""
        if self.open != pid:
            self.begin(pid, cycle, resumed)
        gap = " " * max(self.options.column - self.width - len(rest) - 2, 0)
        self.put(f"{rest}) {gap}= {outcome}\n")
        self.open = None

    def whole(self, pid: int, cycle: int, text: str) -> None:
        """A line of its own."""
        self.interrupt()
        self.put(f"{self.leader(pid, cycle)}{text}\n")

    def interrupt(self) -> None:
        """Somebody else writes: an open line is ended."""
        if self.open is not None:
            self.put(" <unfinished ...>\n")
        self.open = None

    def put(self, text: str) -> None:
        """The held text and this, in one go."""
        self.write(self.held + text)
        self.held = ""

    def flush(self) -> None:
        """Let an unfinished line be seen."""
        if self.held:
            self.put("")

    # -- what each line begins with -----------------------------------------------------------------------------------
    def leader(self, pid: int, cycle: int) -> str:
        """Who speaks, when there are several, and the time."""
        tasks = [task for task in self.kernel.tasks.values() if not task.is_kthread and task.mm is not None]
        several = sum(task.pid != self.leaving for task in tasks) > 1
        number = f"[{self.number.get(pid, 0):4}] " if self.options.numbers else ""
        return (f"[pid {pid:>5}] " if several else "") + self.time(cycle) + number

    def time(self, cycle: int) -> str:
        """The simulated time as -t, -tt, -ttt or -r asks for it: of the day (UTC), since 1970, since the last line."""
        stamp, now = self.options.stamp, self.kernel.nanoseconds(cycle)
        if not stamp:
            return ""
        if stamp == "r":
            since = max(now - (now if self.last is None else self.last), 0)
            self.last = now
            return f"{since // 10**9:6}.{since % 10**9:09} "
        seconds, rest = divmod(now, 10**9)
        seconds += self.kernel.options.epoch
        text = time.strftime(CLOCKS[stamp], time.gmtime(seconds)) or str(seconds)
        return f"{text} " if stamp == "t" else f"{text}.{rest:09} "
