"""What the kernel tells about itself: a timeline of reclaim that is always kept, and tracepoints for who listens.

Tracepoints cost one test of `kernel.tracer` while nobody listens. A Tracer is no part of the kernel's state: a copy of
the kernel has none (see Kernel.__getstate__), and what it records changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

KEPT = 4096

# kind -> (its fields, what happened)
KINDS: dict[str, tuple[str, str]] = {
    "sys_enter": ("name nr args again", "a system call begins; again: it is executed anew after a wait"),
    "sys_exit": ("name nr result", "a system call returned; result None: it left the registers as they are"),
    "fault": (
        "type address access pc vma did pfn cycles source",
        "a page fault was served: minor, major, cow or invalid; source: user, or kernel for a copy",
    ),
    "fault_wait": ("address access pc vma", "a page fault waits for the disk, and will be taken again"),
    "trap": ("cause pc value", "an exception that is neither a system call nor a page fault"),
    "signal_send": ("number name target sender", "a signal became pending"),
    "signal": (
        "number name code address sender uid status value action",
        "a signal is delivered: handler, kill, stop or ignore",
    ),
    "signal_ignored": (
        "number name code address sender uid status value",
        "a signal was dropped: its target ignores it",
    ),
    "fork": ("child flags thread", "clone made a task"),
    "exec": ("path pc", "execve replaced the program"),
    "exit": ("code signal", "a task ended"),
    "switch": ("prev next", "a hart took up another task"),
    "block": ("reason", "a task waits"),
    "wakeup": ("target", "a waiting task is ready again"),
    "swap_in": ("slot slots", "pages were read from swap"),
    "swap_out": ("slots pfns", "pages were written to swap"),
    "direct_reclaim_begin": ("free", "an allocation found too little memory and reclaims for itself"),
    "direct_reclaim_end": ("free reclaimed", "direct reclaim is done"),
    "kswapd": ("free reclaimed", "one turn of kswapd"),
    "kswapd_wake": ("free", "kswapd begins to work"),
    "kswapd_sleep": (
        "free leaving",
        "kswapd waits: enough is free or on its way to the disks, or nothing can go",
    ),
    "irq": ("irq name", "a top half: an interrupt of this number"),
    "ipi": ("target name", "a hart interrupts another one"),
    "softirq": ("vec name items", "a bottom half, and how many timers, requests … it dealt with"),
    "wakeup_ksoftirqd": ("pending", "softirqs are left over for ksoftirqd"),
    "oom_kill": ("victim points", "the OOM killer chose a process"),
}


class Event(NamedTuple):
    """At which cycle, on which hart, what, and its figures."""

    cycle: int
    cpu: int
    kind: str
    fields: dict[str, int]


class Trace:
    """The ring of reclaim's events, and how many there were of each kind."""

    def __init__(self) -> None:
        self.ring: deque[Event] = deque(maxlen=KEPT)
        self.counts: dict[str, int] = {}

    def add(self, cycle: int, cpu: int, kind: str, fields: dict[str, int]) -> None:
        """One more event; the oldest is forgotten when the ring is full."""
        self.ring.append(Event(cycle, cpu, kind, fields))
        self.counts[kind] = self.counts.get(kind, 0) + 1


class Record(NamedTuple):
    """One tracepoint that was passed: see KINDS. pid 0 is the kernel itself."""

    kind: str
    cycle: int
    hart: int
    pid: int
    fields: dict[str, Any]


class Tracer:
    """A listener: hang it in `kernel.tracer`. `sink(record)` is called at once, in the middle of the kernel's work.

    It must change nothing. A sink that returns True asks for a stop: `stop` is that record, until taken; who runs the
    kernel looks at it after each entry.
    """

    def __init__(self, sink: Callable[[Record], object], kinds: Iterable[str] = KINDS) -> None:
        self.sink = sink
        self.kinds = frozenset(kinds)
        self.stop: Record | None = None

    def emit(self, kernel: Kernel, kind: str, pid: int | None = None, **fields: Any) -> None:
        """Hand on a record, if its kind is wanted; pid: who it concerns, if not the current task."""
        if kind not in self.kinds:
            return
        cpu = kernel.cpu
        if pid is None:
            current = kernel.sched.running[cpu]
            pid = current.pid if current is not None else 0
        record = Record(kind, kernel.harts[cpu].cycle, cpu, pid, fields)
        if self.sink(record) is True and self.stop is None:
            self.stop = record

    def take_stop(self) -> Record | None:
        """The record that asked for a stop; forgotten with this."""
        record, self.stop = self.stop, None
        return record
