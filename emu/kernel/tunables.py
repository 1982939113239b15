"""The tunables of /proc/sys: their names and bounds, for the guest's writes and for `--sysctl` (Linux: sysctl(8)).

Documentation/admin-guide/sysctl/vm.rst says what each means. This module imports nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.errors import EmuError, did_you_mean

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

# name -> (least, most), values of kernel.sysctl
VM = {
    "swappiness": (0, 200),
    "overcommit_memory": (0, 2),
    "overcommit_ratio": (0, (1 << 31) - 1),  # more than 100 % is no mistake
    "overcommit_kbytes": (0, 1 << 40),  # in place of the ratio, unless 0
    "user_reserve_kbytes": (0, 1 << 40),
    "admin_reserve_kbytes": (0, 1 << 40),
    "page-cluster": (0, 10),
    "panic_on_oom": (0, 2),
    "oom_kill_allocating_task": (0, 1),
    "oom_dump_tasks": (0, 1),
    "dirty_ratio": (0, 100),
    "dirty_background_ratio": (0, 100),
    "dirty_bytes": (0, 1 << 50),  # in place of the ratio, unless 0
    "dirty_background_bytes": (0, 1 << 50),
    "dirty_writeback_centisecs": (0, (1 << 31) - 1),  # the flusher's clock; 0: none
    "vfs_cache_pressure": (0, 1000),
    "max_map_count": (0, 1 << 20),
    "mmap_min_addr": (4096, 1 << 20),
}
KERNEL = {"pid_max": (16, 32768)}
# not in kernel.sysctl: each has a meaning of its own
SPECIAL = {"min_free_kbytes": (0, 1 << 32), "watermark_scale_factor": (1, 3000), "nr_hugepages": (0, 1 << 20)}
# two ways to say one thing: the one that is set makes the other 0
PAIRS = (
    ("overcommit_ratio", "overcommit_kbytes"),
    ("dirty_ratio", "dirty_bytes"),
    ("dirty_background_ratio", "dirty_background_bytes"),
)
ROWS = (("vm", VM), ("vm", SPECIAL), ("kernel", KERNEL))
BOUNDS = {f"{room}.{name}": bounds for room, table in ROWS for name, bounds in table.items()}


def attribute(name: str) -> str:
    """The attribute of kernel.sysctl that holds it."""
    return name.rpartition(".")[2].replace("-", "_")


def parse(name: str, text: str) -> int:
    """The value of `--sysctl name=text`. EmuError for unknown names and values out of bounds."""
    name = name.replace("/", ".")
    if name == "vm.drop_caches":
        raise EmuError(
            "--sysctl vm.drop_caches drops what is cached when it is set, and at boot nothing is cached yet",
            hint="let the guest write it: echo 3 > /proc/sys/vm/drop_caches",
        )
    if name not in BOUNDS:
        raise EmuError(f"no tunable is called {name!r}", hint=did_you_mean(name, BOUNDS) or ", ".join(BOUNDS))
    least, most = BOUNDS[name]
    try:
        value = int(text, 0)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise EmuError(f"--sysctl {name}={text}: not a number from {least} to {most}")
    return value


def apply(kernel: Kernel, name: str, value: int) -> None:
    """Set a tunable. `value` is within the bounds."""
    name = name.replace("/", ".").rpartition(".")[2]
    if name == "min_free_kbytes":
        kernel.pages.set_min_free(min(value, kernel.pages.total_pages * 4))
    elif name == "watermark_scale_factor":
        kernel.pages.set_min_free(kernel.pages.min_free_kbytes, value)
    elif name == "nr_hugepages":
        kernel.huge_pool.resize(value)
    else:
        setattr(kernel.sysctl, attribute(name), value)
    if name == "dirty_writeback_centisecs":
        kernel.flusher.set_clock()
    for pair in PAIRS:
        if name in pair:
            setattr(kernel.sysctl, pair[name == pair[0]], 0)
