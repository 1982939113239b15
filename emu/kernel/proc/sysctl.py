"""/proc/sys/vm and /proc/sys/kernel: the tunables, with their bounds (Documentation/admin-guide/sysctl/vm.rst)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, EPERM, Errno
from emu.kernel.fs.inode import Inode
from emu.kernel.fs.procfs import ProcDir, ProcFile
from emu.kernel.mm import filemap

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

# name -> (least, most), values of kernel.sysctl
VM = {
    "swappiness": (0, 200),
    "overcommit_memory": (0, 2),
    "overcommit_ratio": (0, 100),
    "page-cluster": (0, 10),
    "panic_on_oom": (0, 2),
    "oom_kill_allocating_task": (0, 1),
    "dirty_ratio": (0, 100),
    "dirty_background_ratio": (0, 100),
    "vfs_cache_pressure": (0, 1000),
    "max_map_count": (0, 1 << 20),
    "mmap_min_addr": (4096, 1 << 20),
}
KERNEL = {"pid_max": (16, 32768)}
SPECIAL = ("min_free_kbytes", "drop_caches", "nr_hugepages")
FIXED = {"ostype": "Linux", "osrelease": "6.12.0-emu", "version": "#1 SMP"}
UTS = ("hostname", "domainname")


def attribute(name: str) -> str:
    return name.replace("-", "_")


def make_tree(kernel: Kernel, parent: ProcDir) -> ProcDir:
    """/proc/sys."""
    return ProcDir(parent.sb, parent, b"sys", lambda: ["vm", "kernel"], partial(find_room, kernel))


def find_room(kernel: Kernel, here: ProcDir, name: str) -> Inode | None:
    if name == "vm":
        names = [*VM, *SPECIAL]
        return ProcDir(here.sb, here, b"vm", lambda: names, partial(find, kernel, VM))
    if name == "kernel":
        names = [*KERNEL, *FIXED, *UTS, "randomize_va_space"]
        return ProcDir(here.sb, here, b"kernel", lambda: names, partial(find, kernel, KERNEL))
    return None


def find(kernel: Kernel, table: dict[str, tuple[int, int]], here: ProcDir, name: str) -> Inode | None:
    if name in table:
        show = lambda: f"{getattr(kernel.sysctl, attribute(name))}\n".encode()  # noqa: E731
        return ProcFile(here.sb, show, partial(store, kernel, name, *table[name]))
    if table is KERNEL:
        if name in FIXED:
            return ProcFile(here.sb, lambda: f"{FIXED[name]}\n".encode())
        if name in UTS:
            return ProcFile(here.sb, lambda: kernel.uts[name] + b"\n")
        if name == "randomize_va_space":
            return ProcFile(here.sb, lambda: b"2\n" if kernel.options.aslr else b"0\n")
        return None
    if name == "min_free_kbytes":
        show = lambda: f"{kernel.pages.min_free_kbytes}\n".encode()  # noqa: E731
        return ProcFile(here.sb, show, partial(store_min_free, kernel))
    if name == "nr_hugepages":
        show = lambda: f"{kernel.huge_pool.total}\n".encode()  # noqa: E731
        return ProcFile(here.sb, show, lambda data: kernel.huge_pool.resize(max(0, number(kernel, data))))
    if name == "drop_caches":
        return ProcFile(here.sb, lambda: b"0\n", partial(drop_caches, kernel))
    return None


def number(kernel: Kernel, data: bytes) -> int:
    """EPERM unless root, EINVAL unless a number."""
    if kernel.current is not None and kernel.current.euid:
        raise Errno(EPERM)
    try:
        return int(data.decode("ascii").strip(), 0)
    except ValueError:
        raise Errno(EINVAL) from None


def store(kernel: Kernel, name: str, least: int, most: int, data: bytes) -> None:
    value = number(kernel, data)
    if not least <= value <= most:
        raise Errno(EINVAL)
    setattr(kernel.sysctl, attribute(name), value)


def store_min_free(kernel: Kernel, data: bytes) -> None:
    value = number(kernel, data)
    if not 0 <= value <= kernel.pages.total_pages * 4 // 4:
        raise Errno(EINVAL)
    kernel.pages.set_min_free(value)


def drop_caches(kernel: Kernel, data: bytes) -> None:
    """1: the clean pages of files that nobody maps; 2: kernel objects (there are none to drop); 3: both."""
    value = number(kernel, data)
    if not 1 <= value <= 4:
        raise Errno(EINVAL)
    if value & 1:
        filemap.drop_clean(kernel)
