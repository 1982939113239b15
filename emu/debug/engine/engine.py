"""Time: a debugged system that runs forwards and backwards.

Every instruction completed and every entry of the kernel is a tick. The system is deterministic, so any tick that was
ever reached can be reached again: put back the last copy before it, run on. Copies are made while the system runs, as
often as costs a small part of its time; what no copy can undo (a change by the user) is a copy of its own.

Mover    forwards, to a stop (mover.py)            Passer   over breakpoints, and past all of them (passer.py)
Seeker   backwards, to a stop (seeker.py)          Keeper   copies, and being at another time (keeper.py)
Changer  changes by the user, files (changer.py)     Entries  from entry to entry of the kernel (entries.py)
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

from emu.debug.engine.archive import Archive
from emu.debug.engine.cause import Cause
from emu.debug.engine.changer import Changer
from emu.debug.engine.checkpoints import Checkpoints
from emu.debug.engine.entries import Entries
from emu.debug.engine.keeper import Keeper
from emu.debug.engine.mover import Mover
from emu.debug.engine.pages import Pool
from emu.debug.engine.passer import Passer
from emu.debug.engine.seeker import Seeker
from emu.debug.engine.state import System
from emu.debug.engine.statehash import state_hash
from emu.debug.engine.streams import Streams
from emu.errors import EmuError

MEMORY = 512 << 20  # bytes for copies


class Engine(Mover, Passer, Keeper, Seeker, Entries, Changer):
    """`boot(stdin, stdout, stderr)` gives a fresh machine and kernel with the program as pid 1; it may be called again.

    machine, kernel   as they are now; going back may exchange the kernel: keep pids, no objects of it
    plant             called with both before the machine runs; if `closely` is set, after each entry of the kernel too
    wanted            asked of every record of the kernel whether to stop there: see `listen`
    on_output         hears new output of the guest: (bytes, "stdout" or "stderr")
    """

    def __init__(
        self,
        boot: Callable[[Any, Any, Any], tuple[Any, Any]],
        stdin: Any = None,
        on_output: Callable[[bytes, str], object] = lambda data, stream: None,
        isatty: bool = False,
        memory: int = MEMORY,
    ) -> None:
        self.boot, self.source, self.isatty, self.memory = boot, stdin, isatty, memory
        self.output_callback = on_output
        self.plant: Callable[[Any, Any], object] = lambda machine, kernel: None
        self.wanted: Callable[[Any], bool] = lambda record: True
        self.closely = False
        self.archive = Archive()
        self.cost = self.prepared = 0.0  # seconds of CPU that copies have taken, and getting ready to go back
        self._interrupted = False
        self._boot(Streams(stdin, self._output, isatty))

    def _boot(self, streams: Streams) -> None:
        self.streams = streams
        machine, kernel = self.boot(streams.stdin, streams.stdout, streams.stderr)
        refuse_writable_mounts(kernel)
        self.system = System(Pool(self.memory), machine, kernel, streams)
        self.checkpoints = Checkpoints()
        self.end_tick = self.start_tick = 0
        self.begun = False
        self.stood: tuple[int, int] | None = None  # (hart, tick) of a stop that was shown
        self.changes: list[Any] = []
        self._since = process_time()
        self._last, self._price, self._credit = process_time(), 0.003, 0.0
        self._need = 0.0  # seconds that the next copy is thought to take
        self._ran = self._ran_before = 0.0

    def begin(self, progress: Callable[[str, float], None] | None = None) -> None:
        """Have the machine compiled and the first task on its hart; the beginning of time. Once."""
        if not self.begun:
            self.machine.warm(progress)
            self.begun = True
            self.kernel.settle()
            self.start_tick = self.end_tick = self.tick
            self.checkpoint()

    def restart(self, typed: list[bytes] | None = None) -> None:
        """A fresh machine and kernel; what was typed (or this) is typed again."""
        listener, streams = self.kernel.tracer, Streams(self.source, self._output, self.isatty)
        streams.chunks = self.streams.chunks if typed is None else typed
        self._boot(streams)
        self.kernel.tracer = listener
        self.archive = Archive()
        self.begin()

    # -- now ----------------------------------------------------------------------------------------------------------
    @property
    def machine(self) -> Any:
        """The machine."""
        return self.system.machine

    @property
    def kernel(self) -> Any:
        """The kernel, now."""
        return self.system.kernel

    @property
    def tick(self) -> int:
        """Instructions completed by all harts, and entries of the kernel."""
        return self.kernel.tick

    @property
    def insns(self) -> int:
        """Instructions completed by all harts."""
        return self.kernel.retired()

    @property
    def cycle(self) -> int:
        """The clock that is ahead of all others."""
        return max(hart.cycle for hart in self.machine.harts)

    @property
    def output(self) -> bytes:
        """What the guest has written up to now."""
        return self.streams.so_far()

    def interrupt(self) -> None:
        """Stop soon; may be called from a signal handler."""
        self._interrupted = True
        self.machine.stop()

    @property
    def is_interrupted(self) -> bool:
        """Whether `interrupt` was called and nobody has stopped for it yet."""
        return self._interrupted

    def was_interrupted(self) -> bool:
        """Whether `interrupt` was called and nobody has stopped for it yet; from now on it counts as heard."""
        heard, self._interrupted = self._interrupted, False
        if heard:
            self.machine.clear_stop()
        return heard

    def state_hash(self) -> str:
        """A digest of everything that a guest could ever notice."""
        self.begin()
        self.system.note_use()
        return state_hash(self.system)

    def _output(self, data: bytes, stream: str) -> None:
        self.output_callback(data, stream)


def refuse_writable_mounts(kernel: Any) -> None:
    """EmuError: what the guest writes into a folder of the host can't be taken back."""
    for mount in kernel.options.mounts:
        if mount.writable:
            raise EmuError(
                f"{mount.host!r} is mounted for writing, and going back in time can't undo what is written there",
                hint="mount it without :rw, or debug a program that writes to /tmp",
            )


__all__ = ["Cause", "Engine"]
