"""Kinds that point to structures of files and file systems (stat(2), statfs(2), getdents(2), fcntl(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.fs.fcntl import F_SETLKW
from emu.kernel.strace import flags
from emu.kernel.strace.structures import date, fields, pointer
from emu.kernel.strace.text import address, listed, quoted, struct
from emu.kernel.strace.values import file_mode

if TYPE_CHECKING:
    from emu.kernel.strace.call import Call


@pointer
def stat(call: Call, value: int) -> str | None:
    """struct stat (generic): mode and size, or all of it."""
    found = fields(call, value, "QQIIIIQQqiiq6q")
    if found is None:
        return None
    dev, ino, mode, links, uid, gid, rdev, _, size, block, _, blocks, *times = found
    special = {"st_rdev": device(rdev)} if mode >> 12 in (2, 6) else {"st_size": size}
    if not call.options.full:
        return struct("...", st_mode=file_mode(mode), **special)
    head = {"st_dev": device(dev), "st_ino": ino, "st_mode": file_mode(mode), "st_nlink": links, "st_uid": uid}
    rest = {"st_gid": gid, "st_blksize": block, "st_blocks": blocks, **special}
    for n, name in enumerate(("st_atime", "st_mtime", "st_ctime")):
        second, nanosecond = times[2 * n : 2 * n + 2]
        rest |= {name: f"{second}{date(second, nanosecond)}", f"{name}_nsec": nanosecond}
    return struct(**head, **rest)


def device(number: int) -> str:
    """Major and minor number of a device."""
    return f"makedev({number >> 8 & 0xFFF:#x}, {number & 0xFF:#x})"


@pointer
def statx(call: Call, value: int) -> str | None:
    found = fields(call, value, "IIQIIIH2xQQQQ" + 4 * "qI4x" + "4I")
    if found is None:
        return None
    mask, block, attributes, links, uid, gid, mode, ino, size, blocks, _, *rest = found
    asked, kind = {"stx_mask": flags.names("STATX", mask)}, {"stx_mode": file_mode(mode)}
    if not call.options.full:
        return struct("...", **asked, stx_attributes=attributes, **kind, stx_size=size)
    owner = {"stx_nlink": links, "stx_uid": uid, "stx_gid": gid, **kind, "stx_ino": ino}
    stamps = {f"stx_{name}time": stamp(*rest[2 * n : 2 * n + 2]) for n, name in enumerate("abcm")}
    names = ("stx_rdev_major", "stx_rdev_minor", "stx_dev_major", "stx_dev_minor")
    figures = {"stx_size": size, "stx_blocks": blocks, "stx_attributes_mask": 0, **stamps}
    devices = dict(zip(names, rest[8:], strict=True))
    return struct(**asked, stx_blksize=block, stx_attributes=attributes, **owner, **figures, **devices)


def stamp(second: int, nanosecond: int) -> str:
    """A time of statx, with its date."""
    return struct(tv_sec=second, tv_nsec=nanosecond) + date(second, nanosecond)


@pointer
def dirents(call: Call, value: int) -> str:
    at, entries, end = value, [], value + (call.result or 0)
    while at < end and (found := fields(call, at, "QqHB")) and found[2]:
        name = quoted(call.string(at + 19) or b"", 255) if call.options.full else ""
        kind = flags.names("DT", found[3])
        entries.append(struct(d_ino=found[0], d_off=found[1], d_reclen=found[2], d_type=kind, d_name=name))
        at += found[2]
    if call.options.full:
        return listed(entries)
    return f"{address(value)} /* {len(entries)} {'entry' if len(entries) == 1 else 'entries'} */"


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
