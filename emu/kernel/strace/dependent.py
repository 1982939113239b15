"""Kinds whose meaning hangs on other arguments or is made of two sets: modes, flags with a type in them, futexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.fork import CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, CLONE_PARENT_SETTID, CLONE_SETTLS
from emu.kernel.siginfo import name_of
from emu.kernel.strace import flags
from emu.kernel.strace.structures import fields
from emu.kernel.strace.structures_fs import lock
from emu.kernel.strace.text import address, struct
from emu.kernel.strace.values import KINDS, kind, octal, signed

if TYPE_CHECKING:
    from emu.kernel.strace.call import Call

CLONE_CHILD_TID = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID


@kind
def MAP(call: Call, value: int) -> str:
    shared = flags.CHOICES["MAPTYPE"].get(value & 15, f"{value & 15:#x}")
    rest = flags.names("MAP", value & ~15)
    return shared if rest == "0" else f"{shared}|{rest}"


@kind
def CLONE(call: Call, value: int) -> str:
    number, rest = value & 0xFF, flags.names("CLONE", value & ~0xFF)
    if not number:
        return rest
    return name_of(number) if rest == "0" else f"{rest}|{name_of(number)}"


@kind
def clone_flags(call: Call, value: int) -> str:
    """strace names clone's arguments, for each architecture has them in another order."""
    return f"child_stack={address(call.args[1])}, flags={CLONE(call, value)}"


@kind
def clone_parent(call: Call, value: int) -> str | None:
    """What the kernel has written there."""
    written = KINDS["int_p"](call, value) if (call.result or 0) > 0 else None
    return optional(call, CLONE_PARENT_SETTID, f"parent_tid={written or address(value)}")


@kind
def clone_tls(call: Call, value: int) -> str | None:
    return optional(call, CLONE_SETTLS, f"tls={address(value)}")


@kind
def clone_child(call: Call, value: int) -> str | None:
    return optional(call, CLONE_CHILD_TID, f"child_tidptr={address(value)}")


def optional(call: Call, flag: int, text: str) -> str | None:
    """An argument that a flag asks for; strace tells it when the call returns."""
    if not call.args[0] & flag:
        return ""
    return None if call.result is None else text


@kind
def AT_STATX(call: Call, value: int) -> str:
    """statx's way to ask a remote server has a name for each of its values, 0 too."""
    rest = flags.names("AT", value)
    return rest if value & 0x6000 else "AT_STATX_SYNC_AS_STAT" + (f"|{rest}" if value else "")


@kind
def SOCK(call: Call, value: int) -> str:
    bare = flags.CHOICES["SOCKTYPE"].get(value & 15)
    rest = flags.names("SOCKFLAG", value & ~15)
    return (bare or "0") if rest == "0" else "|".join(filter(None, (bare, rest)))


@kind
def FUTEX(call: Call, value: int) -> str:
    name = flags.CHOICES["FUTEX"].get(value & 127, f"{value & 127:#x}")
    return name + ("_PRIVATE" if value & 128 else "") + ("|FUTEX_CLOCK_REALTIME" if value & 256 else "")


@kind
def skip(call: Call, value: int) -> str:
    """A register that is no argument of this call."""
    return ""


@kind
def creat_mode(call: Call, value: int) -> str:
    """openat's mode: an argument only of calls that may make a file."""
    return octal(call, value) if call.args[2] & 0o20000100 else ""


@kind
def mremap_to(call: Call, value: int) -> str:
    return address(value) if call.args[3] & 2 else ""


@kind
def remain(call: Call, value: int) -> str | None:
    """What is left of a sleep that a signal has ended, and that had no end of its own (TIMER_ABSTIME)."""
    ended = call.restarts and not ("clock" in call.name and call.args[1] & 1)
    return KINDS["timespec"](call, value) if ended and value else None


@kind
def fcntl_arg(call: Call, value: int) -> str | None:
    command = flags.CHOICES["F"].get(call.args[1], "")
    if command.startswith("F_GETF") or command in ("F_GETOWN", "F_GETSIG", "F_GETPIPE_SZ", "F_GET_SEALS"):
        return ""
    if command in ("F_SETFD", "F_SETFL"):
        return flags.names("FD" if command == "F_SETFD" else "O", value)
    if command == "F_SETSIG":
        return name_of(value) if 0 < value < 65 else str(signed(value))
    if command in ("F_GETOWN_EX", "F_SETOWN_EX"):
        return owner(call, value)
    if "LK" not in command:
        return str(signed(value))
    asks = "GETLK" in command
    if asks and call.result is None:
        return None
    return (None if call.failed and asks else lock(call, value, asks)) or address(value)


def owner(call: Call, value: int) -> str | None:
    """struct f_owner_ex, which F_GETOWN_EX has when it returns."""
    if flags.CHOICES["F"][call.args[1]] == "F_GETOWN_EX" and (call.result is None or call.failed):
        return None
    found = fields(call, value, "ii")
    return address(value) if found is None else struct(type=flags.names("F_OWNER", found[0]), pid=found[1])


@kind
def prctl_arg(call: Call, value: int) -> str | None:
    """A name for those who set one, and for those who get one once they have it; a number for the others."""
    command = flags.CHOICES["PR"].get(signed(call.args[0]))
    if command not in ("PR_SET_NAME", "PR_GET_NAME"):
        return KINDS["hex"](call, value)
    return None if command == "PR_GET_NAME" and call.result is None else KINDS["str"](call, value)


@kind
def futex_val(call: Call, value: int) -> str:
    """Those with priority inheritance take none."""
    return "" if call.args[1] & 127 in (6, 7, 8, 13) else str(value & 0xFFFFFFFF)


@kind
def futex_timeout(call: Call, value: int) -> str | None:
    """A time for those who wait, a count for those who move waiters."""
    command = call.args[1] & 127
    if command in (3, 4, 5, 12):
        return str(value & 0xFFFFFFFF)
    if command not in (0, 6, 9, 11, 13):
        return ""
    return KINDS["timespec"](call, value) if value else address(value)


@kind
def futex_addr2(call: Call, value: int) -> str:
    return address(value) if call.args[1] & 127 in (3, 4, 5, 11, 12) else ""


@kind
def futex_val3(call: Call, value: int) -> str:
    """The bits of those who wait for bits, the value that the others compare with."""
    command, number = call.args[1] & 127, value & 0xFFFFFFFF
    if command in (9, 10):
        return "FUTEX_BITSET_MATCH_ANY" if number == 0xFFFFFFFF else f"{number:#x}"
    return {4: str(number), 12: str(number), 5: f"{number:#x}"}.get(command, "")
