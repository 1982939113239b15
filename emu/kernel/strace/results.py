"""What a system call returned, as strace writes it: errors by name, addresses, descriptors, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.kernel.errno import NAMES
from emu.kernel.fs.fcntl import F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_GETFL
from emu.kernel.strace import flags
from emu.kernel.strace.errors import TEXTS
from emu.kernel.strace.structures import fields
from emu.kernel.strace.text import SHOWN, listed, octal_text, struct
from emu.kernel.strace.values import KINDS, fd

if TYPE_CHECKING:
    from emu.kernel.strace.call import Call

HEX = frozenset(("brk", "mmap", "mmap2", "mremap", "shmat"))
OCTAL = frozenset(("umask",))
DESCRIPTORS = frozenset(
    "openat openat2 dup dup3 socket accept accept4 memfd_create epoll_create1 eventfd2 timerfd_create signalfd4 "
    "pidfd_open inotify_init1".split()
)


def text(call: Call) -> str:
    """The part behind the equal sign; `?` for a call that doesn't return."""
    if call.result is None:
        return "?"
    if call.failed:
        return error_text(-call.result)
    if call.name in HEX:
        return f"{call.result & call.kernel.xlen_mask:#x}"
    if call.name in OCTAL:
        return octal_text(call.result)
    if call.name in DESCRIPTORS:
        return fd(call, call.result)
    return EXPLAINED.get(call.name.removesuffix("64").removesuffix("_time"), number)(call)


def error_text(errno: int) -> str:
    """`-1 ENOENT (No such file or directory)`."""
    name = NAMES.get(errno)
    return f"-1 {name} ({TEXTS[name]})" if name else f"-1 (errno {errno})"


def number(call: Call) -> str:
    """A result that says all."""
    return str(call.result)


def fcntl(call: Call) -> str:
    """Flags of the file or of the descriptor, or a new descriptor."""
    if call.args[1] == F_GETFL:
        return f"{call.result:#x} (flags {flags.names('O', call.result or 0)})"
    if call.args[1] == F_GETFD and call.result:
        return f"{call.result:#x} (flags {flags.names('FD', call.result)})"
    return fd(call, call.result or 0) if call.args[1] in (F_DUPFD, F_DUPFD_CLOEXEC) else str(call.result)


def ppoll(call: Call) -> str:
    """The descriptors that are ready."""
    found = [fields(call, call.args[0] + 8 * n, "iHH") for n in range(min(call.args[1], SHOWN))]
    ready = [struct(fd=fd(call, row[0]), revents=flags.names("POLL", row[2])) for row in found if row and row[2]]
    return f"{call.result} ({listed(ready)}{left(call, 2)})" if call.result else "0 (Timeout)"


def pselect6(call: Call) -> str:
    """The descriptors that are ready in each of the three sets."""
    if not call.result:
        return "0 (Timeout)"
    names = ("in", "out", "except")
    sets = [(name, KINDS["fdset"](call, addr)) for name, addr in zip(names, call.args[1:4], strict=True) if addr]
    return f"{call.result} ({', '.join(f'{name} {found}' for name, found in sets if found != '[]')}{left(call, 4)})"


def left(call: Call, n: int) -> str:
    """What is left of the time that a poll was given."""
    found = KINDS["timespec"](call, call.args[n]) if call.args[n] else None
    return f", left {found}" if found else ""


def membarrier(call: Call) -> str:
    """The commands that there are, when they were asked for."""
    found = [name for bit, name in flags.CHOICES["MEMBARRIER"].items() if bit and (call.result or 0) & bit]
    return f"{call.result:#x} ({'|'.join(found)})" if found and not call.args[0] else str(call.result)


EXPLAINED: dict[str, Callable[[Call], str]] = {
    function.__name__: function for function in (fcntl, ppoll, pselect6, membarrier)
}
