"""What the host user may choose before boot (Options, Limits) and what a run ends with (Exit)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.fault_card import FaultCard
    from emu.kernel.fs.console import Stream


@dataclass(frozen=True, slots=True)
class Mount:
    """`--mount HOST:GUEST[:rw]`: a host folder (or file) seen by the guest at an absolute path."""

    host: str
    guest: str
    writable: bool = False


@dataclass(slots=True)
class Options:
    """Choices fixed at boot; the same options and the same program give the same run, cycle for cycle."""

    ram: int | None = None  # bytes of physical memory the kernel may use; None = all the machine has
    seed: int = 0  # of ASLR, AT_RANDOM, getrandom and /dev/random
    aslr: bool = True
    mounts: tuple[Mount, ...] = ()
    swap: int = 0  # bytes of swap
    swap_file: str | None = None  # where on the host; None = a nameless temporary file
    thp: str = "never"  # transparent huge pages: never, madvise, always
    huge_pages: int = 0  # set aside for MAP_HUGETLB (vm.nr_hugepages)
    nodes: int = 1  # NUMA nodes that share the memory
    stack_limit: int = 8 << 20  # RLIMIT_STACK of the first process
    clock_hz: int = 1_000_000_000  # cycles in a second of simulated time
    epoch: int = 1_700_000_000  # CLOCK_REALTIME at boot, seconds
    poison: bool = False  # fill freed frames with 0x6b, so that a stale read shows
    stdin: Stream | None = None  # None = empty; see emu.kernel.fs.console: HostStream(fd), Capture()
    stdout: Stream | None = None
    stderr: Stream | None = None
    sysctl: dict[str, int] = field(default_factory=dict)  # tunables by name, like "vm.swappiness"
    proc: tuple[str, ...] = ()  # files of /proc to keep when process 1 ends: see proc.capture
    costs: dict[str, int] = field(default_factory=dict)  # overrides of emu.kernel.costs, by name


@dataclass(slots=True)
class Limits:
    """Where a run must stop though the guest would go on. None = no limit."""

    max_insns: int | None = None
    max_cycles: int | None = None
    max_output: int | None = None  # bytes the guest may write to the host's streams, in all


@dataclass(slots=True)
class Exit:
    """How a run ended. `reason`: exited, signal, max-insns, max-cycles, max-output, stopped, deadlock, panic."""

    status: int = 0
    signal: int = 0
    reason: str = "exited"
    card: FaultCard | None = None  # why the signal, when a fault was the cause
    log: list[str] = field(default_factory=list)  # the kernel's messages (unknown system calls, OOM reports …)

    @property
    def code(self) -> int:
        """The emulator's exit code: the guest's own, 128+n for a signal, 124 for a limit, 130 for Ctrl-C."""
        if self.signal:
            return 128 + self.signal
        if self.reason == "stopped":
            return 130
        return self.status if self.reason == "exited" else 124
