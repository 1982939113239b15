"""Seals of memfd (fcntl(2) "File Sealing"), holes in files, and what fork and mremap leave of pages."""

from __future__ import annotations

import pytest
from kernel_fake import BSS, Dead, Guest

PAGE = 4096
BUF = BSS + 0x800
ADD_SEALS, GET_SEALS = 1033, 1034
SEAL, SHRINK, GROW, WRITE, FUTURE, EXEC = (1 << n for n in range(6))
EPERM = "EPERM"


def fcntl(guest: Guest) -> str:
    return "fcntl" if guest.xlen == 64 else "fcntl64"


def memfd(guest: Guest, seals: int = 0, flags: int = 2, size: int = 2 * PAGE) -> int:
    fd = guest.ok("memfd_create", guest.string("m"), flags)
    guest.kernel.current.files.get(fd).inode.truncate(size)
    if seals:
        guest.ok(fcntl(guest), fd, ADD_SEALS, seals)
    return fd


def size(guest: Guest, fd: int, to: int) -> str:
    """What ftruncate says."""
    names = ("ftruncate", (fd, to)) if guest.xlen == 64 else ("ftruncate64", (fd, to, 0))
    return outcome(guest, names[0], *names[1])


def outcome(guest: Guest, *call: object) -> str:
    result = guest.call(*call)
    return "ok" if result >= 0 else guest.errno(*call)


@pytest.mark.parametrize(
    ("seals", "shrink", "grow", "write", "append", "map_write"),
    [
        (0, "ok", "ok", "ok", "ok", "ok"),
        (SHRINK, EPERM, "ok", "ok", "ok", "ok"),
        (GROW, "ok", EPERM, "ok", EPERM, "ok"),
        (WRITE, "ok", "ok", EPERM, EPERM, EPERM),
        (FUTURE, "ok", "ok", EPERM, EPERM, EPERM),
        (EXEC, EPERM, EPERM, EPERM, EPERM, EPERM),  # the file has x bits, which implies the others
    ],
)
def test_what_seals_forbid(
    guest64: Guest, seals: int, shrink: str, grow: str, write: str, append: str, map_write: str
) -> None:
    guest = guest64
    assert size(guest, memfd(guest, seals), PAGE) == shrink
    assert size(guest, memfd(guest, seals), 3 * PAGE) == grow
    fd = memfd(guest, seals)
    assert outcome(guest, "pwrite64", fd, BUF, 4, 0) == write
    assert outcome(guest, "fallocate", fd, 3, 0, PAGE) == write
    assert outcome(guest, "pwrite64", fd, BUF, 4, 2 * PAGE) == append
    fd = memfd(guest, seals)
    assert outcome(guest, "mmap", 0, PAGE, 3, 1, fd, 0) == map_write
    assert outcome(guest, "mmap", 0, PAGE, 3, 2, fd, 0) == "ok"
    addr = guest.ok("mmap", 0, PAGE, 1, 1, fd, 0)
    assert outcome(guest, "mprotect", addr, PAGE, 3) == ("ok" if map_write == "ok" else "EACCES")


def test_who_may_seal(guest: Guest) -> None:
    """Not without MFD_ALLOW_SEALING, not through a read-only descriptor, not while it is mapped to write; once sealed,
    nobody.
    """
    call = fcntl(guest)
    fd = guest.ok("memfd_create", guest.string("n"), 0)
    assert guest.ok(call, fd, GET_SEALS, 0) == SEAL
    assert guest.errno(call, fd, ADD_SEALS, SHRINK) == EPERM
    fd = memfd(guest)
    assert guest.ok(call, fd, GET_SEALS, 0) == 0
    assert guest.errno(call, fd, ADD_SEALS, 0x100) == "EINVAL"
    addr = guest.mmap(PAGE, 3, 1, fd)
    assert guest.errno(call, fd, ADD_SEALS, WRITE) == "EBUSY"
    guest.ok(call, fd, ADD_SEALS, FUTURE)
    guest.store(addr, b"still")
    guest.ok("munmap", addr, PAGE)
    guest.ok(call, fd, ADD_SEALS, WRITE | SEAL)
    assert guest.ok(call, fd, GET_SEALS, 0) == WRITE | FUTURE | SEAL
    assert guest.errno(call, fd, ADD_SEALS, SHRINK) == EPERM
    assert guest.errno(call, guest.open(f"/proc/self/fd/{fd}"), ADD_SEALS, SHRINK) == EPERM
    assert guest.errno(call, guest.open("/prog"), GET_SEALS, 0) == "EINVAL"


