"""mremap, madvise, msync, mincore, mlock, System V shared memory, memfd (their man pages, section 2)."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BSS, DATA, Dead, Guest

PAGE = 4096
BUF = BSS + 0x800
R, RW, ANON = 1, 3, 0x22
MAYMOVE, FIXED = 1, 2
DONTNEED, FREE, COLD, PAGEOUT, WILLNEED, DONTFORK = 4, 8, 20, 21, 3, 10


def fill(guest: Guest, addr: int, pages: int) -> None:
    for n in range(pages):
        guest.store(addr + n * PAGE, struct.pack("<I", n + 1))


def verify(guest: Guest, addr: int, pages: int) -> None:
    for n in range(pages):
        assert guest.word_at(addr + n * PAGE, 4) == n + 1


# -- mremap -----------------------------------------------------------------------------------------------------------
def test_mremap_grows_in_place(guest: Guest) -> None:
    """With room behind it a mapping grows where it is; what was in it stays, the new part is zero."""
    addr = guest.mmap(8 * PAGE)
    fill(guest, addr, 2)
    guest.ok("munmap", addr + 2 * PAGE, 6 * PAGE)
    assert guest.ok("mremap", addr, 2 * PAGE, 6 * PAGE, 0, 0) == addr
    verify(guest, addr, 2)
    assert guest.word_at(addr + 5 * PAGE) == 0


def test_mremap_moves(guest: Guest) -> None:
    """Without room it moves if it may; entries move, not pages."""
    addr = guest.mmap(4 * PAGE)
    fill(guest, addr, 4)
    guest.mmap(PAGE, R, ANON | 0x10, addr=addr + 4 * PAGE)
    assert guest.errno("mremap", addr, 4 * PAGE, 9 * PAGE, 0, 0) == "ENOMEM"
    anon = guest.mm.rss_anon
    moved = guest.ok("mremap", addr, 4 * PAGE, 9 * PAGE, MAYMOVE, 0)
    assert moved != addr
    assert guest.mm.rss_anon == anon
    verify(guest, moved, 4)
    assert guest.mm.vma_at(addr) is None
    guest.check()
    guest.store(moved + 8 * PAGE, b"new")


def test_mremap_shrinks(guest: Guest) -> None:
    """The end is unmapped."""
    addr = guest.mmap(4 * PAGE)
    fill(guest, addr, 4)
    assert guest.ok("mremap", addr, 4 * PAGE, PAGE, 0, 0) == addr
    with pytest.raises(Dead):
        guest.load(addr + PAGE, 1)


def test_mremap_fixed(guest: Guest) -> None:
    """To an address of choice, replacing what is there; never onto itself."""
    addr, target = guest.mmap(4 * PAGE), guest.mmap(8 * PAGE)
    fill(guest, addr, 4)
    fill(guest, target, 8)
    assert guest.errno("mremap", addr, 4 * PAGE, 4 * PAGE, MAYMOVE | FIXED, addr + PAGE) == "EINVAL"
    assert guest.errno("mremap", addr, 4 * PAGE, 4 * PAGE, FIXED, target) == "EINVAL"
    assert guest.ok("mremap", addr, 4 * PAGE, 3 * PAGE, MAYMOVE | FIXED, target + 2 * PAGE) == target + 2 * PAGE
    verify(guest, target + 2 * PAGE, 3)
    verify(guest, target, 2)
    guest.check()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((1, PAGE, PAGE, 0, 0), "EINVAL"),
        ((0x600000, PAGE, 2 * PAGE, 1, 0), "EFAULT"),
        ((BSS, 0, PAGE, 0, 0), "EINVAL"),
        ((BSS, PAGE, 0, 0, 0), "EINVAL"),
        ((BSS, PAGE, PAGE, 8, 0), "EINVAL"),
        ((DATA, 4 * PAGE, 5 * PAGE, 1, 0), "EFAULT"),
    ],
)
def test_mremap_errors(guest: Guest, arguments: tuple[int, ...], error: str) -> None:
    """What mremap(2) refuses."""
    assert guest.errno("mremap", *arguments) == error


def test_mremap_swapped_pages() -> None:
    """Pages on swap move too."""
    guest = Guest(ram=1 << 20, swap=8 << 20)
    addr = guest.mmap(500 * PAGE)
    fill(guest, addr, 500)
    guest.mmap(PAGE, R, ANON | 0x10, addr=addr + 500 * PAGE) if guest.mm.vma_at(addr + 500 * PAGE) is None else None
    moved = guest.ok("mremap", addr, 500 * PAGE, 600 * PAGE, MAYMOVE, 0)
    guest.check()
    verify(guest, moved, 500)
    guest.check()


# -- madvise ----------------------------------------------------------------------------------------------------------
def test_dontneed(guest: Guest) -> None:
    """Anonymous pages are zero after it, a private file mapping is as the file."""
    addr = guest.mmap(4 * PAGE)
    fill(guest, addr, 4)
    guest.ok("madvise", addr + PAGE, 2 * PAGE, DONTNEED)
    assert [guest.word_at(addr + n * PAGE, 4) for n in range(4)] == [1, 0, 0, 4]
    guest.store(DATA, b"mine")
    guest.ok("madvise", DATA, PAGE, DONTNEED)
    assert guest.load(DATA, 4) == b"DATA"


def test_cold_and_pageout() -> None:
    """PAGEOUT puts pages on swap at once; they come back."""
    guest = Guest(ram=2 << 20, swap=8 << 20)
    addr = guest.mmap(40 * PAGE)
    fill(guest, addr, 40)
    guest.ok("madvise", addr, 40 * PAGE, COLD)
    guest.ok("madvise", addr, 40 * PAGE, PAGEOUT)
    assert guest.kernel.vm.pswpout == 40
    guest.check()
    verify(guest, addr, 40)
    guest.check()


def test_dontfork(guest: Guest) -> None:
    """The child doesn't have the area."""
    addr = guest.mmap(PAGE)
    guest.ok("madvise", addr, PAGE, DONTFORK)
    child = guest.fork()
    assert guest.mm.vma_at(addr) is not None
    assert child.mm.vma_at(addr) is None


