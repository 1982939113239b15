"""Booting: the kernel takes over the machine, then memory, then files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emu.errors import EmuError
from emu.kernel import costs, tunables
from emu.kernel.block import Disk
from emu.kernel.fs.console import Capture, Console
from emu.kernel.fs.dcache import Dcache
from emu.kernel.fs.diskfs import DiskFile
from emu.kernel.fs.file import O_RDONLY, File
from emu.kernel.fs.fsnotify import Fsnotify
from emu.kernel.fs.inode import SuperBlock
from emu.kernel.fs.kept import ProcTexts
from emu.kernel.fs.vfs import Vfs
from emu.kernel.ipc.mqueue import MessageQueues
from emu.kernel.ipc.msg import MSGMNI
from emu.kernel.ipc.sem import SEMMNI, SemIds
from emu.kernel.ipc.shm import Shm
from emu.kernel.ipc.util import Ids
from emu.kernel.mm import filemap
from emu.kernel.mm.alloc import PageAllocator
from emu.kernel.mm.awaited import Awaited
from emu.kernel.mm.hugetlb import HugePool
from emu.kernel.mm.khugepaged import Khugepaged
from emu.kernel.mm.page import PG_UNEVICTABLE
from emu.kernel.mm.slab import Slab
from emu.kernel.mm.swap import Swap
from emu.kernel.mm.swapfile import SwapArea
from emu.kernel.mm.vmscan import Reclaimer
from emu.kernel.mm.workingset import Workingset
from emu.kernel.mm.writeback import Flusher
from emu.kernel.net.names import UnixNames
from emu.kernel.trace import Trace
from emu.machine.ledger import LEDGER_DISK, LEDGER_SWAP

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

NR_FILE = 8192
VDSO_CODE = b"\x93\x08\xb0\x08\x73\x00\x00\x00"  # li a7, rt_sigreturn; ecall


def adopt(kernel: Kernel, machine: Any) -> None:
    """Take the machine's doors: its harts and memory, as memoryviews for single cells and arrays for many."""
    kernel.harts = list(machine.harts)
    kernel.ram, kernel.ram64, kernel.ram32 = machine.ram, machine.ram64, machine.ram32
    kernel.many64 = np.frombuffer(machine.ram, dtype=np.uint64)
    kernel.many32 = np.frombuffer(machine.ram, dtype=np.uint32)
    letters = "IMAFDC" if getattr(machine, "has_fd", False) else "IMAC"
    kernel.hwcap = sum(1 << (ord(letter) - ord("A")) for letter in letters)


def set_costs(kernel: Kernel) -> None:
    """What traps, calls and faults cost, ready for the hot paths."""
    kernel.costs = costs.table(kernel.machine.costs, kernel.options.costs)
    kernel.cost_trap = kernel.costs["trap"]
    kernel.cost_syscall = kernel.costs["trap"] + kernel.costs["syscall"]
    kernel.cost_fault = kernel.costs["fault"] + kernel.costs["copy_page"]


def boot_memory(kernel: Kernel) -> None:
    """Frames, zones, slabs, swap, and who takes care of them. EmuError when there is too little memory."""
    count = kernel.machine.page_count
    if kernel.options.ram is not None:
        count = min(count, kernel.options.ram >> 12)
    if count < 16:
        raise EmuError(f"{count * 4} kB of memory are too few", hint="the kernel needs 64 kB at least: --ram 1M")
    kernel.pages = PageAllocator(
        kernel.machine, count, kernel.xlen, nodes=kernel.options.nodes, poison=kernel.options.poison
    )
    kernel.sysctl.set_reserves(kernel.pages.nr_free_pages * 4)
    kernel.slab = Slab(kernel.pages)
    kernel.huge_pool = HugePool(kernel)
    kernel.sysctl.transparent_hugepage = kernel.options.thp
    kernel.huge_pool.resize(kernel.options.huge_pages)
    kernel.disk_pages = max(count // 2, 1024)
    kernel.disk = Disk(kernel, "vda", kernel.costs["disk"], LEDGER_DISK)
    kernel.swap_disk = Disk(kernel, "vdb", kernel.costs["disk"], LEDGER_SWAP)
    kernel.disks = (kernel.disk, kernel.swap_disk)
    kernel.swap_pages = kernel.options.swap >> 12
    kernel.swap = Swap(kernel, SwapArea(kernel.swap_pages, kernel.options.swap_file))
    kernel.awaited = Awaited(kernel)
    kernel.workingset = Workingset(2 * count)
    kernel.reading: dict[int, int] = {}  # locked frame -> cycle at which the disk has filled it
    kernel.may_sleep = False  # the task in the kernel may wait in the middle of what it does
    kernel.pagefault_disabled = False  # user memory that isn't there is EFAULT: no frame may be asked for
    kernel.reclaimer = Reclaimer(kernel)
    kernel.pages.reclaim, kernel.pages.wake_kswapd = kernel.reclaimer.direct, kernel.reclaimer.wake_kswapd
    kernel.flusher, kernel.khugepaged = Flusher(kernel), Khugepaged(kernel)
    kernel.events = Trace()


def boot_files(kernel: Kernel) -> None:
    """The tree of mounts, /dev, /proc, /sys, the standard streams, the host's folders. EmuError."""
    options = kernel.options
    kernel.uts = {"hostname": b"emu", "domainname": b"(none)"}
    kernel.nr_files, kernel.file_max = 0, max(NR_FILE, kernel.pages.total_pages * 4 // 10)  # open files of all
    kernel.nr_locks = kernel.nr_watched = 0  # of all files; by all epoll instances
    kernel.dcache, kernel.fsnotify = Dcache(kernel), Fsnotify(kernel)
    kernel.proc_texts = ProcTexts(max(1 << 20, kernel.pages.total_pages << 8))
    kernel.pipefs = streams = SuperBlock(kernel, "pipefs")
    kernel.shm = SuperBlock(kernel, "shmfs")
    kernel.mqueues = MessageQueues(kernel)
    kernel.shm_ids, kernel.msg_ids, kernel.sem_ids = Shm(kernel), Ids(MSGMNI), SemIds(SEMMNI)
    stdin, stdout = options.stdin or Capture(), options.stdout or Capture()
    kernel.stdin, kernel.stdout, kernel.stderr = stdin, stdout, options.stderr or Capture()
    kernel.console = Console(streams, stdin, stdout)
    kernel.console_err = Console(streams, Capture(), kernel.stderr)
    kernel.console_in = kernel.console
    kernel.fs = Vfs(kernel)
    kernel.vdso = File(DiskFile(streams, 0o555, VDSO_CODE.ljust(4096, b"\0")), O_RDONLY, "[vdso]")
    page = filemap.add_to_page_cache(kernel, kernel.vdso.inode.mapping, 0)
    kernel.pages.mem_map.flags[page] |= PG_UNEVICTABLE
    for name, value in options.sysctl.items():
        tunables.apply(kernel, name, value)
    for mount in options.mounts:
        kernel.fs.mount_host(mount)
    kernel.sockfs, kernel.unix, kernel.files_in_flight = SuperBlock(kernel, "sockfs"), UnixNames(kernel), 0
