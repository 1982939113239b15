"""Files through system calls: what open(2), read(2), write(2), lseek(2), stat(2) and their kin promise."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BSS, Dead, Guest

from emu.kernel import Limits
from emu.kernel.fs.console import Capture

AT, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_EXCL = -100, 2, 0o100, 0o1000, 0o2000, 0o200
BUF = BSS + 0x800


def seek(guest: Guest, fd: int, offset: int, whence: int = 0) -> int:
    """lseek on RV64, _llseek on RV32."""
    if guest.xlen == 64:
        return guest.ok("lseek", fd, offset, whence)
    guest.ok("llseek", fd, offset >> 32, offset & 0xFFFFFFFF, BUF, whence)
    return guest.word_at(BUF)


def write(guest: Guest, fd: int, data: bytes) -> int:
    guest.store(BUF, data)
    return guest.ok("write", fd, BUF, len(data))


def read(guest: Guest, fd: int, count: int) -> bytes:
    return guest.load(BUF, n) if (n := guest.ok("read", fd, BUF, count)) else b""


def test_write_seek_read(guest: Guest) -> None:
    """What was written is read back from where the position stands; reads stop at the end of the file."""
    fd = guest.open("/tmp/f", O_RDWR | O_CREAT)
    assert write(guest, fd, b"hello world") == 11
    assert read(guest, fd, 5) == b""
    assert seek(guest, fd, 6) == 6
    assert read(guest, fd, 100) == b"world"
    assert seek(guest, fd, -5, 2) == 6
    assert seek(guest, fd, 1, 1) == 7
    assert read(guest, fd, 2) == b"or"


def test_holes_are_zeroes(guest: Guest) -> None:
    """A write beyond the end leaves a hole that reads as zeroes and takes no pages."""
    fd = guest.open("/tmp/f", O_RDWR | O_CREAT)
    seek(guest, fd, 10000)
    write(guest, fd, b"x")
    cached = guest.kernel.vm.nr_file_pages
    seek(guest, fd, 9998)
    assert read(guest, fd, 10) == b"\0\0x"
    assert guest.kernel.vm.nr_file_pages == cached
    seek(guest, fd, 0)
    assert read(guest, fd, 4) == b"\0\0\0\0"


def test_append_and_truncate(guest: Guest) -> None:
    """O_APPEND writes at the end wherever the position stands; O_TRUNC empties; shrinking and growing shows zeroes."""
    fd = guest.open("/tmp/f", O_RDWR | O_CREAT)
    write(guest, fd, b"12345")
    other = guest.open("/tmp/f", O_RDWR | O_APPEND)
    assert write(guest, other, b"67") == 2
    assert seek(guest, other, 0, 1) == 7
    trunc = ("ftruncate", fd) if guest.xlen == 64 else ("ftruncate64", fd)
    guest.ok(*trunc, 3, 0)
    guest.ok(*trunc, 6, 0)
    seek(guest, fd, 0)
    assert read(guest, fd, 10) == b"123\0\0\0"
    guest.open("/tmp/f", O_RDWR | O_TRUNC)
    assert seek(guest, fd, 0, 2) == 0


def test_dup_shares_the_position(guest: Guest) -> None:
    """dup and fcntl(F_DUPFD) give the lowest free descriptor of the same open file; dup3 replaces."""
    fd = guest.open("/prog")
    assert fd == 3
    twin = guest.ok("dup", fd)
    assert twin == 4
    seek(guest, fd, 1)
    assert read(guest, twin, 3) == b"ELF"
    fcntl = "fcntl" if guest.xlen == 64 else "fcntl64"
    assert guest.ok(fcntl, fd, 0, 10) == 10
    assert guest.ok("dup3", fd, 4, 0o2000000) == 4
    assert guest.ok(fcntl, 4, 1, 0) == 1
    guest.ok("close", 3)
    assert guest.open("/prog") == 3
    assert guest.errno("close", 5) == "EBADF"


def test_descriptor_limit(guest: Guest) -> None:
    """RLIMIT_NOFILE ends it with EMFILE, and the file is not leaked."""
    guest.store(BUF, struct.pack("<QQ", 5, 5))
    guest.ok("prlimit64", 0, 7, BUF, 0)
    guest.open("/prog")
    guest.open("/prog")
    users = guest.kernel.fs.root.lookup(b"prog").users
    assert guest.errno("openat", AT, guest.string("/prog"), 0, 0) == "EMFILE"
    assert guest.errno("dup", 1) == "EMFILE"
    assert guest.kernel.fs.root.lookup(b"prog").users == users


def test_partial_transfers(guest: Guest) -> None:
    """A copy that runs into a bad page moves what lies before it; only when that is nothing, EFAULT."""
    page = guest.mmap(8192)
    guest.ok("munmap", page + 4096, 4096)
    zero = guest.open("/dev/zero")
    assert guest.ok("read", zero, page + 4000, 500) == 96
    guest.store(page + 4090, b"abcdef")
    fd = guest.open("/tmp/f", O_RDWR | O_CREAT)
    assert guest.ok("write", fd, page + 4090, 100) == 6
    assert guest.errno("write", fd, page + 4096, 1) == "EFAULT"
    seek(guest, fd, 0)
    assert read(guest, fd, 100) == b"abcdef"
    assert guest.ok("write", 1, page + 4090, 100) == 6
    assert guest.out.output == b"abcdef"


def test_vectors(guest: Guest) -> None:
    """readv and writev go through the pieces in order; empty ones are skipped."""
    word = "<6Q" if guest.xlen == 64 else "<6I"
    guest.store(BUF, b"one two three")
    iov = BUF + 256
    guest.store(iov, struct.pack(word, BUF, 4, 0, 0, BUF + 8, 5))
    assert guest.ok("writev", 1, iov, 3) == 9
    assert guest.out.output == b"one three"
    fd = guest.open("/prog")
    guest.store(iov, struct.pack(word, BUF, 1, BUF + 100, 3, BUF, 0))
    assert guest.ok("readv", fd, iov, 3) == 4
    assert guest.load(BUF, 1) + guest.load(BUF + 100, 3) == b"\x7fELF"


def test_stat_structures(guest64: Guest) -> None:
    """struct stat and struct statx carry mode, size, links and times at Linux's offsets."""
    guest = guest64
    fd = guest.open("/tmp/f", O_RDWR | O_CREAT, 0o640)
    write(guest, fd, b"x" * 5000)
    guest.ok("fstat", fd, BUF)
    raw = guest.load(BUF, 128)
    _, ino, mode, nlink, uid, gid = struct.unpack_from("<QQIIII", raw)
    assert (mode, nlink, uid, gid) == (0o100640, 1, 0, 0)
    assert struct.unpack_from("<qi4xq", raw, 48) == (5000, 4096, 16)
    guest.ok("statx", fd, guest.string(""), 0x1000, 0x7FF, BUF)
    raw = guest.load(BUF, 256)
    assert struct.unpack_from("<H", raw, 28)[0] == 0o100640
    assert struct.unpack_from("<QQ", raw, 32) == (ino, 5000)
    changed = struct.unpack_from("<q", raw, 112)[0]
    assert changed >= guest.kernel.options.epoch
    assert struct.unpack_from("<I", raw)[0] == 0x7FF and struct.unpack_from("<q", raw, 80)[0] == 0
    guest.ok("statx", fd, guest.string(""), 0x1000, 0xFFF, BUF)
    raw = guest.load(BUF, 256)
    assert struct.unpack_from("<I", raw)[0] == 0xFFF  # STATX_BTIME is told to those who ask for it
    assert guest.kernel.options.epoch <= struct.unpack_from("<q", raw, 80)[0] <= changed


