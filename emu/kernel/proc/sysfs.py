"""/sys: the switches of transparent huge pages and their daemon (Documentation/admin-guide/mm/transhuge.rst)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, Errno
from emu.kernel.fs.inode import Inode, SuperBlock
from emu.kernel.fs.procfs import ProcDir, ProcFile
from emu.kernel.mm.huge import ALWAYS, MADVISE, NEVER
from emu.kernel.proc.sysctl import number

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

MODES = (ALWAYS, MADVISE, NEVER)
SYSFS_MAGIC = 0x62656572
# directory -> what is in it
FOLDERS = {
    "/": ("kernel",),
    "/kernel": ("mm",),
    "/kernel/mm": ("transparent_hugepage",),
    "/kernel/mm/transparent_hugepage": ("enabled", "hpage_pmd_size", "khugepaged"),
    "/kernel/mm/transparent_hugepage/khugepaged": (
        "alloc_sleep_millisecs",
        "defrag",
        "full_scans",
        "max_ptes_none",
        "max_ptes_shared",
        "max_ptes_swap",
        "pages_collapsed",
        "pages_to_scan",
        "scan_sleep_millisecs",
    ),
}
COUNTERS = ("full_scans", "pages_collapsed")
FIXED = {"alloc_sleep_millisecs": 0, "defrag": 1, "max_ptes_swap": 0}  # no other value has a mechanism here


def make_root(kernel: Kernel) -> ProcDir:
    """The directory /sys."""
    sb = SuperBlock(kernel, "sysfs", "sysfs")
    sb.magic = SYSFS_MAGIC
    return folder(kernel, sb, None, "/")


def folder(kernel: Kernel, sb: SuperBlock, parent: ProcDir | None, path: str) -> ProcDir:
    """A folder of FOLDERS, which has what that says."""
    name = path.rpartition("/")[2].encode() or b"sys"
    return ProcDir(sb, parent, name, partial(list, FOLDERS[path]), partial(find, kernel, path))


def find(kernel: Kernel, path: str, here: ProcDir, name: str) -> Inode | None:
    """A name in it; None: no such name."""
    if name not in FOLDERS[path]:
        return None
    inside = f"{path.rstrip('/')}/{name}"
    if inside in FOLDERS:
        return folder(kernel, here.sb, here, inside)
    if name == "enabled":
        return ProcFile(here.sb, partial(show_mode, kernel), partial(store_mode, kernel))
    if name == "hpage_pmd_size":
        return ProcFile(here.sb, partial(text, 4096 << kernel.huge_pool.order))
    if name in FIXED:
        return ProcFile(here.sb, partial(text, FIXED[name]))
    write = None if name in COUNTERS else partial(store, kernel, name)
    return ProcFile(here.sb, partial(show, kernel, name), write)


def text(value: int) -> bytes:
    """A number as a line."""
    return f"{value}\n".encode()


def show(kernel: Kernel, name: str) -> bytes:
    """A counter or setting of khugepaged."""
    return text(getattr(kernel.khugepaged, name))


def store(kernel: Kernel, name: str, data: bytes) -> None:
    """EINVAL beyond the number of entries of a table, where entries are meant."""
    value = number(kernel, data)
    least = 1 if name == "pages_to_scan" else 0
    most = (1 << kernel.huge_pool.order) - 1 if name.startswith("max_ptes") else (1 << 32) - 1
    if not least <= value <= most:
        raise Errno(EINVAL)
    setattr(kernel.khugepaged, name, value)


def show_mode(kernel: Kernel) -> bytes:
    """The mode stands in brackets."""
    now = kernel.sysctl.transparent_hugepage
    return (" ".join(f"[{mode}]" if mode == now else mode for mode in MODES) + "\n").encode()


def store_mode(kernel: Kernel, data: bytes) -> None:
    """always, madvise or never. EINVAL."""
    mode = data.decode("ascii", "replace").strip()
    if mode not in MODES:
        raise Errno(EINVAL)
    kernel.sysctl.transparent_hugepage = mode
    kernel.khugepaged.enter()
