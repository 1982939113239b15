"""A copy of the whole kernel, to go back to: everything hangs from one object, so that one walk has it all.

`freeze` writes the graph of objects as a pickle, immutable and shareable; `thaw` makes a new kernel of it. What is not
the kernel's own state stays what it is, by name (`bindings`): the machine and its memory, the host's streams, the
columns of mem_map and the swap area, whose contents are copied as memory by whoever keeps copies.

Each object of the kernel is a pickle of its own that names others by number, so no chain of objects is too long to be
walked. Frozen states are made here and nowhere else: they are never read from a file.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from emu.kernel.freezer import Freezer, Thawer, bindings
from emu.kernel.frozen import apply_state, state_of
from emu.kernel.frozen_log import Log, entries, log_owners, pieces
from emu.kernel.services import UNKNOWN

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


class Frozen(NamedTuple):
    """A kernel's state. `shared`: immutable values that the pickle names by number."""

    pickle: bytes
    count: int
    shared: tuple[Any, ...]
    logs: dict[str, Log]
    calls: dict[int, tuple[int, int]]
    swap: tuple[Any, ...]

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.pickle) + 100 * len(self.calls)


@contextmanager
def _bare(kernel: Kernel) -> Iterator[tuple[dict[str, Any], dict[int, Any]]]:
    """The kernel without its listener, logs and table of system calls; the latter two."""
    owners = log_owners(kernel)
    logs = {name: getattr(owner, field) for name, (owner, field) in owners.items()}
    calls, tracer, deadline = kernel.syscalls, kernel.tracer, kernel.deadline
    try:
        kernel.syscalls, kernel.tracer, kernel.deadline = {}, None, UNKNOWN
        for owner, field in owners.values():
            setattr(owner, field, None)
        yield logs, calls
    finally:
        for name, (owner, field) in owners.items():
            setattr(owner, field, logs[name])
        kernel.syscalls, kernel.tracer, kernel.deadline = calls, tracer, deadline


def freeze(kernel: Kernel, previous: Frozen | None = None) -> Frozen:
    """The kernel's state now. With the state `previous`, copied from it or frozen before it, logs are shared."""
    file = io.BytesIO()
    freezer = Freezer(file, kernel)
    with _bare(kernel) as (kept, calls):
        freezer.dump(kernel)
        freezer.dump(kernel.pages.mem_map.mapping)
        for value in freezer.queue:  # it grows
            freezer.dump(state_of(value, freezer.share))
    logs = {name: pieces(log, previous.logs[name] if previous else None) for name, log in kept.items()}
    counts = {number: (entry.count, entry.errors) for number, entry in calls.items() if entry.count}
    swap = kernel.swap.area.freeze()
    return Frozen(file.getvalue(), len(freezer.queue), tuple(freezer.shared), logs, counts, swap)


def digestible(kernel: Kernel) -> bytes:
    """The kernel's objects as bytes that depend on nothing but what they are: to compare, not to thaw."""
    file = io.BytesIO()
    freezer = Freezer(file, kernel)
    freezer.fast = True  # equal strings are written alike, whether they are one object or two
    with _bare(kernel) as (_, calls):
        freezer.dump(kernel)
        freezer.dump(kernel.pages.mem_map.mapping)
        for value in freezer.queue:
            state = state_of(value, lambda held: held)
            freezer.dump({name: sorted(held) if isinstance(held, set) else held for name, held in state.items()})
    freezer.dump([(number, entry.count, entry.errors) for number, entry in sorted(calls.items())])
    freezer.dump(kernel.swap.area.freeze())
    return file.getvalue()


def thaw(frozen: Frozen, old: Kernel, names: dict[str, Any] | None = None) -> Kernel:
    """A kernel in that state, in the place of `old`, whose bindings it takes over; or bound to `names`.

    The memory of the machine, of mem_map and of the swap area is the caller's to restore.
    """
    thawer = Thawer(frozen.pickle, frozen.count, frozen.shared, names or bindings(old))
    kernel = thawer.load()
    mapping = thawer.load()
    for number in range(frozen.count):
        apply_state(thawer.nodes[number], thawer.load())
    kernel.pages.mem_map.mapping = mapping
    kernel.swap.area.thaw(frozen.swap)
    for name, (owner, field) in log_owners(kernel).items():
        setattr(owner, field, entries(frozen.logs[name], getattr(log_owners(old)[name][0], field).maxlen))
    kernel.syscalls = (
        old.syscalls if names is None else {number: entry.copy() for number, entry in old.syscalls.items()}
    )
    for number, entry in kernel.syscalls.items():
        entry.count, entry.errors = frozen.calls.get(number, (0, 0))
    return kernel


def copy_kernel(kernel: Kernel, machine: Any) -> Kernel:
    """A kernel in the same state on another machine with the same contents; neither disturbs the other."""
    from emu.kernel.boot import adopt

    names = bindings(kernel)
    twin = type("Adopted", (), {})()
    adopt(twin, machine)
    names |= {name: getattr(twin, name) for name in ("ram", "ram64", "ram32", "many64", "many32")}
    names |= {"machine": machine, "machine.ram": machine.ram}
    names |= {f"hart{number}": hart for number, hart in enumerate(machine.harts)}
    names |= {"mem_map": kernel.pages.mem_map.copy(), "swap": kernel.swap.area.copy()}
    return thaw(freeze(kernel), kernel, names)
