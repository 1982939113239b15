"""Huge pages: transparent ones and those of the pool."""

from __future__ import annotations

import re

import pytest
from kernel_fake import BSS, Guest

from emu.kernel.proc import task_mmu

PAGE = 4096
BUF = BSS + 0x800
HUGETLB = 0x40022


def thp(xlen: int, **options) -> tuple[Guest, int]:
    guest = Guest(xlen, ram=64 << 20, thp="always", **options)
    return guest, 1 << guest.mm.pmd_shift


@pytest.mark.parametrize("xlen", [64, 32])
def test_first_touch_maps_a_huge_page(xlen: int) -> None:
    """One fault maps 2 MB (4 MB), all of it zero; the pages are there for system calls too."""
    guest, size = thp(xlen)
    addr = (guest.mmap(3 * size) + size - 1) & -size
    faults, rss = guest.task.min_flt, guest.mm.rss_anon
    guest.store(addr + 5000, b"hello")
    guest.store(addr + size - 4, b"end!")
    assert guest.task.min_flt == faults + 1
    assert guest.mm.rss_anon == rss + size // PAGE
    assert guest.load(addr + 8192, 8) == bytes(8)
    assert guest.ok("write", 1, addr + 5000, 5) == 5
    assert guest.out.output == b"hello"
    guest.check()


@pytest.mark.parametrize("xlen", [64, 32])
def test_split(xlen: int) -> None:
    """munmap, mprotect and fork of a part split it; nothing is lost and everything is given back."""
    guest, size = thp(xlen)
    free = guest.kernel.pages.nr_free_pages
    area = guest.mmap(4 * size)
    addr = (area + size - 1) & -size
    for n in range(0, 3 * size, size):
        guest.store(addr + n, b"first")
        guest.store(addr + n + 9 * PAGE, b"nine")
    assert guest.kernel.vm.thp_fault_alloc == 3
    guest.ok("munmap", addr + 4 * PAGE, 2 * PAGE)
    guest.check()
    guest.ok("mprotect", addr + size, PAGE, 1)
    guest.check()
    parent, child = guest.task, guest.fork()
    guest.become(child)
    guest.store(addr + 2 * size, b"CHILD")
    guest.check()
    guest.become(parent)
    assert guest.load(addr + 2 * size, 5) == b"first"
    assert guest.load(addr + 9 * PAGE, 4) == b"nine"
    assert guest.kernel.vm.thp_split == 3
    guest.ok("kill", child.pid, 9)
    guest.become(child)
    guest.become(parent)
    guest.ok("wait4", child.pid, 0, 0, 0) if xlen == 64 else guest.ok("waitid", 1, child.pid, 0, 4, 0)
    guest.ok("munmap", area, 4 * size)
    guest.check()
    assert free - guest.kernel.pages.nr_free_pages < 8


def test_modes() -> None:
    """With "madvise" only where it was asked for; never in a file or a small area."""
    guest = Guest(ram=64 << 20, thp="madvise")
    size = 1 << guest.mm.pmd_shift
    addr = (guest.mmap(3 * size) + size - 1) & -size
    guest.store(addr, b"x")
    assert not guest.mm.huge
    guest.ok("madvise", addr + size, size, 14)
    guest.store(addr + size, b"x")
    assert len(guest.mm.huge) == 1
    guest.check()


def test_huge_pages_are_reclaimed() -> None:
    """Under pressure they are split and swapped like others."""
    guest = Guest(ram=16 << 20, swap=64 << 20, thp="always")
    size = 1 << guest.mm.pmd_shift
    addr = (guest.mmap(13 * size) + size - 1) & -size
    for n in range(0, 12 * size, PAGE):
        guest.store(addr + n, n.to_bytes(4, "little"))
    guest.check()
    for n in range(0, 12 * size, PAGE):
        assert int.from_bytes(guest.load(addr + n, 4), "little") == n
    assert guest.kernel.vm.thp_split > 0
    guest.check()


