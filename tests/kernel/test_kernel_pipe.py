"""Pipes, FIFOs, eventfd, poll and select (pipe(7), fifo(7), poll(2))."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BSS, Asleep, Dead, Guest

BUF = BSS + 0x800
AT, O_NONBLOCK = -100, 0o4000
CAPACITY = 65536


def pipe(guest: Guest, flags: int = 0) -> tuple[int, int]:
    guest.ok("pipe2", BUF, flags)
    return struct.unpack("<ii", guest.load(BUF, 8))


def write(guest: Guest, fd: int, data: bytes) -> int:
    guest.store(BUF, data)
    return guest.ok("write", fd, BUF, len(data))


def read(guest: Guest, fd: int, count: int) -> bytes:
    got = guest.ok("read", fd, BUF, count)
    return guest.load(BUF, got) if got else b""


def test_bytes_in_order(guest: Guest) -> None:
    """What goes in comes out, in pieces of any size; frames go back when it is empty and closed."""
    guest.store(BUF, b"touched")
    free = guest.kernel.pages.nr_free_pages
    r, w = pipe(guest)
    assert write(guest, w, b"hello ") == 6
    assert write(guest, w, b"world") == 5
    assert read(guest, r, 3) + read(guest, r, 100) == b"hello world"
    write(guest, w, b"left over")
    guest.ok("close", w)
    guest.ok("close", r)
    assert guest.kernel.pages.nr_free_pages == free


def test_end_of_file_and_epipe(guest: Guest) -> None:
    """Without writers a read is 0 once empty; without readers a write is EPIPE and SIGPIPE."""
    r, w = pipe(guest)
    write(guest, w, b"x")
    guest.ok("close", w)
    assert read(guest, r, 10) == b"x"
    assert read(guest, r, 10) == b""
    r, w = pipe(guest)
    guest.ok("close", r)
    with pytest.raises(Dead):
        guest.call("write", w, BUF, 1)
    assert guest.kernel.exit.signal == 13
    it = Guest(guest.xlen)
    it.store(BSS, struct.pack("<QQQ" if it.xlen == 64 else "<IIQ", 1, 0, 0))
    it.ok("rt_sigaction", 13, BSS, 0, 8)
    r, w = pipe(it)
    it.ok("close", r)
    assert it.errno("write", w, BUF, 1) == "EPIPE"


def test_packets_from_pipe_to_pipe(guest: Guest) -> None:
    """tee(2) and splice(2) keep the packets of an O_DIRECT pipe apart, and of one that is taken in part both parts."""
    guest.ok("pipe2", BUF, 0o40000)
    r, w = guest.word_at(BUF, 4), guest.word_at(BUF + 4, 4)
    copy_r, copy_w = pipe(guest)
    for packet in (b"abc", b"defgh"):
        write(guest, w, packet)
    assert guest.ok("tee", r, copy_w, 100, 0) == 8
    assert [read(guest, copy_r, 100) for _ in range(2)] == [b"abc", b"defgh"]
    assert guest.ok("splice", r, 0, copy_w, 0, 5, 0) == 5
    assert [read(guest, fd, 100) for fd in (copy_r, copy_r, r)] == [b"abc", b"de", b"fgh"]


def test_packets_join_what_is_none(guest: Guest) -> None:
    """A write with O_DIRECT still fills up the last page of those without; nothing joins a packet."""
    r, w = pipe(guest)
    fcntl = "fcntl" if guest.xlen == 64 else "fcntl64"
    write(guest, w, b"ab")
    guest.ok(fcntl, w, 4, 0o40000)
    write(guest, w, b"cde")
    assert read(guest, r, 100) == b"abcde"
    write(guest, w, b"fg")
    guest.ok(fcntl, w, 4, 0)
    write(guest, w, b"hij")
    assert [read(guest, r, 100) for _ in range(2)] == [b"fg", b"hij"]


def test_blocking_and_waking(guest: Guest) -> None:
    """A read of an empty pipe sleeps until a write; a write to a full one until a read."""
    r, w = pipe(guest)
    parent, child = guest.task, guest.fork()
    with pytest.raises(Asleep):
        guest.call("read", r, BUF, 10)
    guest.become(child)
    write(guest, w, b"wake up")
    guest.become(parent)
    assert guest.again() == 7
    assert guest.load(BUF, 7) == b"wake up"


def test_large_write_goes_in_parts(guest: Guest) -> None:
    """A write larger than the pipe sleeps in the middle and goes on where it stopped."""
    r, w = pipe(guest)
    area = guest.mmap(100_000)
    guest.store(area, bytes(range(250)) * 400)
    parent, child = guest.task, guest.fork()
    with pytest.raises(Asleep):
        guest.call("write", w, area, 100_000)
    guest.become(child)
    got = guest.ok("read", r, area, 30_000)
    assert got == 30_000
    guest.become(parent)
    with pytest.raises(Asleep):
        guest.again()
    guest.become(child)
    while got < 100_000 and parent.state == "waiting":
        got += guest.ok("read", r, area + got, 100_000 - got)
    guest.become(parent)
    assert guest.again() == 100_000
    guest.become(child)
    got += guest.ok("read", r, area + got, 100_000 - got)
    assert got == 100_000
    assert guest.load(area, 100_000) == bytes(range(250)) * 400


def test_nonblocking(guest: Guest) -> None:
    """O_NONBLOCK gives EAGAIN; small writes are whole or not at all, large ones are partial."""
    r, w = pipe(guest, O_NONBLOCK)
    assert guest.errno("read", r, BUF, 1) == "EAGAIN"
    area = guest.mmap(CAPACITY + 4096)
    assert guest.ok("write", w, area, CAPACITY + 4096) == CAPACITY
    assert guest.errno("write", w, area, 1) == "EAGAIN"
    guest.ok("read", r, area, 100)
    assert guest.errno("write", w, area, 200) == "EAGAIN"


def test_bad_addresses(guest: Guest) -> None:
    """A reader with a bad buffer loses nothing; pipe2 with one opens nothing."""
    r, w = pipe(guest)
    write(guest, w, b"keep")
    assert guest.errno("read", r, 0x600000, 4) == "EFAULT"
    assert read(guest, r, 4) == b"keep"
    before = sorted(guest.task.files.open)
    assert guest.errno("pipe2", 0x600000, 0) == "EFAULT"
    assert guest.errno("pipe2", BUF, 1) == "EINVAL"
    assert sorted(guest.task.files.open) == before


def test_fifo(guest: Guest) -> None:
    """Opening a FIFO waits for the other side; then it is a pipe with a name."""
    guest.ok("mknodat", AT, guest.string("/tmp/fifo"), 0o010644, 0)
    assert guest.errno("openat", AT, guest.string("/tmp/fifo"), 1 | O_NONBLOCK, 0) == "ENXIO"
    reader, writer = guest.task, guest.fork()
    with pytest.raises(Asleep):
        guest.call("openat", AT, guest.string("/tmp/fifo"), 0, 0)
    guest.become(writer)
    w = guest.open("/tmp/fifo", 1)
    assert reader.state == "ready"
    write(guest, w, b"through")
    guest.become(reader)
    guest.string("/tmp/fifo")
    r = guest.again()
    assert read(guest, r, 10) == b"through"
    guest.become(writer)
    guest.ok("close", w)
    guest.become(reader)
    assert read(guest, r, 10) == b""


def test_pipe_opened_again(guest: Guest) -> None:
    """/proc/self/fd/N of a pipe opens it without waiting for the other side, which may have gone (fifo(7))."""
    r, w = pipe(guest)
    write(guest, w, b"text")
    guest.ok("close", w)
    again = guest.open(f"/proc/self/fd/{r}")
    assert read(guest, again, 10) == b"text"
    assert read(guest, again, 10) == b""
    guest.ok("close", r)
    guest.ok("close", again)


def test_sendfile_that_waits(guest: Guest) -> None:
    """What waited for room in the middle of a chunk goes on there, and the chunks after it are whole (sendfile(2))."""
    text = bytes(n % 251 for n in range(3 * CAPACITY))
    guest.kernel.fs.store("/big", text)
    big, (r, w) = guest.open("/big"), pipe(guest)
    write(guest, w, b"first")
    sender, reader = guest.task, guest.fork()
    with pytest.raises(Asleep):
        guest.call("sendfile" if guest.xlen == 64 else "sendfile64", w, big, 0, len(text))
    guest.become(reader)
    got = b"".join(read(guest, r, 1024) for _ in range(CAPACITY // 1024))
    guest.ok("close", w)
    guest.become(sender)
    sent = guest.again()
    guest.ok("close", w)
    guest.become(reader)
    while more := read(guest, r, 1024):
        got += more
    assert sent > CAPACITY
    assert got == b"first" + text[:sent]


def ppoll(guest: Guest) -> str:
    return "ppoll" if guest.xlen == 64 else "ppoll_time64"


def test_poll(guest: Guest) -> None:
    """poll tells what is ready, sleeps until something is, and ends in time."""
    r, w = pipe(guest)
    table = BUF + 64
    guest.store(table, struct.pack("<ihhihhihh", r, 1, 0, w, 4, 0, 99, 1, 0))
    assert guest.ok(ppoll(guest), table, 3, 0, 0, 8) == 2
    assert [struct.unpack_from("<H", guest.load(table + 8 * n, 8), 6)[0] for n in range(3)] == [0, 4, 32]
    parent, child = guest.task, guest.fork()
    with pytest.raises(Asleep):
        guest.call(ppoll(guest), table, 1, 0, 0, 8)
    guest.become(child)
    write(guest, w, b"x")
    guest.become(parent)
    assert guest.again() == 1
    read(guest, r, 1)
    guest.store(BUF + 128, struct.pack("<qq", 0, 1000))
    with pytest.raises(Asleep):
        guest.call(ppoll(guest), table, 1, BUF + 128, 0, 8)
    guest.advance(2000)
    guest.become(parent)
    assert guest.again() == 0


def test_select(guest: Guest) -> None:
    """pselect6 keeps the bits of what is ready and counts them."""
    r, w = pipe(guest)
    name = "pselect6" if guest.xlen == 64 else "pselect6_time64"
    guest.store(BUF + 64, struct.pack("<QQ", 1 << r, 1 << w))
    assert guest.ok(name, w + 1, BUF + 64, BUF + 72, 0, 0, 0) == 1
    assert struct.unpack("<QQ", guest.load(BUF + 64, 16)) == (0, 1 << w)
    guest.store(BUF + 64, struct.pack("<Q", 1 << 40))
    assert guest.errno(name, 41, BUF + 64, 0, 0, 0, 0) == "EBADF"
    assert guest.errno(name, -1, 0, 0, 0, 0, 0) == "EINVAL"


def test_eventfd(guest: Guest) -> None:
    """The counter is taken whole, or one by one from a semaphore; empty, it is EAGAIN or a wait."""
    fd = guest.ok("eventfd2", 3, O_NONBLOCK)
    assert write(guest, fd, struct.pack("<Q", 4)) == 8
    assert read(guest, fd, 8) == struct.pack("<Q", 7)
    assert guest.errno("read", fd, BUF, 8) == "EAGAIN"
    assert guest.errno("read", fd, BUF, 4) == "EINVAL"
    semaphore = guest.ok("eventfd2", 2, 1)
    assert read(guest, semaphore, 8) == read(guest, semaphore, 8) == struct.pack("<Q", 1)
    with pytest.raises(Asleep):
        guest.call("read", semaphore, BUF, 8)