def test_a_write_stops_at_a_sealed_end(guest64: Guest) -> None:
    """What fits into the file's last page is written, page by page."""
    fd = memfd(guest64, GROW)
    assert guest64.ok("pwrite64", fd, BUF, 200, 2 * PAGE - 100) == 100


@pytest.mark.parametrize("path", ["/f", "/dev/shm/f"])
def test_punch_hole(guest64: Guest, path: str) -> None:
    """Whole pages go, mapped or not, parts of pages become zero; the size stays."""
    guest = guest64
    fd = guest.open(path, 0o102)
    guest.store(BUF, b"x" * 1000)
    for n in range(5):
        guest.ok("pwrite64", fd, BUF, 1000, n * PAGE)
        guest.ok("pwrite64", fd, BUF, 1000, n * PAGE + 3000)
    addr = guest.mmap(5 * PAGE, 3, 1, fd)
    guest.load(addr, 5 * PAGE)
    guest.ok("fallocate", fd, 3, PAGE + 3500, 2 * PAGE + 100)
    want = bytearray((b"x" * 1000 + bytes(2000) + b"x" * 1000 + bytes(96)) * 5)
    want[PAGE + 3500 : 3 * PAGE + 3600] = bytes(2 * PAGE + 100)
    assert guest.load(addr, 4 * PAGE + 4000) == want[: 4 * PAGE + 4000]
    guest.ok("fsync", fd)
    assert guest.errno("fallocate", fd, 2, 0, PAGE) == "EOPNOTSUPP"
    guest.ok("fallocate", fd, 3, 4 * PAGE, 100 * PAGE)
    assert guest.load(addr + 4 * PAGE, 4000) == bytes(4000)
    assert guest.kernel.current.files.get(fd).inode.i_size == 4 * PAGE + 4000


def test_a_hole_in_the_program_image(guest64: Guest) -> None:
    """What the image has there does not come back."""
    guest = guest64
    guest.store(BUF, guest.load(BSS, 0))
    fd = guest.open("/copy", 0o102)
    inode = guest.kernel.fs.store("/image", b"a" * 3 * PAGE)
    fd = guest.open("/image", 2)
    guest.ok("fallocate", fd, 3, PAGE, PAGE)
    assert not inode.mapping.pages
    assert guest.ok("pread64", fd, BUF, 8, PAGE) == 8
    assert guest.load(BUF, 8) == bytes(8)
    assert guest.ok("pread64", fd, BUF, 8, 2 * PAGE) == 8
    assert guest.load(BUF, 8) == b"a" * 8


def test_wipe_on_fork(guest: Guest) -> None:
    """The child finds zeroes, and so would its children; the parent keeps its bytes."""
    addr, parent = guest.mmap(2 * PAGE), guest.task
    guest.store(addr, b"secret")
    guest.store(addr + PAGE, b"common")
    guest.ok("madvise", addr, PAGE, 18)
    child = guest.fork()
    guest.become(child)
    assert guest.load(addr, 6) == bytes(6)
    assert guest.load(addr + PAGE, 6) == b"common"
    guest.store(addr, b"mine")
    grandchild = guest.fork()
    guest.become(grandchild)
    assert guest.load(addr, 4) == bytes(4)
    guest.become(parent)
    assert guest.load(addr, 6) == b"secret"
    guest.check()


def test_the_child_has_used_nothing_yet(guest: Guest) -> None:
    """fork's entries have no A bit in the child: its pages are as old as it is."""
    addr = guest.mmap(PAGE)
    guest.store(addr, b"x")
    child = guest.fork()
    assert guest.mm.entry(addr) & 0x40
    assert child.mm.entry(addr) & 0x41 == 1


def test_dontunmap(guest: Guest) -> None:
    """The pages move; the old range stays mapped, empty, and unlocked."""
    addr = guest.mmap(4 * PAGE)
    guest.store(addr, b"moved")
    guest.ok("mlock", addr, 4 * PAGE)
    new = guest.ok("mremap", addr, 4 * PAGE, 4 * PAGE, 5, 0) & guest.kernel.xlen_mask
    assert new != addr
    assert guest.load(new, 5) == b"moved"
    assert guest.load(addr, 5) == bytes(5)
    assert guest.mm.locked_vm == 4
    guest.store(addr, b"other")
    assert guest.load(new, 5) == b"moved"
    guest.check()


