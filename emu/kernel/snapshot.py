"""A copy of the whole kernel, to go back to: everything hangs from one object, so that one walk has it all.

`freeze` writes the graph of objects as a pickle, immutable and shareable; `thaw` makes a new kernel of it. What is not
the kernel's own state stays what it is, by name (`bindings`): the machine and its memory, the host's streams, the
columns of mem_map and the swap area, whose contents are copied as memory by whoever keeps copies.

Each object of the kernel is a pickle of its own that names others by number, so no chain of objects is too long to be
walked. Frozen states are made here and nowhere else: they are never read from a file.
"""

from __future__ import annotations

import io
import pickle
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from emu.kernel.frozen import apply_state, is_node, state_of
from emu.kernel.services import UNKNOWN

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

LOGS = ("timeline", "events.ring")  # long, only ever appended to: kept in pieces that copies share


class Log(NamedTuple):
    """A log as pieces, the newest last; `newest` is its last entry."""

    pieces: tuple[tuple[Any, ...], ...]
    newest: Any


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


def bindings(kernel: Kernel) -> dict[str, Any]:
    """What is not copied, by name."""
    found: dict[str, Any] = {
        name: getattr(kernel, name)
        for name in ("machine", "ram", "ram64", "ram32", "many64", "many32", "stdin", "stdout", "stderr", "options")
    }
    found |= {"machine.ram": kernel.machine.ram, "mem_map": kernel.pages.mem_map, "swap": kernel.swap.area}
    return found | {f"hart{number}": hart for number, hart in enumerate(kernel.harts)}


class _Freezer(pickle.Pickler):
    """Writes nodes by number and queues them."""

    def __init__(self, file: io.BytesIO, kernel: Kernel) -> None:
        super().__init__(file, 5)
        self.names = {id(value): name for name, value in bindings(kernel).items()}
        self.numbers: dict[int, int] = {}
        self.queue: list[Any] = []
        self.shared: list[Any] = []

    def reducer_override(self, value: Any) -> Any:
        name = self.names.get(id(value))
        if name is not None:
            return bound, (name,)
        kind = type(value)
        if not is_node(kind):
            return NotImplemented
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.queue)
            self.queue.append(value)
        return node, (number, kind)

    def share(self, value: Any) -> _Shared:
        """A stand-in for a value that copies have in common."""
        self.shared.append(value)
        return _Shared(len(self.shared) - 1)


class _Shared:
    """Stands for a shared value in a pickle."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> Any:
        return shared, (self.number,)


def bound(name: str) -> Any:
    """In a pickle: what is bound to a name. Thawing puts its own function in the place of this one."""
    raise pickle.UnpicklingError(name)


def node(number: int, kind: type) -> Any:
    """In a pickle: the object of a number, made at its first mention. See `bound`."""
    raise pickle.UnpicklingError(number)


def shared(number: int) -> Any:
    """In a pickle: a value that copies have in common. See `bound`."""
    raise pickle.UnpicklingError(number)


class _Thawer(pickle.Unpickler):
    """Reads what _Freezer has written."""

    def __init__(self, frozen: Frozen, names: dict[str, Any]) -> None:
        super().__init__(io.BytesIO(frozen.pickle))
        self.nodes: list[Any] = [None] * frozen.count
        self.own = {"bound": names.__getitem__, "node": self.node, "shared": frozen.shared.__getitem__}

    def find_class(self, module: str, name: str) -> Any:
        if module == __name__:
            return self.own[name]
        return super().find_class(module, name)

    def node(self, number: int, kind: type) -> Any:
        """The object of a number; its state comes later."""
        made = self.nodes[number]
        if made is None:
            made = self.nodes[number] = object.__new__(kind)
        return made


@contextmanager
def _bare(kernel: Kernel) -> Iterator[tuple[dict[str, Any], dict[int, Any]]]:
    """The kernel without its listener, logs and table of system calls; the latter two."""
    owners = _log_owners(kernel)
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
    freezer = _Freezer(file, kernel)
    with _bare(kernel) as (kept, calls):
        freezer.dump(kernel)
        freezer.dump(kernel.pages.mem_map.mapping)
        for value in freezer.queue:  # it grows
            freezer.dump(state_of(value, freezer.share))
    logs = {name: _log(log, previous.logs[name] if previous else None) for name, log in kept.items()}
    counts = {number: (entry.count, entry.errors) for number, entry in calls.items() if entry.count}
    swap = kernel.swap.area.freeze()
    return Frozen(file.getvalue(), len(freezer.queue), tuple(freezer.shared), logs, counts, swap)


def digestible(kernel: Kernel) -> bytes:
    """The kernel's objects as bytes that depend on nothing but what they are: to compare, not to thaw."""
    file = io.BytesIO()
    freezer = _Freezer(file, kernel)
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
    thawer = _Thawer(frozen, names or bindings(old))
    kernel = thawer.load()
    mapping = thawer.load()
    for number in range(frozen.count):
        apply_state(thawer.nodes[number], thawer.load())
    kernel.pages.mem_map.mapping = mapping
    kernel.swap.area.thaw(frozen.swap)
    for name, (owner, field) in _log_owners(kernel).items():
        setattr(owner, field, _log_entries(frozen.logs[name], getattr(_log_owners(old)[name][0], field).maxlen))
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


# --------------------------------------------------------------------------------------------------------------- logs


def _log_owners(kernel: Kernel) -> dict[str, tuple[Any, str]]:
    return {"timeline": (kernel, "timeline"), "events.ring": (kernel.events, "ring")}


def _log(log: deque[Any], previous: Log | None) -> Log:
    """The log's pieces: those of the previous copy, as far as the log still needs them, and what came since."""
    if not log:
        return Log((), None)
    newest = log[-1]
    if previous is None or not previous.pieces:
        return Log((tuple(log),), newest)
    if newest is previous.newest:
        return previous
    fresh = 0
    for entry in reversed(log):
        if entry is previous.newest:
            break
        fresh += 1
    if fresh == len(log):
        return Log((tuple(log),), newest)
    pieces = [*previous.pieces, tuple(islice(log, len(log) - fresh, None))]
    while sum(map(len, pieces[1:])) >= (log.maxlen or len(log)):
        del pieces[0]
    if len(pieces) > 64:
        pieces = [tuple(log)]
    return Log(tuple(pieces), newest)


def _log_entries(log: Log, most: int | None) -> deque[Any]:
    out: deque[Any] = deque(maxlen=most)
    for piece in log.pieces:
        out.extend(piece)
    return out
