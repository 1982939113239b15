"""Fault-around: a read fault on a file maps what is cached of the aligned 64 kB around it."""

from __future__ import annotations

import pytest
from kernel_fake import BSS, Guest

PAGE = 4096
BUF = BSS + 0x800
O_RDWR, O_CREAT = 2, 0o100
WINDOW = 16


def make_file(guest: Guest, pages: int) -> int:
    """A file of so many pages, all of them in the page cache."""
    fd = guest.open("/f", O_RDWR | O_CREAT)
    for n in range(pages):
        guest.store(BUF, bytes([n + 1]) * 8)
        assert guest.ok("pwrite64", fd, BUF, 8, *((n * PAGE,) if guest.xlen == 64 else (n * PAGE, 0))) == 8
    return fd


def mapped(guest: Guest, addr: int, pages: int) -> list[int]:
    """Which pages have an entry."""
    return [n for n in range(pages) if guest.mm.entry(addr + n * PAGE)]


@pytest.mark.parametrize("flags", [1, 2])
def test_one_fault_a_window(guest: Guest, flags: int) -> None:
    """64 pages that are read one by one take four faults, private or shared."""
    fd = make_file(guest, 64)
    base = guest.mmap(128 * PAGE) + 0xFFFF & ~0xFFFF
    addr = guest.mmap(64 * PAGE, 3, flags | 0x10, fd, 0, base)
    before, files = guest.task.min_flt, guest.mm.rss_file
    for n in range(64):
        if not guest.mm.entry(addr + n * PAGE):
            assert guest.load(addr + n * PAGE, 1) == bytes([n + 1])
    assert guest.task.min_flt - before == 64 // WINDOW
    assert guest.mm.rss_file - files == 64


def test_the_window_ends_with_area_file_and_cache(guest: Guest) -> None:
    """Its borders are those of an aligned 64 kB; area and file are shorter; what isn't cached or is mapped stays."""
    fd = make_file(guest, 21)
    base = guest.mmap(128 * PAGE) + 0xFFFF & ~0xFFFF
    addr = guest.mmap(30 * PAGE, 1, 0x12, fd, 0, base + 3 * PAGE)
    inode = guest.task.files.get(fd).inode
    assert guest.load(addr + 2 * PAGE, 1) == b"\x03"
    assert mapped(guest, addr, 30) == list(range(13))
    guest.load(addr + 13 * PAGE, 1)
    assert mapped(guest, addr, 30) == list(range(21))
    guest.ok("munmap", addr, 30 * PAGE)
    addr = guest.mmap(4 * PAGE, 1, 0x12, fd, 4 * PAGE, base + 5 * PAGE)
    guest.load(addr + PAGE, 1)
    assert mapped(guest, addr - 5 * PAGE, 30) == [5, 6, 7, 8]
    assert inode.mapping.pages.keys() == set(range(21))


def test_a_write_maps_one_page(guest: Guest) -> None:
    """Only reads look around: the copy of a private page, and the entry of a shared one, are alone."""
    fd = make_file(guest, 8)
    base = guest.mmap(128 * PAGE) + 0xFFFF & ~0xFFFF
    for flags in (1, 2):
        addr = guest.mmap(8 * PAGE, 3, flags | 0x10, fd, 0, base)
        guest.store(addr + PAGE, b"x")
        assert mapped(guest, addr, 8) == [1]
        assert guest.load(addr, 1) == b"\x01"
        assert mapped(guest, addr, 8) == list(range(8))
        assert guest.load(addr + PAGE, 1) == b"x"
        guest.ok("munmap", addr, 8 * PAGE)


def test_a_page_that_must_be_read_comes_alone(guest: Guest) -> None:
    """A major fault maps its page; the next, minor one finds what was read ahead."""
    fd = make_file(guest, 8)
    guest.ok("fsync", fd)
    fd2 = guest.open("/proc/sys/vm/drop_caches", 1)
    guest.store(BUF, b"1")
    guest.ok("write", fd2, BUF, 1)
    base = guest.mmap(128 * PAGE) + 0xFFFF & ~0xFFFF
    addr = guest.mmap(8 * PAGE, 1, 0x12, fd, 0, base)
    task = guest.task
    minor, major = task.min_flt, task.maj_flt
    assert guest.load(addr, 1) == b"\x01"
    assert (task.maj_flt - major, mapped(guest, addr, 8)) == (1, [0])
    assert guest.load(addr + PAGE, 1) == b"\x02"
    assert (task.min_flt - minor, mapped(guest, addr, 8)) == (1, list(range(8)))
