"""Kinds that point to structures of files and file systems (stat(2), statfs(2), getdents(2), fcntl(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.fs.fcntl import F_SETLKW
from emu.kernel.strace import flags
from emu.kernel.strace.structures import fields, pointer
from emu.kernel.strace.text import address, listed, struct
from emu.kernel.strace.values import file_mode

if TYPE_CHECKING:
    from emu.kernel.strace.call import Call


@pointer
def stat(call: Call, value: int) -> str | None:
    """struct stat (generic): the parts that strace shows without -v."""
    found = fields(call, value + 2 * 8, "II8xQQq")
    if found is None:
        return None
    mode, _, rdev, _, size = found
    kind = mode >> 12
    what = {"st_rdev": f"makedev({rdev >> 8 & 0xFFF:#x}, {rdev & 0xFF:#x})"} if kind in (2, 6) else {"st_size": size}
    return struct("...", st_mode=file_mode(mode), **what)


@pointer
def statx(call: Call, value: int) -> str | None:
    found = fields(call, value, "IIQIIIH2xQQ")
    if found is None:
        return None
    mask, _, attributes, _, _, _, mode, _, size = found
    shown = {"stx_mask": flags.names("STATX", mask), "stx_attributes": attributes, "stx_mode": file_mode(mode)}
    return struct("...", **shown, stx_size=size)


@pointer
def dirents(call: Call, value: int) -> str:
    at, entries, end = value, 0, value + (call.result or 0)
    while at < end and (found := fields(call, at + 16, "H")) and found[0]:
        at, entries = at + found[0], entries + 1
    return f"{address(value)} /* {entries} {'entry' if entries == 1 else 'entries'} */"


@pointer
def statfs(call: Call, value: int) -> str | None:
    return file_system(fields(call, value, "PP5Q2iPPP"))


@pointer
def statfs64(call: Call, value: int) -> str | None:
    return file_system(fields(call, value, "II5Q2iIII"))


def file_system(found: tuple[int, ...] | None) -> str | None:
    """struct statfs."""
    if found is None:
        return None
    names = ("f_bsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree")
    numbers = dict(zip(names, found[1:7], strict=True))
    ident = struct(val=listed(f"{word & 0xFFFFFFFF:#x}" for word in found[7:9]))
    rest = {"f_namelen": found[9], "f_frsize": found[10], "f_flags": flags.names("ST", found[11])}
    return struct(f_type=flags.names("FS_MAGIC", found[0]), **numbers, f_fsid=ident, **rest)


def lock(call: Call, value: int, owner: bool) -> str | None:
    """struct flock; `owner`: with the process that holds the lock."""
    wide = call.xlen == 64 or call.args[1] > F_SETLKW  # RV32 has commands of their own for 64-bit offsets
    found = fields(call, value, "hh4xqqi" if wide else "hhiii")
    if found is None:
        return None
    kind, whence, start, length, pid = found
    names = {"l_type": flags.names("LCK", kind & 0xFFFF), "l_whence": flags.names("SEEK", whence & 0xFFFF)}
    return struct(**names, l_start=start, l_len=length, **({"l_pid": pid} if owner else {}))
