"""strace's log, live: a line for each system call, signal and end of a task, from the kernel's tracepoints.

A call's arguments are written when it begins and its result when it returns. When another task writes in between, the
line is broken as strace does it: `<unfinished ...>`, later `<... read resumed>`. Tasks are told apart by `[pid N]`
while there are several.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from emu.isa.abi import A0
from emu.kernel.siginfo import SIGCHLD, name_of
from emu.kernel.strace.call import Call
from emu.kernel.strace.structures import code_name
from emu.kernel.strace.text import address, struct
from emu.kernel.trace import Record, Tracer

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

KINDS = ("sys_enter", "sys_exit", "signal", "exit", "block")
MAY_WAIT_FOR_THE_HOST = frozenset(("read", "readv", "preadv", "pread64"))
RESTARTED = {
    "restart": "ERESTARTSYS (To be restarted if SA_RESTART is set)",
    "eintr": "ERESTARTNOHAND (To be restarted if no handler)",
}
FAULTS = frozenset((4, 5, 7, 8, 11))


class Strace:
    """Writes to `write` (text). `only` restricts it to some system calls; None is all."""

    def __init__(self, kernel: Kernel, write: Callable[[str], object], only: Collection[str] | None = None) -> None:
        self.kernel, self.write, self.only = kernel, write, only
        self.calls: dict[int, Call] = {}  # pid -> its call under way
        self.open: int | None = None  # whose line is not ended yet
        self.held = ""  # of that line, what is not written yet

    def listen(self) -> None:
        """Hang it into the kernel."""
        self.kernel.tracer = Tracer(self.sink, KINDS)

    def sink(self, record: Record) -> None:
        """A tracepoint was passed."""
        getattr(self, record.kind)(record)

    # -- tracepoints --------------------------------------------------------------------------------------------------
    def sys_enter(self, record: Record) -> None:
        name, task = record.fields["name"], self.kernel.tasks.get(record.pid)
        wanted = self.only is None or name in self.only
        if not wanted or task is None or (record.fields["again"] and record.pid in self.calls):
            return
        call = self.calls[record.pid] = Call(self.kernel, task, name, record.fields["args"])
        self.begin_line(record.pid, f"{name}({call.begin()}")
        if name in MAY_WAIT_FOR_THE_HOST:
            self.flush()

    def sys_exit(self, record: Record) -> None:
        call = self.calls.pop(record.pid, None)
        if call is not None:
            result = record.fields["result"]
            self.end_call(record.pid, call, self.outcome(call) if result is None else result)

    def outcome(self, call: Call) -> int | None:
        """The result of a call that has set the registers itself; None for one that ends the task."""
        task = call.task
        if call.name in ("rt_sigreturn", "clone", "clone3"):
            return (self.kernel.harts[task.loaded_on].x if task.loaded_on >= 0 else task.regs)[A0]
        return 0 if call.name.startswith("execve") else None

    def block(self, record: Record) -> None:
        self.flush()

    def signal(self, record: Record) -> None:
        number, call = record.fields["number"], self.calls.get(record.pid)
        task = self.kernel.tasks.get(record.pid)
        if call is not None and task is not None and task.in_call:
            del self.calls[record.pid]
            sleeps = call.name.startswith(("nanosleep", "clock_nanosleep"))
            why = "ERESTART_RESTARTBLOCK (Interrupted by signal)" if sleeps else RESTARTED.get(task.in_call, "")
            self.end_call(record.pid, call, None, why)
        self.line(record.pid, f"--- {name_of(number)} {self.origin(record)} ---")

    def exit(self, record: Record) -> None:
        call = self.calls.pop(record.pid, None)
        if call is not None:
            self.end_call(record.pid, call, None)
        number = record.fields["signal"]
        what = f"killed by {name_of(number)}" if number else f"exited with {record.fields['code']}"
        self.line(record.pid, f"+++ {what} +++")

    def origin(self, record: Record) -> str:
        """siginfo_t."""
        number, code = record.fields["number"], record.fields["code"]
        head = {"si_signo": name_of(number), "si_code": code_name(number, code)}
        if number in FAULTS and code > 0:
            return struct(**head, si_addr=address(record.fields["address"]))
        sender = {"si_pid": record.fields["sender"], "si_uid": record.fields["uid"]}
        if number == SIGCHLD:
            sender["si_status"] = record.fields["status"]
        return struct(**head, **sender)

    # -- lines --------------------------------------------------------------------------------------------------------
    def prefix(self, pid: int) -> str:
        """Who speaks, when there are several."""
        several = sum(1 for task in self.kernel.tasks.values() if not task.is_kthread and task.mm is not None) > 1
        return f"[pid {pid:>5}] " if several else ""

    def begin_line(self, pid: int, text: str) -> None:
        """The start of a line, which is held back until something must be seen."""
        self.interrupt_line(pid)
        self.open, self.held = pid, self.prefix(pid) + text

    def end_call(self, pid: int, call: Call, result: int | None, why: str = "") -> None:
        """The rest of a call's line, or all that is left of one that was broken."""
        begun = call.begun
        call.finish(result)
        arguments = call.arguments_text()
        outcome = f"{call.result_text()}{' ' + why if why else ''}"
        rest = arguments[len(begun) :] if arguments.startswith(begun) else f" /* now: */ {arguments}"
        if self.open == pid:
            self.put(f"{rest}) = {outcome}\n")
        else:
            self.interrupt_line(pid)
            self.put(f"{self.prefix(pid)}<... {call.name} resumed>{rest}) = {outcome}\n")
        self.open = None

    def line(self, pid: int, text: str) -> None:
        """A whole line."""
        self.interrupt_line(pid)
        self.put(f"{self.prefix(pid)}{text}\n")

    def interrupt_line(self, pid: int) -> None:
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