def test_directories_and_links(guest: Guest) -> None:
    """mkdir, symlinks (relative, absolute, looping), hard links, rename over a file, rmdir, the current directory."""
    s = guest.string
    guest.ok("mkdirat", AT, s("/tmp/d"), 0o755)
    fd = guest.open("/tmp/d/f", O_RDWR | O_CREAT)
    write(guest, fd, b"data")
    guest.ok("symlinkat", s("d/f"), AT, s("/tmp/rel", BSS + 64))
    guest.ok("symlinkat", s("/tmp/rel"), AT, s("/tmp/abs", BSS + 64))
    guest.ok("symlinkat", s("/tmp/loop"), AT, s("/tmp/loop", BSS + 64))
    assert read(guest, guest.open("/tmp/abs"), 9) == b"data"
    assert guest.errno("openat", AT, s("/tmp/loop"), 0, 0) == "ELOOP"
    assert guest.errno("openat", AT, s("/tmp/abs"), 0o400000, 0) == "ELOOP"
    guest.ok("linkat", AT, s("/tmp/d/f"), AT, s("/tmp/hard", BSS + 64), 0)
    guest.ok("renameat2", AT, s("/tmp/hard"), AT, s("/tmp/rel", BSS + 64), 0)
    assert read(guest, guest.open("/tmp/rel"), 9) == b"data"
    assert guest.errno("unlinkat", AT, s("/tmp/d"), 0x200) == "ENOTEMPTY"
    guest.ok("chdir", s("/tmp/d"))
    assert guest.ok("getcwd", BUF, 64) == 7
    assert guest.load(BUF, 7) == b"/tmp/d\0"
    assert read(guest, guest.open("../../tmp/./d/f"), 9) == b"data"
    assert read(guest, guest.open("../../../../../prog"), 4) == b"\x7fELF"
    guest.ok("unlinkat", AT, s("f"), 0)
    guest.ok("unlinkat", AT, s("/tmp/d"), 0x200)
    assert guest.errno("getcwd", BUF, 64) == "ENOENT"
    assert guest.errno("openat", AT, s("new"), O_CREAT, 0) == "ENOENT"


