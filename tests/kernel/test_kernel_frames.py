"""/proc/kpagecount and kpageflags; who reclaims and is counted; blocks from per-cpu lists; affinity."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BSS, Guest

from emu.kernel.irq import IPI_RESCHEDULE

PAGE = 4096
BUF = BSS + 0x800
ANON, MMAP, SWAPBACKED, BUDDY, TABLE, ZERO = 1 << 12, 1 << 11, 1 << 14, 1 << 10, 1 << 26, 1 << 24


def of_frame(guest: Guest, path: str, pfn: int) -> int:
    fd = guest.open(path)
    where = (pfn * 8,) if guest.xlen == 64 else (pfn * 8, 0)
    assert guest.ok("pread64", fd, BUF, 8, *where) == 8
    guest.ok("close", fd)
    return struct.unpack("<Q", guest.load(BUF, 8))[0]


def test_what_a_frame_is(guest: Guest) -> None:
    """An anonymous page, the zero page, a page table, a free block: by Linux's bits; and how often each is mapped."""
    addr = guest.mmap(PAGE)
    guest.store(addr, b"x")
    pfn, kernel = guest.mm.entry(addr) >> 10, guest.kernel
    assert of_frame(guest, "/proc/kpageflags", pfn) & (ANON | MMAP | SWAPBACKED) == ANON | MMAP | SWAPBACKED
    assert of_frame(guest, "/proc/kpagecount", pfn) == 1
    guest.fork()
    assert of_frame(guest, "/proc/kpagecount", pfn) == 2
    assert of_frame(guest, "/proc/kpageflags", kernel.pages.zero_pfn) & ZERO
    assert of_frame(guest, "/proc/kpageflags", guest.mm.pgd) & (TABLE | MMAP) == TABLE
    free = [block for area in kernel.pages.zones[0].free_area[:-1] for block in area][-1]  # opening takes the first
    assert of_frame(guest, "/proc/kpageflags", free) & BUDDY


@pytest.mark.parametrize("path", ["/proc/kpagecount", "/proc/kpageflags"])
def test_the_end_of_memory(guest64: Guest, path: str) -> None:
    """Behind the last frame is the end of the file; odd places are EINVAL."""
    guest, count = guest64, guest64.kernel.pages.mem_map.count
    fd = guest.open(path)
    assert guest.ok("pread64", fd, BUF, 24, (count - 2) * 8) == 16
    assert guest.ok("pread64", fd, BUF, 8, count * 8) == 0
    assert guest.ok("pread64", fd, BUF, 8, 1 << 60) == 0
    assert guest.errno("pread64", fd, BUF, 8, 4) == "EINVAL"


def test_who_hurries_reclaims_for_himself() -> None:
    """kswapd alone can't follow: direct reclaim scans, frees and is counted; both together are all that left."""
    guest = Guest(ram=2 << 20, swap=16 << 20)
    addr = guest.mmap(2000 * PAGE)
    for n in range(2000):
        guest.store(addr + n * PAGE, b"x")
    vm = guest.kernel.vm
    assert vm.allocstall > 10
    assert vm.pgscan_direct >= vm.pgsteal_direct > 100
    assert vm.pgsteal_direct >= 16 * vm.allocstall
    assert vm.pageoutrun > 0 and vm.pgsteal_kswapd > 0
    assert vm.pgsteal_direct + vm.pgsteal_kswapd >= vm.pswpout > 1500
    text = {"allocstall_normal": vm.allocstall, "pgscan_direct": vm.pgscan_direct, "pageoutrun": vm.pageoutrun}
    fd = guest.open("/proc/vmstat")
    size = guest.ok("read", fd, BUF, 6000)
    lines = guest.load(BUF, size).decode().splitlines()
    assert {f"{name} {value}" for name, value in text.items()} <= set(lines)


def test_blocks_are_looked_for_in_the_per_cpu_lists_too() -> None:
    """What is free singly merges before an allocation of a block fails."""
    guest = Guest(ram=4 << 20)
    pages = guest.kernel.pages
    singles = [pages.alloc_page() for _ in range(pages.nr_free_pages - 64)]
    for pfn in singles:
        pages.put_page(pfn)
    assert pages.zones[0].pcp
    block = pages.alloc_pages(9)
    assert block is not None and block % 512 == 0
    pages.free_pages(block, 9)
    guest.check()


def test_a_running_task_leaves_a_hart_that_it_may_not_use() -> None:
    """sched_setaffinity: itself at the end of the call, another one by an interrupt."""
    guest = Guest(harts=2)
    sched, parent, child = guest.kernel.sched, guest.task, guest.fork()
    sched.fill_idle_harts()
    ipis = guest.kernel.irqs.ipis[IPI_RESCHEDULE]
    before = sum(ipis)
    guest.store(BUF, (1 << parent.cpu).to_bytes(8, "little"))
    guest.ok("sched_setaffinity", child.pid, 8, BUF)
    assert (child.state, sum(ipis)) == ("ready", before + 1)
    home = parent.cpu
    guest.store(BUF, (1 << (1 - home)).to_bytes(8, "little"))
    guest.ok("sched_setaffinity", 0, 8, BUF)
    sched.fill_idle_harts()
    assert (parent.cpu, child.cpu) == (1 - home, home)