def test_madvise_errors(guest: Guest) -> None:
    """Unknown advice, odd addresses, holes."""
    addr = guest.mmap(3 * PAGE)
    guest.ok("munmap", addr + PAGE, PAGE)
    assert guest.errno("madvise", addr, PAGE, 99) == "EINVAL"
    assert guest.errno("madvise", addr + 1, PAGE, DONTNEED) == "EINVAL"
    assert guest.errno("madvise", addr, 3 * PAGE, DONTNEED) == "ENOMEM"
    assert guest.errno("madvise", addr, 0, DONTNEED) == "success 0"
    assert guest.errno("madvise", DATA, PAGE, FREE) == "EINVAL"


# -- msync and mincore ------------------------------------------------------------------------------------------------
def test_msync_writes_the_file(guest: Guest) -> None:
    """MS_SYNC brings a shared mapping's writes to the disk."""
    fd = guest.open("/tmp/f", 0o102)
    guest.ok("write", fd, DATA, 4)
    addr = guest.mmap(PAGE, RW, 1, fd)
    guest.store(addr, b"SYNC")
    guest.ok("msync", addr, PAGE, 4)
    inode = guest.task.files.get(fd).inode
    assert inode.written[0] == b"SYNC"
    guest.store(addr, b"more")
    guest.ok("msync", addr, PAGE, 4)
    assert inode.written[0] == b"more"
    assert guest.errno("msync", addr, PAGE, 5) == "EINVAL"
    assert guest.errno("msync", addr + 1, PAGE, 4) == "EINVAL"
    assert guest.errno("msync", 0x600000, PAGE, 4) == "ENOMEM"


def test_mincore(guest: Guest) -> None:
    """A byte for each page: touched ones are in memory."""
    addr = guest.mmap(5 * PAGE)
    guest.store(addr + 2 * PAGE, b"x")
    guest.ok("mincore", addr, 5 * PAGE, BUF)
    assert guest.load(BUF, 5) == b"\0\0\1\0\0"
    assert guest.errno("mincore", addr + 1, PAGE, BUF) == "EINVAL"
    assert guest.errno("mincore", 0x600000, PAGE, BUF) == "ENOMEM"
    assert guest.errno("mincore", addr, PAGE, 0x600000) == "EFAULT"


# -- mlock ------------------------------------------------------------------------------------------------------------
def test_mlock_keeps_pages() -> None:
    """Locked pages are populated and stay under pressure; unlocked they may go."""
    guest = Guest(ram=1 << 20, swap=8 << 20)
    addr = guest.mmap(20 * PAGE)
    guest.ok("mlock", addr, 20 * PAGE)
    assert guest.mm.locked_vm == 20
    big = guest.mmap(600 * PAGE)
    fill(guest, big, 600)
    guest.check()
    assert all(guest.mm.cells[guest.mm.pte_cell(addr + n * PAGE)] & 1 for n in range(20))
    guest.ok("munlock", addr, 20 * PAGE)
    fill(guest, big, 600)
    fill(guest, big, 600)
    assert not all(guest.mm.cells[guest.mm.pte_cell(addr + n * PAGE)] & 1 for n in range(20))
    guest.check()


