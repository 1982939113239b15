"""What a copy of the machine consists of, for whoever goes back in time: its memory in arrays of 64-bit words.

All of it is plain memory, so a copy that is put back makes the machine what it was to the last bit: recency stamps,
filters and predecoded instructions too. What belongs to the user of the machine stays as it is: breakpoints,
watchpoints, catches, the event ring.
"""

from __future__ import annotations

import numpy as np

from emu.machine.doors import forget_hits
from emu.machine.machine import Machine
from emu.machine.state import HART, INSN, MACHINE, SLOTS, TLB_ENTRY

RECORDS = SLOTS * INSN.itemsize  # bytes of a page of predecoded instructions
HEADER = MACHINE.fields["bucket"][1]  # where the scalars end
KEPT = (
    "stop", "watch_count", "break_count", "watch_lo", "watch_hi", "watch_kind", "break_at", "catch", "catch_count",
    "event_mask", "event_count", "halts", "break_lines",
)  # fmt: skip


def _words(machine: Machine, name: str, size: int) -> np.ndarray:
    """The first `size` bytes of a field of the state, rounded up to whole pages of 4 KB within the field."""
    kind, at = MACHINE.fields[name][:2]
    size = min(kind.itemsize, -(-size // 4096) * 4096)
    return np.frombuffer(machine.state_bytes, np.uint64, size // 8, at)


def parts(machine: Machine) -> dict[str, np.ndarray]:
    """The arrays whose contents are the machine's state, but for memory and the header; the same ones each time."""
    m = machine.state
    entries = 1 + sum(int(t.sets * t.ways) for t in m.tlb_shape) * machine.hart_count
    out = {
        "harts": _words(machine, "hart", HART.itemsize * machine.hart_count),
        "tlb": _words(machine, "tlb", TLB_ENTRY.itemsize * entries),
        "code_page": _words(machine, "code_page", 1 << 30),
        "code": _words(machine, "code", 1 << 40),
    }
    if machine.timed:
        lines = max(int(c.first + c.sets * c.ways + (c.stride * (machine.hart_count - 1))) for c in m.cache)
        for name in ("line_tag", "line_used", "line_filled", "line"):
            out[name] = _words(machine, name, 8 * lines)
    return out


def code_pages(machine: Machine) -> int:
    """How many pages of `code` are in use: each holds the records of one frame, and takes RECORDS bytes."""
    return int(machine.state.code_pages)


def memory(machine: Machine) -> np.ndarray:
    """Physical memory."""
    return np.frombuffer(machine.ram, np.uint64)


def directory(machine: Machine) -> np.ndarray | None:
    """Which harts may hold each line, a word a line; None where nobody asks."""
    return machine._arrays[1].view(np.uint64) if len(machine._arrays) > 1 else None


def header(machine: Machine) -> bytes:
    """The scalars of the state."""
    return bytes(memoryview(machine.state_bytes)[:HEADER])


class Putback:
    """`with Putback(machine, header):` put the parts back inside; what depends on them is made to fit."""

    def __init__(self, machine: Machine, saved: bytes) -> None:
        self.machine, self.saved = machine, saved

    def __enter__(self) -> None:
        self._each_frame(0)

    def __exit__(self, *error: object) -> None:
        machine = self.machine
        kept = {name: np.copy(machine.state[name]) for name in KEPT}
        memoryview(machine.state_bytes)[:HEADER] = self.saved
        stopped_then = machine.state.halts
        for name, value in kept.items():
            machine.state[name] = value
        self._each_frame(1)
        if stopped_then or machine.state.halts:  # by others, maybe, than those that the filters know of
            forget_hits(machine._state)

    def _each_frame(self, used: int) -> None:
        """Enter the frames that have predecoded instructions in the table by frame, or take them out."""
        m = self.machine.state
        count = int(m.code_pages)
        m.code_slot[m.code_page[1:count]] = np.arange(1, count) * used


def decode_anew(machine: Machine, addresses: set[int]) -> None:
    """Breakpoints at these physical addresses came or went since the records were made."""
    for pa in addresses:
        machine._decode_anew(pa)
