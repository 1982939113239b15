"""strace's log, live: a line for each system call, signal and end of a task, from the kernel's tracepoints.

A call's arguments are written when it begins and its result when it returns. When another task writes in between, the
line is broken as strace does it: `<unfinished ...>`, later `<... read resumed>`. Tasks are told apart by `[pid N]`
while there are several.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.isa.abi import A0
from emu.kernel.errno import EINTR
from emu.kernel.siginfo import SIGKILL, name_of
from emu.kernel.strace.call import Call
from emu.kernel.strace.lines import Lines
from emu.kernel.strace.options import PLAIN, STATUSES, Options
from emu.kernel.strace.siginfo import origin
from emu.kernel.strace.start import first_execve
from emu.kernel.strace.summary import Summary
from emu.kernel.trace import Record, Tracer

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

KINDS = ("sys_enter", "sys_exit", "signal", "signal_ignored", "exit", "block")
EXECVE = 221  # its number
MAKERS = ("clone", "clone3")
MAY_WAIT_FOR_THE_HOST = frozenset(("read", "readv", "preadv", "pread64"))
RESTARTED = {
    "ERESTARTSYS": "ERESTARTSYS (To be restarted if SA_RESTART is set)",
    "ERESTARTNOINTR": "ERESTARTNOINTR (To be restarted)",
    "ERESTARTNOHAND": "ERESTARTNOHAND (To be restarted if no handler)",
    "ERESTART_RESTARTBLOCK": "ERESTART_RESTARTBLOCK (Interrupted by signal)",
}


class Strace:
    """Writes to `write` (text), as the options say."""

    def __init__(self, kernel: Kernel, write: Callable[[str], object], options: Options = PLAIN) -> None:
        self.kernel, self.options, self.write = kernel, options, write
        self.lines = Lines(kernel, write if options.lines else lambda text: None, options)
        self.summary = Summary() if options.summary else None
        self.calls: dict[int, Call] = {}  # pid -> its call under way
        self.vforks: dict[int, int] = {}  # child -> its maker, while that waits for it
        self.later: dict[int, list[Record]] = {}  # pid -> signals that it ignores, to be told when its call ends

    def listen(self) -> None:
        """Hang it into the kernel."""
        self.kernel.tracer = Tracer(self.sink, KINDS)

    def start(self) -> None:
        """The call that strace itself makes: execve of the program."""
        self.lines.number[1] = EXECVE
        wanted = self.options.only is None or "execve" in self.options.only
        if wanted and "successful" in self.options.statuses:
            begun, outcome = first_execve(self.kernel, self.options)
            self.lines.begin(1, self.kernel.now, begun)
            self.lines.end(1, self.kernel.now, "", "", outcome)

    def finish(self) -> None:
        """The run has ended: what is still under way, and the summary."""
        self.lines.interrupt()
        if self.summary is not None:
            self.write(self.summary.table())

    def sink(self, record: Record) -> None:
        """A tracepoint was passed."""
        getattr(self, record.kind)(record)

    def flush(self) -> None:
        """Let an unfinished line be seen."""
        self.lines.flush()

    # -- tracepoints --------------------------------------------------------------------------------------------------
    def sys_enter(self, record: Record) -> None:
        name, task = record.fields["name"], self.kernel.tasks.get(record.pid)
        wanted = self.options.only is None or name in self.options.only
        if not wanted or task is None or self.again(record):
            return
        call = Call(self.kernel, task, name, record.fields["args"], self.options)
        self.calls[record.pid], call.since = call, record.cycle - self.kernel.cost_syscall  # which is charged by now
        self.lines.number[record.pid] = record.fields["nr"]
        call.begin()
        if self.options.statuses == STATUSES:
            self.lines.begin(record.pid, record.cycle, f"{call.name}({call.begun}")
        if name in MAY_WAIT_FOR_THE_HOST:
            self.lines.flush()

    def again(self, record: Record) -> bool:
        """Whether it is a call that waited, for whatever or for the disk, and is executed anew."""
        under_way = self.calls.get(record.pid)
        return under_way is not None and (record.fields["again"] or under_way.same(record.fields))

    def sys_exit(self, record: Record) -> None:
        call, result = self.calls.get(record.pid), record.fields["result"]
        if call is not None and result is None and call.name in MAKERS:
            self.vforks[self.outcome(call) or 0] = record.pid
        elif call is not None:
            del self.calls[record.pid]
            self.end_call(record, call, self.outcome(call) if result is None else result)
        if result is None and record.fields["name"].startswith("execve"):
            self.vfork_done(record)

    def vfork_done(self, record: Record) -> None:
        """A task has left the memory that it had from its maker, which waits for that: its vfork returns."""
        maker = self.vforks.pop(record.pid, 0)
        call = self.calls.pop(maker, None)
        if call is not None:
            self.lines.leaving = record.pid if record.kind == "exit" else 0
            self.end_call(record._replace(pid=maker), call, record.pid)
            self.lines.leaving = 0

    def outcome(self, call: Call) -> int | None:
        """The result of a call that has set the registers itself; None for one that ends the task."""
        task = call.task
        if call.name in ("rt_sigreturn", *MAKERS):
            return (self.kernel.harts[task.loaded_on].x if task.loaded_on >= 0 else task.regs)[A0]
        return 0 if call.name.startswith("execve") else None

    def block(self, record: Record) -> None:
        self.lines.flush()

    def signal(self, record: Record) -> None:
        if record.fields["number"] == SIGKILL:
            return  # of which the call under way learns nothing
        call = self.calls.get(record.pid)
        task = self.kernel.tasks.get(record.pid)
        if call is not None and task is not None and task.in_call:
            del self.calls[record.pid]
            result = getattr(task.restart, "settled", None)
            if result is None and task.in_call == "EINTR":
                result = -EINTR
            self.end_call(record, call, result, "" if result is not None else RESTARTED[task.in_call])
        self.arrival(record)

    def arrival(self, record: Record) -> None:
        """The line of a signal, and of what it stops."""
        name = record.fields["name"]
        if name not in self.options.signals:
            return
        self.lines.whole(record.pid, record.cycle, f"--- {name} {origin(record.fields)} ---")
        if record.fields.get("action") == "stop":
            self.lines.whole(record.pid, record.cycle, f"--- stopped by {name} ---")

    def signal_ignored(self, record: Record) -> None:
        if record.pid in self.calls:
            self.later.setdefault(record.pid, []).append(record)
        else:
            self.arrival(record)

    def exit(self, record: Record) -> None:
        call = self.calls.pop(record.pid, None)
        if call is not None:
            self.end_call(record, call, None)
        number = record.fields["signal"]
        what = f"killed by {name_of(number)}" if number else f"exited with {record.fields['code']}"
        if name_of(number) in self.options.signals if number else self.options.quiet < 2:
            self.lines.whole(record.pid, record.cycle, f"+++ {what} +++")
        self.vfork_done(record)

    def end_call(self, record: Record, call: Call, result: int | None, why: str = "") -> None:
        """The rest of a call's line."""
        begun = call.begun
        call.restarts = bool(why)
        call.finish(result)
        arguments = call.arguments_text()
        nanoseconds = self.kernel.nanoseconds(max(record.cycle - call.since, 0))
        outcome = call.result_text() + (f" {why}" if why else "")
        if self.options.spent and (result is not None or why):
            outcome += f" <{nanoseconds / 1e9:.9f}>"
        rest = arguments[len(begun) :] if arguments.startswith(begun) else f" /* now: */ {arguments}"
        if self.options.statuses == STATUSES:
            self.lines.end(record.pid, record.cycle, rest, f"<... {call.name} resumed>", outcome)
        elif status(call, why) in self.options.statuses:
            self.lines.begin(record.pid, call.since + self.kernel.cost_syscall, f"{call.name}({begun}")
            self.lines.end(record.pid, record.cycle, rest, "", outcome)
        if self.summary is not None and (result is not None or why):
            self.summary.add(call.name, nanoseconds, bool(why) or call.failed)
        for ignored in self.later.pop(record.pid, ()):
            self.arrival(ignored)


def status(call: Call, why: str) -> str:
    """What -z, -Z and -e status= call it."""
    if call.result is None and not why:
        return "unfinished"
    return "failed" if why or call.failed else "successful"