def test_unlinked_file_lives_until_closed(guest: Guest) -> None:
    """A file without a name keeps its pages while it is open or mapped, and gives them back then."""
    before = guest.kernel.vm.nr_file_pages
    fd = guest.open("/tmp/f", O_RDWR | O_CREAT)
    write(guest, fd, b"still here")
    guest.ok("unlinkat", AT, guest.string("/tmp/f"), 0)
    seek(guest, fd, 0)
    assert read(guest, fd, 20) == b"still here"
    addr = guest.mmap(4096, 3, 1, fd)
    guest.ok("close", fd)
    assert guest.load(addr, 5) == b"still"
    guest.ok("munmap", addr, 4096)
    assert guest.kernel.vm.nr_file_pages == before


def test_disk_full(guest: Guest) -> None:
    """The private disk has an end: a write gives what fitted, then ENOSPC; removing a file makes room."""
    sb = guest.kernel.fs.root.sb
    sb.free_blocks = 2
    fd = guest.open("/tmp/f", O_RDWR | O_CREAT)
    area = guest.mmap(16384)
    guest.store(area, b"x" * 16384)
    assert guest.ok("write", fd, area, 16384) == 8192
    assert guest.errno("write", fd, area, 1) == "ENOSPC"
    guest.ok("close", fd)
    guest.ok("unlinkat", AT, guest.string("/tmp/f"), 0)
    assert sb.free_blocks == 2


def test_devices(guest: Guest) -> None:
    """null is empty and takes all, zero gives zeroes, random follows the seed."""
    guest.store(BUF, b"junk")
    assert read(guest, guest.open("/dev/null"), 4) == b""
    assert write(guest, guest.open("/dev/null", 1), b"abc") == 3
    assert read(guest, guest.open("/dev/zero"), 4) == b"\0\0\0\0"
    one = read(guest, guest.open("/dev/urandom"), 16)
    again = Guest(guest.xlen)
    assert one == read(again, again.open("/dev/urandom"), 16)