@pytest.mark.parametrize("xlen", [64, 32])
def test_hugetlb(xlen: int) -> None:
    """The pool gives pages that were reserved at mmap; without reserve ENOMEM; a part can't be unmapped."""
    guest = Guest(xlen, ram=64 << 20, huge_pages=3)
    size = 1 << guest.mm.pmd_shift
    mmap = "mmap" if xlen == 64 else "mmap2"
    assert guest.errno(mmap, 0, 4 * size, 3, HUGETLB, -1, 0) == "ENOMEM"
    addr = guest.mmap(2 * size, flags=HUGETLB)
    assert addr % size == 0
    assert guest.errno(mmap, 0, 2 * size, 3, HUGETLB, -1, 0) == "ENOMEM"
    guest.store(addr + size + 12345, b"huge")
    guest.check()
    assert guest.errno("munmap", addr + PAGE, PAGE) == "EINVAL"
    assert guest.errno("clone", 17, 0, 0, 0, 0) == "ENOMEM"
    guest.ok("munmap", addr, size)
    child = guest.fork()
    parent = guest.become(guest.task)
    guest.become(child)
    assert guest.load(addr + size + 12345, 4) == b"huge"
    guest.store(addr + size, b"child")
    guest.become(parent)
    assert guest.load(addr + size, 5) == bytes(5)
    guest.check()


def small_pages(guest: Guest, size: int) -> int:
    """A whole huge page's place full of small ones, each with a number of its own."""
    guest.kernel.sysctl.transparent_hugepage = "never"
    addr = (guest.mmap(3 * size) + size - 1) & -size
    for n in range(0, size, PAGE):
        guest.store(addr + n, (n >> 12).to_bytes(4, "little"))
    guest.kernel.sysctl.transparent_hugepage = "always"
    return addr


@pytest.mark.parametrize("xlen", [64, 32])
def test_hugetlb_moves_and_is_given_back(xlen: int) -> None:
    """mremap moves whole huge pages and never makes them more; MADV_DONTNEED leaves their promise; mlock passes by."""
    guest = Guest(xlen, ram=64 << 20, huge_pages=2)
    size, pool = 1 << guest.mm.pmd_shift, guest.kernel.huge_pool
    first = guest.mmap(2 * size, flags=HUGETLB)
    guest.store(first, b"moved")
    second = first - 8 * size
    assert guest.errno("mremap", first, 2 * size, 2 * size, 3, second + PAGE) == "EINVAL"
    assert guest.errno("mremap", first, size, 2 * size, 1, 0) == "EINVAL"
    guest.ok("mremap", first, 2 * size, 2 * size, 3, second)
    assert guest.load(second, 5) == b"moved"
    guest.check()
    guest.ok("mlock", second, 5)
    assert guest.mm.locked_vm == 0
    assert guest.errno("madvise", second + PAGE, PAGE, 4) == "EINVAL"
    guest.ok("madvise", second, size + PAGE, 4)
    assert (len(pool.free), pool.reserved) == (2, 2)
    assert guest.load(second, 5) == bytes(5)
    guest.ok("munmap", second, 2 * size)
    assert (len(pool.free), pool.reserved) == (2, 0)
    guest.check()


@pytest.mark.parametrize("flags", [HUGETLB, HUGETLB ^ 3])
def test_smaps_of_hugetlb(flags: int) -> None:
    """Their size in rows of their own, and in no other; shared ones are private until a second process has them."""
    guest = Guest(ram=64 << 20, huge_pages=2)
    addr = guest.mmap(2 << 21, flags=flags)
    guest.store(addr, b"x")
    text = task_mmu.smaps(guest.kernel, guest.task).decode()
    rows = text[text.index(f"{addr:08x}-") :].split("VmFlags:")[0]
    found = dict(re.findall(r"^(\w+): +(\d+) kB$", rows, re.MULTILINE))
    assert {name: int(value) for name, value in found.items() if value != "0"} == {
        "Size": 4096,
        "KernelPageSize": 2048,
        "MMUPageSize": 2048,
        "Private_Hugetlb": 2048,
    }
    assert "/anon_hugepage (deleted)" in rows


