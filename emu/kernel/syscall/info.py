"""What system is this: uname, sysinfo, getrandom, limits (uname(2), sysinfo(2), getrandom(2), prlimit(2))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.clocks import NSEC_PER_SEC
from emu.kernel.errno import EFAULT, EINVAL, EPERM, ESRCH
from emu.kernel.fs.iov import UserIter
from emu.kernel.itimer import obey_cpu_limit
from emu.kernel.mm.overcommit import total_swap_pages
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.rlimit import NAMES, RLIMIT_CPU, RLIMIT_NOFILE
from emu.kernel.syscall.identity import owns
from emu.kernel.syscall.table import Addr, Int, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process, Task

RELEASE = "6.12.0-emu"
NEW_UTS_LEN = 64
GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE = 1, 2, 4
RANDOM_MAX = (1 << 25) - 1  # getrandom(2): at most 32 MB - 1 in one call


@syscall("uname")
def sys_uname(kernel: Kernel, task: Task, buf: Addr) -> int:
    uts = kernel.uts
    fields = (b"Linux", uts["hostname"], RELEASE.encode(), b"#1 SMP", f"riscv{kernel.xlen}".encode(), uts["domainname"])
    copy_to_user(task.mm, buf, b"".join(text.ljust(65, b"\0") for text in fields))
    return 0


@syscall("sysinfo")
def sys_sysinfo(kernel: Kernel, task: Task, buf: Addr) -> int:
    pages = [kernel.pages.total_pages, kernel.pages.nr_free_pages, kernel.shmem_pages(), 0]
    pages += [total_swap_pages(kernel), kernel.free_swap()]
    unit = 1 if kernel.xlen == 64 or max(pages) < 1 << 20 else 4096
    word = "Q" if kernel.xlen == 64 else "I"
    uptime, loads = kernel.now_ns() // NSEC_PER_SEC, kernel.sched.load.loads()
    data = struct.pack(f"<10{word}H", uptime, *loads, *(n * 4096 // unit for n in pages), len(kernel.tasks))
    data = data.ljust(88 if kernel.xlen == 64 else 44, b"\0") + struct.pack(f"<2{word}I", 0, 0, unit)
    copy_to_user(task.mm, buf, data.ljust(112 if kernel.xlen == 64 else 64, b"\0"))
    return 0


@syscall("getrandom")
def sys_getrandom(kernel: Kernel, task: Task, buf: Addr, count: Size, flags: Uint) -> int:
    if flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) or flags & 6 == 6:
        return -EINVAL
    to = UserIter(task.mm, [(buf, min(count, RANDOM_MAX))])
    while to.count:
        data = kernel.random_bytes(min(to.count, 65536))
        if to.put(data) < len(data):
            break
    return to.result()


@syscall("prlimit64")
def sys_prlimit64(kernel: Kernel, task: Task, pid: Int, resource: Uint, new: Addr, old: Addr) -> int:
    found = kernel.tasks.get(pid) if pid else task
    if found is None:
        return -ESRCH
    if resource >= len(NAMES):
        return -EINVAL
    if not owns(task, found):
        return -EPERM
    limits = found.process.rlimits
    wanted = struct.unpack("<QQ", copy_from_user(task.mm, new, 16)) if new else None
    before = struct.pack("<QQ", *limits[resource])
    if wanted:
        error = set_rlimit(task, found.process, resource, wanted)
        if error:
            return error
    if old:
        copy_to_user(task.mm, old, before)
    return 0


def set_rlimit(task: Task, process: Process, resource: int, wanted: tuple[int, int]) -> int:
    """New limits of a process, on behalf of `task`. EINVAL EPERM."""
    (soft, hard), limits = wanted, process.rlimits
    if soft > hard:
        return -EINVAL
    if resource == RLIMIT_NOFILE and hard > 1 << 20:
        return -EPERM
    if hard > limits[resource][1] and task.euid:
        return -EPERM
    limits[resource][:] = [soft, hard]
    if resource == RLIMIT_CPU:
        obey_cpu_limit(process)
    return 0


@syscall("getrlimit")
def sys_getrlimit(kernel: Kernel, task: Task, resource: Uint, addr: Addr) -> int:
    if resource >= len(NAMES):
        return -EINVAL
    copy_to_user(task.mm, addr, struct.pack("<QQ", *task.process.rlimits[resource]))
    return 0


@syscall("setrlimit")
def sys_setrlimit(kernel: Kernel, task: Task, resource: Uint, addr: Addr) -> int:
    if resource >= len(NAMES):
        return -EINVAL
    wanted = struct.unpack("<QQ", copy_from_user(task.mm, addr, 16))
    return set_rlimit(task, task.process, resource, wanted)


def set_name(kernel: Kernel, task: Task, which: str, name: int, length: int) -> int:
    """sethostname(2), setdomainname(2). EPERM EINVAL EFAULT."""
    if task.euid:
        return -EPERM
    if not 0 <= length <= NEW_UTS_LEN:
        return -EINVAL
    kernel.uts[which] = copy_from_user(task.mm, name, length).partition(b"\0")[0] if length else b""
    return 0


@syscall("sethostname")
def sys_sethostname(kernel: Kernel, task: Task, name: Addr, length: Int) -> int:
    return set_name(kernel, task, "hostname", name, length)


@syscall("setdomainname")
def sys_setdomainname(kernel: Kernel, task: Task, name: Addr, length: Int) -> int:
    return set_name(kernel, task, "domainname", name, length)


HWPROBE_EXT = sum(
    1 << bit for bit in (1, 3, 4, 5, 35, 36)
)  # C Zba Zbb Zbs Zicond Zihintpause: what the machine executes
HWPROBE_FLOATING = 1 | 1 << 32  # F and D, Zfa


@syscall("riscv_hwprobe")
def sys_riscv_hwprobe(kernel: Kernel, task: Task, pairs: Addr, count: Size, cpus: Size, mask: Addr, flags: Uint) -> int:
    """riscv_hwprobe: keys it doesn't know get the value 0 and the key -1."""
    if flags or count > 4096:
        return -EINVAL
    if not pairs and count:
        return -EFAULT
    floating = HWPROBE_FLOATING if kernel.hwcap & 1 << 5 else 0
    known = {3: 1, 4: HWPROBE_EXT | floating, 5: 2}
    for n in range(count):
        key, _ = struct.unpack("<qQ", copy_from_user(task.mm, pairs + 16 * n, 16))
        answer = (key, known[key]) if key in known else (-1, 0)
        copy_to_user(task.mm, pairs + 16 * n, struct.pack("<qQ", *answer))
    return 0


@syscall("riscv_flush_icache")
def sys_riscv_flush_icache(kernel: Kernel, task: Task, start: Addr, end: Addr, flags: Size) -> int:
    """The machine watches stores to code itself."""
    return -EINVAL if flags & ~1 else 0
