"""/proc/sys/vm and /proc/sys/kernel: the tunables as files; emu.kernel.tunables has the table of them."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from emu.kernel import tunables
from emu.kernel.errno import EINVAL, EPERM, Errno
from emu.kernel.fs.inode import Inode
from emu.kernel.fs.procfs import ProcDir, ProcFile
from emu.kernel.mm import filemap
from emu.kernel.tunables import KERNEL, VM, attribute

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

SPECIAL = (*tunables.SPECIAL, "drop_caches")
FIXED = {"ostype": "Linux", "osrelease": "6.12.0-emu", "version": "#1 SMP"}
UTS = ("hostname", "domainname")


def show(kernel: Kernel, name: str) -> bytes:
    """The value of a tunable."""
    if name == "nr_hugepages":
        value = kernel.huge_pool.total
    else:
        value = getattr(kernel.pages if name in SPECIAL else kernel.sysctl, attribute(name))
    return f"{value}\n".encode()


def make_tree(kernel: Kernel, parent: ProcDir) -> ProcDir:
    """/proc/sys."""
    return ProcDir(parent.sb, parent, b"sys", partial(list, ("vm", "kernel")), partial(find_room, kernel))


def find_room(kernel: Kernel, here: ProcDir, name: str) -> Inode | None:
    """/proc/sys/vm, /proc/sys/kernel."""
    if name == "vm":
        return ProcDir(here.sb, here, b"vm", partial(list, (*VM, *SPECIAL)), partial(find, kernel, name))
    if name == "kernel":
        names = (*KERNEL, *FIXED, *UTS, "randomize_va_space")
        return ProcDir(here.sb, here, b"kernel", partial(list, names), partial(find, kernel, name))
    return None


def find(kernel: Kernel, room: str, here: ProcDir, name: str) -> Inode | None:
    """A file of one of the rooms."""
    table = KERNEL if room == "kernel" else VM
    if name in table:
        return ProcFile(here.sb, partial(show, kernel, name), partial(store, kernel, name, *table[name]))
    if room == "kernel":
        if name in FIXED:
            return ProcFile(here.sb, partial(bytes, f"{FIXED[name]}\n".encode()))
        if name in UTS:
            return ProcFile(here.sb, partial(uts, kernel, name))
        if name == "randomize_va_space":
            return ProcFile(here.sb, partial(bytes, b"2\n" if kernel.options.aslr else b"0\n"))
        return None
    if name == "watermark_scale_factor":
        bounds = tunables.SPECIAL[name]
        return ProcFile(here.sb, partial(show, kernel, name), partial(store, kernel, name, *bounds))
    if name == "min_free_kbytes":
        return ProcFile(here.sb, partial(show, kernel, name), partial(store_min_free, kernel))
    if name == "nr_hugepages":
        return ProcFile(here.sb, partial(show, kernel, name), partial(resize_huge_pool, kernel))
    if name == "drop_caches":
        return ProcFile(here.sb, partial(bytes, b"0\n"), partial(drop_caches, kernel))
    return None


def uts(kernel: Kernel, name: str) -> bytes:
    return kernel.uts[name] + b"\n"


def resize_huge_pool(kernel: Kernel, data: bytes) -> None:
    """vm.nr_hugepages was written."""
    kernel.huge_pool.resize(max(0, number(kernel, data)))


def number(kernel: Kernel, data: bytes) -> int:
    """EPERM unless root, EINVAL unless a number."""
    if kernel.current is not None and kernel.current.euid:
        raise Errno(EPERM)
    text = data.decode("latin-1").strip()
    if not re.fullmatch(r"[+-]?(0x[0-9a-fA-F]+|[0-9]+)", text):
        raise Errno(EINVAL)
    octal = re.fullmatch(r"[+-]?0[0-7]+", text)
    return int(text, 8) if octal else int(text, 16 if "x" in text else 10)


def store(kernel: Kernel, name: str, least: int, most: int, data: bytes) -> None:
    """A tunable was written: a number in its bounds. EINVAL."""
    value = number(kernel, data)
    if not least <= value <= most:
        raise Errno(EINVAL)
    tunables.apply(kernel, name, value)


def store_min_free(kernel: Kernel, data: bytes) -> None:
    """vm.min_free_kbytes was written: the watermarks move with it. EINVAL."""
    value = number(kernel, data)
    if not 0 <= value <= kernel.pages.total_pages * 4 // 4:
        raise Errno(EINVAL)
    kernel.pages.set_min_free(value)


def drop_caches(kernel: Kernel, data: bytes) -> None:
    """1: the clean pages of files that nobody maps; 2: names and inodes that nobody uses; 3: both."""
    value = number(kernel, data)
    if not 1 <= value <= 4:
        raise Errno(EINVAL)
    if value & 1:
        filemap.drop_clean(kernel)
        kernel.vm.drop_pagecache += 1
    if value & 2:
        kernel.dcache.drop()
        kernel.vm.drop_slab += 1