@pytest.mark.parametrize("xlen", [64, 32])
def test_collapse(xlen: int) -> None:
    """MADV_COLLAPSE: one entry, the same bytes, the old frames are free; it can be split again."""
    guest, size = thp(xlen)
    addr = small_pages(guest, size)
    guest.ok("munmap", guest.mmap(PAGE), PAGE)
    free = guest.kernel.pages.nr_free_pages
    rss = guest.mm.rss_anon
    guest.ok("madvise", addr, size, 25)
    assert addr >> guest.mm.pmd_shift in guest.mm.huge
    assert guest.kernel.pages.nr_free_pages == free
    assert guest.mm.rss_anon == rss
    assert guest.kernel.vm.thp_collapse_alloc == 1
    guest.check()
    assert [guest.word_at(addr + n) & 0xFFFFFFFF for n in range(0, size, PAGE)] == list(range(size // PAGE))
    guest.ok("madvise", addr, size, 25)  # it is one already
    guest.ok("mprotect", addr, PAGE, 1)
    assert guest.load(addr + 5 * PAGE, 4) == b"\x05\0\0\0"
    guest.check()


def test_collapse_fills_holes_and_copies_what_is_shared() -> None:
    """Pages never touched become zeroes; those that a child shares are copied, and the child keeps its own."""
    guest, size = thp(64)
    guest.kernel.sysctl.transparent_hugepage = "never"
    addr = (guest.mmap(3 * size) + size - 1) & -size
    guest.store(addr, b"both")
    parent, child = guest.task, guest.fork()
    guest.store(addr + PAGE, b"mine")
    guest.load(addr + 2 * PAGE, 1)
    guest.ok("madvise", addr, size, 25)
    assert addr >> guest.mm.pmd_shift in guest.mm.huge
    assert guest.load(addr, 4) == b"both"
    assert guest.load(addr + PAGE, 4) == b"mine"
    assert guest.load(addr + 2 * PAGE, 8) == bytes(8)
    guest.store(addr, b"only")
    guest.check()
    guest.become(child)
    assert guest.load(addr, 4) == b"both"
    guest.become(parent)


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (lambda g, addr, size: g.ok("madvise", addr, size, 15), "EINVAL"),  # MADV_NOHUGEPAGE
        (lambda g, addr, size: g.ok("munmap", addr + 4 * PAGE, PAGE), "ENOMEM"),
        (lambda g, addr, size: g.ok("mprotect", addr, size, 1), "EINVAL"),
        (lambda g, addr, size: g.kernel.pages.get_page(g.mm.entry(addr) >> 10), "EAGAIN"),
        (lambda g, addr, size: g.kernel.pages.alloc_pages(10) and take_blocks(g), "ENOMEM"),
    ],
)
def test_what_can_not_collapse(prepare, error: str) -> None:
    guest, size = thp(64)
    addr = small_pages(guest, size)
    frame = guest.mm.entry(addr) >> 10
    prepare(guest, addr, size)
    assert guest.errno("madvise", addr, size, 25) == error
    assert not guest.mm.huge
    if error == "EAGAIN":
        guest.kernel.pages.put_page(frame)


def take_blocks(guest: Guest) -> None:
    """No block of the size is left."""
    while guest.kernel.pages.alloc_pages(9) is not None:
        continue


def test_khugepaged_collapses_in_time() -> None:
    """After scan_sleep_millisecs the daemon has made one page of small ones."""
    guest, size = thp(64)
    addr = small_pages(guest, size)
    guest.kernel.khugepaged.enter()
    guest.advance(11 * guest.kernel.options.clock_hz)
    guest.store(BUF, b"x")
    guest.ok("sched_yield")
    assert addr >> guest.mm.pmd_shift in guest.mm.huge
    assert guest.load(addr + 7 * PAGE, 4) == b"\x07\0\0\0"
    assert guest.kernel.khugepaged.pages_collapsed == 1
    guest.check()


def test_khugepaged_lets_an_idle_machine_rest() -> None:
    """Nothing changed since the last look: no timer is set any more."""
    guest, size = thp(64)
    small_pages(guest, size)
    daemon = guest.kernel.khugepaged
    daemon.armed, daemon.seen = False, guest.kernel.vm.minor + guest.kernel.vm.major
    daemon.turn()
    assert not daemon.armed


def test_sysfs(guest64: Guest) -> None:
    """The switches read and write as Linux's."""
    guest, root = guest64, "/sys/kernel/mm/transparent_hugepage"

    def read(name: str) -> bytes:
        fd = guest.open(f"{root}/{name}")
        return guest.load(BUF, guest.ok("read", fd, BUF, 64))

    def write(name: str, text: bytes) -> str:
        fd = guest.open(f"{root}/{name}", 1)
        guest.store(BUF, text)
        return "" if guest.call("write", fd, BUF, len(text)) == len(text) else guest.errno("write", fd, BUF, len(text))

    assert read("enabled") == b"always madvise [never]\n"
    assert read("hpage_pmd_size") == b"2097152\n"
    assert write("enabled", b"madvise\n") == ""
    assert read("enabled") == b"always [madvise] never\n"
    assert write("enabled", b"sometimes") == "EINVAL"
    assert read("khugepaged/max_ptes_none") == b"511\n"
    assert write("khugepaged/max_ptes_none", b"512") == "EINVAL"
    assert write("khugepaged/scan_sleep_millisecs", b"100") == ""
    assert read("khugepaged/scan_sleep_millisecs") == b"100\n"
    assert write("khugepaged/pages_to_scan", b"0") == "EINVAL"
    assert read("khugepaged/pages_collapsed") == b"0\n"