def test_standard_streams(guest: Guest) -> None:
    """stdin is read until its end; a terminal answers TCGETS and TIOCGWINSZ."""
    tty = Guest(guest.xlen, stdin=Capture(b"line\n", isatty=True))
    assert read(tty, 0, 100) == b"line\n"
    assert read(tty, 0, 100) == b""
    tty.ok("ioctl", 0, 0x5413, BUF)
    assert struct.unpack("<HH", tty.load(BUF, 4)) == (24, 80)
    tty.ok("ioctl", 1, 0x5401, BUF)
    assert guest.errno("ioctl", 1, 0x5413, BUF) == "ENOTTY"


def test_output_limit() -> None:
    """--max-output cuts the output at the byte and asks for the end of the run."""
    guest = Guest()
    guest.kernel.output_left = 10
    guest.store(BUF, b"x" * 64)
    guest.ok("write", 1, BUF, 64)
    assert guest.out.output == b"x" * 10
    assert guest.kernel.output_spent
    assert Limits(max_output=10).max_output == 10


@pytest.mark.parametrize("private", [False, True], ids=["shared", "private"])
def test_mapped_file(guest: Guest, private: bool) -> None:
    """A shared mapping and read/write see the same bytes; a private one keeps its writes to itself."""
    fd = guest.open("/tmp/f", O_RDWR | O_CREAT)
    write(guest, fd, b"abcdef" * 1000)
    addr = guest.mmap(8192, 3, 2 if private else 1, fd)
    assert guest.load(addr, 6) == b"abcdef"
    guest.store(addr, b"XYZ")
    seek(guest, fd, 0)
    assert read(guest, fd, 6) == (b"abcdef" if private else b"XYZdef")
    seek(guest, fd, 4096)
    write(guest, fd, b"new")
    assert guest.load(addr + 4096, 3) == b"new"
    guest.ok("munmap", addr, 8192)
    guest.ok("fsync", fd)
    assert not guest.kernel.dirty_mappings


def test_sigbus_beyond_the_file(guest: Guest) -> None:
    """The rest of the last page reads as zeroes; the page behind it is SIGBUS."""
    fd = guest.open("/tmp/f", O_RDWR | O_CREAT)
    write(guest, fd, b"abc")
    addr = guest.mmap(8192, 3, 1, fd)
    assert guest.load(addr, 5) == b"abc\0\0"
    with pytest.raises(Dead):
        guest.load(addr + 4096, 1)
    assert (guest.kernel.exit.signal, guest.kernel.card.signal) == (7, "SIGBUS")


def test_truncating_a_mapped_file(guest64: Guest) -> None:
    """Pages cut off a mapped file are gone from the mapping too: SIGBUS on the next access."""
    guest = guest64
    fd = guest.open("/tmp/f", O_RDWR | O_CREAT)
    write(guest, fd, b"x" * 5000)
    addr = guest.mmap(8192, 3, 1, fd)
    guest.store(addr + 4096, b"y")
    guest.ok("ftruncate", fd, 100)
    assert guest.load(addr + 50, 2) == b"xx"
    assert guest.load(addr + 99, 2) == b"x\0"
    with pytest.raises(Dead):
        guest.load(addr + 4096, 1)


def test_relatime(guest: Guest) -> None:
    """The time of the last access moves with the first read after a change, then once a day; not with O_NOATIME."""
    second = guest.kernel.cycles_of(1_000_000_000)
    fd = guest.open("/tmp/a", 0o102)
    inode = guest.task.files.get(fd).inode
    made = inode.atime
    guest.advance(second)
    guest.ok("read", guest.open("/tmp/a", 0o1000000), BSS, 1)
    assert inode.atime == made
    guest.ok("read", fd, BSS, 1)
    first = inode.atime
    assert first - made >= 1_000_000_000
    guest.advance(second)
    guest.ok("read", fd, BSS, 1)
    assert inode.atime == first
    guest.ok("write", fd, BSS, 1)
    guest.advance(second)
    guest.ok("read", fd, BSS, 1)
    assert inode.atime - first >= 2_000_000_000
    first = inode.atime
    guest.advance(86_400 * second)
    guest.ok("read", fd, BSS, 1)
    assert inode.atime - first >= 86_400_000_000_000
