"""Packets in, replies out: one stub serves one connection. `resume` runs the guest; the rest answers at once.

A handler is a function (stub, rest of the packet) -> reply as bytes; HANDLERS of the modules map beginnings of packets
to them. An unknown packet gets the empty reply, as the protocol wants; what the session refuses, an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emu.debug.gdb import access, events, hostio, points, resume, threads, xfer
from emu.debug.gdb.target import registers
from emu.debug.guard import InternalError, guarded
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session

Handler = Callable[["Stub", bytes], bytes | None]
MALFORMED = (ValueError, IndexError, KeyError, OverflowError)
OK, BAD, ERROR = b"OK", b"E01", b"E0e"
PACKET_SIZE = 0x4000
STALE = "gdb still holds the registers from before this: maintenance flush register-cache\n"
FEATURES = (
    b"QStartNoAckMode+", b"vContSupported+", b"multiprocess+", b"swbreak+", b"hwbreak+",
    b"ReverseStep+", b"ReverseContinue+",
    b"qXfer:features:read+", b"qXfer:memory-map:read+", b"qXfer:auxv:read+", b"qXfer:exec-file:read+",
    b"qXfer:threads:read+", b"QPassSignals+", b"QCatchSyscalls+",
)  # fmt: skip


class Stub:
    """The state of a connection: which thread gdb means, what it opened, how the guest stopped last.

    run_line(text) executes a line of the REPL and returns what it prints: the `monitor` command.
    """

    def __init__(self, session: Session, run_line: Callable[[str], str]) -> None:
        self.session, self.run_line = session, run_line
        self.acks = True
        self.finished = self.extended = False
        self.general: int | None = None  # pid (a thread's id) for registers and memory
        self.points: dict[tuple[int, int, int, int], int] = {}  # (process, type, address, length): the session's number
        self.files: dict[int, Any] = {}
        self.threads: list[int] = []
        self.passed: set[int] = set()  # signals that gdb doesn't want to hear of
        self.syscalls: list[str] = []  # those that it does; '': all
        self.events: set[bytes] = set()  # fork-events … that gdb knows
        self.attached: set[int] | None = None  # the processes that it debugs; None: all
        self.over: set[int] = set()  # those whose end it was told
        self.vforks: set[int] = set()  # tasks that wait for the end of a vfork that was told
        self.send_console: Callable[[str], None] = lambda text: None
        self.registers = registers(session.machine.xlen, floats=True)
        self.table = general() | access.HANDLERS | points.HANDLERS | resume.HANDLERS | threads.HANDLERS
        self.table |= xfer.HANDLERS | hostio.HANDLERS | events.HANDLERS

    def answer(self, packet: bytes) -> bytes | None:
        """The reply to a packet; None for those that have none."""
        for length in range(min(len(packet), 24), 0, -1):
            handler = self.table.get(packet[:length])
            if handler is not None:
                return self.guarded(handler, packet[length:])
        return b""

    def guarded(self, handler: Handler, rest: bytes) -> bytes | None:
        """Whatever gdb sends, it gets an answer."""
        try:
            with guarded("gdb"):
                return handler(self, rest)
        except InternalError as error:
            self.send_console(f"{error}\n" if not isinstance(error.__context__, MALFORMED) else "")
            return BAD
        except EmuError as error:
            self.send_console(f"{error}\n")
            return ERROR

    @property
    def pid(self) -> int:
        """The thread that registers and memory belong to: the one chosen if it still lives, else the selected one."""
        tasks = self.session.kernel.tasks
        return self.general if self.general in tasks else self.session.pid

    def tgid(self, pid: int) -> int:
        """The process of a thread."""
        task = self.session.kernel.tasks.get(pid)
        return task.tgid if task is not None else pid

    def forget(self, tgid: int) -> None:
        """gdb's breakpoints in a process are gone: it has ended, or runs another program."""
        points.clear(self, tgid)

    def let_go(self, rest: bytes) -> bool:
        """;PID of D and vKill: detach from one process; whether others are left."""
        tgid = int(rest.lstrip(b";") or b"0", 16)
        if self.attached is None or not tgid:
            return False
        self.attached.discard(tgid)
        self.forget(tgid)
        return any(threads.living(self))


def general() -> dict[bytes, Handler]:
    """Packets about the connection itself."""
    return {
        b"qSupported": supported,
        b"QStartNoAckMode": no_acks,
        b"!": extend,
        b"vRun;": run,
        b"R": run,
        b"qAttached": lambda stub, rest: b"0",
        b"qSymbol": lambda stub, rest: OK,
        b"QPassSignals:": pass_signals,
        b"qRcmd,": monitor,
        b"D": detach,
        b"k": kill,
        b"vKill": kill_process,
    }


def supported(stub: Stub, rest: bytes) -> bytes:
    """What gdb can do, and what is here."""
    return b";".join((b"PacketSize=%x" % PACKET_SIZE, *FEATURES)) + events.supported(stub, rest)


def no_acks(stub: Stub, rest: bytes) -> bytes:
    """From here on no + and -: TCP is reliable."""
    stub.acks = False
    return OK


def pass_signals(stub: Stub, rest: bytes) -> bytes:
    """The signals that are delivered without a stop."""
    stub.passed = {int(word, 16) for word in rest.split(b";") if word}
    return OK


def monitor(stub: Stub, rest: bytes) -> bytes:
    """`monitor LINE`: any line of the debugger; its answer is gdb's console output."""
    line = bytes.fromhex(rest.decode("ascii")).decode("utf-8", "replace")
    engine = stub.session.engine
    before = engine.tick, len(engine.changes)
    stub.send_console(stub.run_line(line))
    if before != (engine.tick, len(engine.changes)):
        stub.send_console(STALE)
    return OK


def run(stub: Stub, rest: bytes) -> bytes:
    """vRun: the program anew, from its first instruction; it keeps the arguments that it was given."""
    stub.general = None
    stub.over.clear()
    stub.session.restart()
    return resume.why(stub, b"")


def detach(stub: Stub, rest: bytes) -> bytes:
    """gdb leaves a process, or all; its breakpoints go, the guest stays where it is."""
    if stub.let_go(rest):
        return OK
    points.clear(stub)
    stub.finished = not stub.extended
    return OK


def extend(stub: Stub, rest: bytes) -> bytes:
    """target extended-remote: the connection outlives the program, `run` begins it anew."""
    stub.extended = True
    return OK


def kill_process(stub: Stub, rest: bytes) -> bytes:
    """The end of the debugged program; of an extended connection only gdb's breakpoints end with it.

    Of several processes, only one is killed.
    """
    if stub.let_go(rest):
        stub.session.kill(int(rest.lstrip(b";"), 16))
        return OK
    points.clear(stub)
    stub.finished = not stub.extended
    return OK


def kill(stub: Stub, rest: bytes) -> bytes:
    """The end of the debugged program, and of the connection."""
    stub.finished = True
    return OK
