"""Logs of the kernel in copies: long, only ever appended to, and kept in pieces that copies share."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


class Log(NamedTuple):
    """A log as pieces, the newest last; `newest` is its last entry."""

    pieces: tuple[tuple[Any, ...], ...]
    newest: Any


def log_owners(kernel: Kernel) -> dict[str, tuple[Any, str]]:
    """The logs of a kernel by name: whose field each is."""
    return {"timeline": (kernel, "timeline"), "events.ring": (kernel.events, "ring")}


def pieces(log: deque[Any], previous: Log | None) -> Log:
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
    parts = [*previous.pieces, tuple(islice(log, len(log) - fresh, None))]
    while sum(map(len, parts[1:])) >= (log.maxlen or len(log)):
        del parts[0]
    if len(parts) > 64:
        parts = [tuple(log)]
    return Log(tuple(parts), newest)


def entries(log: Log, most: int | None) -> deque[Any]:
    """The log itself, of at most so many entries."""
    out: deque[Any] = deque(maxlen=most)
    for piece in log.pieces:
        out.extend(piece)
    return out