def test_a_second_view_of_shared_memory(guest: Guest) -> None:
    """mremap with an old size of 0."""
    addr = guest.mmap(2 * PAGE, flags=0x21)
    twin = guest.ok("mremap", addr + PAGE, 0, PAGE, 1, 0) & guest.kernel.xlen_mask
    guest.store(addr + PAGE, b"both")
    assert guest.load(twin, 4) == b"both"
    guest.check()


def test_lock_on_fault(guest: Guest) -> None:
    """MLOCK_ONFAULT: nothing comes at once; MCL_FUTURE with MCL_ONFAULT makes mappings of that kind."""
    addr = guest.mmap(4 * PAGE)
    guest.ok("mlock2", addr, 4 * PAGE, 1)
    assert not guest.mm.entry(addr)
    guest.ok("mlock2", addr, PAGE, 0)
    assert guest.mm.entry(addr)
    guest.ok("mlockall", 2 | 4)
    assert not guest.mm.entry(guest.mmap(PAGE))
    guest.ok("mlockall", 2)
    assert guest.mm.entry(guest.mmap(PAGE))
    guest.ok("munlockall")
    assert guest.mm.locked_vm == 0


def test_memory_of_another_process(guest64: Guest) -> None:
    """process_vm_readv sees the other's bytes; when it has ended there is nobody."""
    guest = guest64
    addr, parent = guest.mmap(PAGE), guest.task
    child = guest.fork()
    guest.store(addr, b"mine")
    guest.store(BUF, addr.to_bytes(8, "little") + (4).to_bytes(8, "little"))
    assert guest.ok("process_vm_writev", child.pid, BUF, 1, BUF, 1, 0) == 4
    guest.store(addr, b"else")
    assert guest.ok("process_vm_readv", child.pid, BUF, 1, BUF, 1, 0) == 4
    assert guest.load(addr, 4) == b"mine"
    guest.become(child)
    with pytest.raises(Dead):
        guest.call("exit_group", 0)
    guest.become(parent)
    assert guest.errno("process_vm_readv", child.pid, BUF, 1, BUF, 1, 0) == "ESRCH"


def test_mprotect_to_and_fro(guest: Guest) -> None:
    """What nobody else has can be written at once when the right comes back; what is shared faults and is copied."""
    addr = guest.mmap(3 * PAGE)
    guest.store(addr, b"alone")
    guest.ok("mprotect", addr, 3 * PAGE, 1)
    guest.ok("mprotect", addr, 3 * PAGE, 3)
    assert guest.mm.entry(addr) & 4
    child = guest.fork()
    guest.ok("mprotect", addr, 3 * PAGE, 1)
    guest.ok("mprotect", addr, 3 * PAGE, 3)
    assert not guest.mm.entry(addr) & 4
    guest.store(addr, b"other")
    guest.become(child)
    assert guest.load(addr, 5) == b"alone"


def test_shared_memory_is_mapped_to_write(guest: Guest) -> None:
    """Nothing needs to know of the first write: a read maps it with W, without D."""
    addr = guest.mmap(PAGE, flags=0x21)
    guest.load(addr, 1)
    assert guest.mm.entry(addr) & 0x84 == 4
    guest.ok("mprotect", addr, PAGE, 1)
    guest.ok("munmap", addr, PAGE)
    addr = guest.mmap(PAGE, 1, 0x21)
    guest.load(addr, 1)
    assert not guest.mm.entry(addr) & 4


def test_clear_refs(guest: Guest) -> None:
    """1 and 2 clear what smaps counts as referenced, 5 the peak; other numbers are EINVAL."""
    addr = guest.mmap(8 * PAGE)
    guest.store(addr, b"x")

    def write(text: bytes) -> str:
        guest.store(BUF, text)
        fd = guest.open("/proc/self/clear_refs", 1)
        return outcome(guest, "write", fd, BUF, len(text))

    assert write(b"2\n") == "ok"
    assert not guest.mm.entry(addr) & 0x40
    guest.store(addr, b"x" * 7 * PAGE)
    guest.ok("munmap", addr, 7 * PAGE)
    peak = guest.mm.hiwater_rss
    assert write(b"5") == "ok"
    assert guest.mm.hiwater_rss < peak
    assert [write(text) for text in (b"0", b"4", b"6", b"x", b"-1")] == ["EINVAL"] * 5