def test_mlock_limit(guest: Guest) -> None:
    """RLIMIT_MEMLOCK of a user."""
    guest.store(BUF, struct.pack("<QQ", 8 * PAGE, 8 * PAGE))
    guest.ok("prlimit64", 0, 8, BUF, 0)
    guest.ok("setresuid", 1000, 1000, 1000)
    addr = guest.mmap(10 * PAGE)
    assert guest.errno("mlock", addr, 10 * PAGE) == "ENOMEM"
    guest.ok("mlock", addr, 8 * PAGE)
    assert guest.errno("mlock", 0x600000, PAGE) == "ENOMEM"
    guest.ok("munlockall")
    assert guest.mm.locked_vm == 0


# -- shared memory ----------------------------------------------------------------------------------------------------
def test_system_v_segment(guest: Guest) -> None:
    """Get, attach, share with a child, remove; gone with the last detach."""
    number = guest.ok("shmget", 1234, 3 * PAGE, 0o1600)
    assert guest.ok("shmget", 1234, PAGE, 0) == number
    assert guest.errno("shmget", 1234, PAGE, 0o3600) == "EEXIST"
    assert guest.errno("shmget", 1234, 99 * PAGE, 0) == "EINVAL"
    assert guest.errno("shmget", 99, PAGE, 0) == "ENOENT"
    addr = guest.ok("shmat", number, 0, 0) & guest.kernel.xlen_mask
    guest.store(addr, b"segment")
    parent, child = guest.task, guest.fork()
    guest.become(child)
    assert guest.load(addr, 7) == b"segment"
    guest.store(addr, b"CHILD")
    guest.become(parent)
    assert guest.load(addr, 7) == b"CHILDnt"
    guest.ok("shmctl", number, 2, BUF)
    assert guest.word_at(BUF, 4) == 1234
    guest.ok("shmctl", number, 0, 0)
    guest.ok("shmdt", addr)
    assert guest.errno("shmdt", addr) == "EINVAL"
    guest.become(child)
    guest.ok("shmdt", addr)
    assert guest.errno("shmat", number, 0, 0) == "EINVAL"
    assert not guest.kernel.shm_ids.objects
    guest.become(parent)


def test_memfd(guest: Guest) -> None:
    """A nameless file in memory that can be written and mapped."""
    fd = guest.ok("memfd_create", guest.string("mem"), 1)
    trunc = ("ftruncate", fd, 2 * PAGE) if guest.xlen == 64 else ("ftruncate64", fd, 2 * PAGE, 0)
    guest.ok(*trunc)
    addr = guest.mmap(2 * PAGE, RW, 1, fd)
    guest.store(addr + PAGE, b"memory")
    guest.ok("munmap", addr, 2 * PAGE)
    again = guest.mmap(2 * PAGE, R, 1, fd)
    assert guest.load(again + PAGE, 6) == b"memory"
    guest.ok("munmap", again, 2 * PAGE)
    guest.ok("close", fd)
    assert guest.kernel.vm.nr_shmem == 0


def test_dev_shm(guest: Guest) -> None:
    """Files in /dev/shm are memory."""
    fd = guest.open("/dev/shm/x", 0o102)
    guest.ok("write", fd, DATA, 4)
    assert guest.kernel.vm.nr_shmem == 1
    guest.ok("close", fd)
    guest.ok("unlinkat", -100, guest.string("/dev/shm/x"), 0)
    assert guest.kernel.vm.nr_shmem == 0


def test_itimer(guest: Guest) -> None:
    """ITIMER_REAL sends SIGALRM when its time is over, again and again with an interval."""
    code = "<4q" if guest.xlen == 64 else "<4i"
    guest.store(BUF, struct.pack(code, 0, 0, 0, 500))
    guest.ok("setitimer", 0, BUF, 0)
    guest.ok("getitimer", 0, BUF)
    assert 0 < struct.unpack(code, guest.load(BUF, struct.calcsize(code)))[3] <= 500
    guest.advance(600_000)
    with pytest.raises(Dead):
        guest.call("getpid")
    assert guest.kernel.exit.signal == 14
