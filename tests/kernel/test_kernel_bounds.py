"""What a program can make without end costs the host no more than the guest's own memory: every loop here meets an
error, or leaves nothing behind.
"""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from kernel_fake import BSS, Asleep, Guest
from rows_common import AT, BUF, name_on

RAM = 2 << 20
MOST = 8 << 20  # bytes of the host, over all that a fresh kernel has: four times the guest's memory
ROUNDS = 6_000
INFINITY = (1 << 64) - 1


@pytest.fixture(params=[64, 32], ids=["rv64", "rv32"])
def guest(request: pytest.FixtureRequest) -> Guest:
    """A guest with little memory and no limits of its own."""
    it = Guest(request.param, ram=RAM)
    it.kernel.sysctl.pid_max = 32768
    for limit in it.task.process.rlimits:
        limit[:] = [INFINITY, INFINITY]
    it.task.process.rlimits[7][:] = [1 << 20, 1 << 20]
    return it


@pytest.fixture(autouse=True)
def host_memory(guest: Guest) -> Iterator[None]:
    """What Python allocates in a test stays below MOST."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST, f"{peak >> 10} kB of the host"
    guest.check()


def until_error(call: Callable[[int], int], rounds: int = 100_000) -> int:
    """The errno of the first call that fails; 0 if none did."""
    for n in range(rounds):
        result = call(n)
        if -4096 < result < 0:
            return -result
    return 0


def timespec(guest: Guest, nanoseconds: int, at: int = BUF) -> int:
    guest.store(at, struct.pack("<qq", 0, nanoseconds))
    return at


def test_timers_that_are_set_again_and_again(guest: Guest) -> None:
    """setitimer replaces the timer; the old one isn't kept until its time."""
    guest.store(BUF, struct.pack("<4q" if guest.xlen == 64 else "<4i", 0, 0, 1_000_000, 0))
    for _ in range(ROUNDS):
        guest.ok("setitimer", 0, BUF, 0)
    assert len(guest.kernel.timers.heap) < 4096


def test_futexes_that_time_out(guest: Guest) -> None:
    """A wait that timed out leaves no queue behind for ever."""
    area = guest.mmap(1 << 20)
    name = name_on("futex", guest.xlen)
    assert name
    for n in range(2500):
        with pytest.raises(Asleep):
            guest.call(name, area + 4 * n, 128, 0, timespec(guest, 1000), 0, 0)
        guest.sleep()
        assert guest.again() == -110
    assert len(guest.kernel.futexes) < 2048


def test_open_files(guest: Guest) -> None:
    """ENFILE, whatever the process's own limit says."""
    assert until_error(lambda n: guest.call("eventfd2", 0, 0)) in (12, 23)


def test_items_of_epoll(guest: Guest) -> None:
    """ENOSPC: what all instances watch together is limited, and what goes makes room."""
    files = [guest.ok("eventfd2", 0, 0) for _ in range(40)]
    instances = [guest.ok("epoll_create1", 0) for _ in range(40)]
    guest.store(BUF, struct.pack("<IIQ", 1, 0, 0))
    add = [(each, 1, fd, BUF) for each in instances for fd in files]
    assert until_error(lambda n: guest.call("epoll_ctl", *add[n]), len(add)) == 28
    guest.ok("close", instances[0])
    guest.ok("epoll_ctl", instances[-1], 1, files[-1], BUF)
    watched = guest.kernel.nr_watched
    guest.ok("close", files[0])  # where it was watched it is no more, and nobody had to look
    assert guest.kernel.nr_watched < watched


def test_record_locks(guest: Guest) -> None:
    """ENOLCK, and closing the file frees them."""
    call = "fcntl" if guest.xlen == 64 else "fcntl64"
    fd = guest.open("/tmp/f", 0o102)

    def lock(n: int) -> int:
        guest.store(BUF, struct.pack("<hh4xqqi4x", 1, 0, 2 * n, 1, 0))
        return guest.call(call, fd, 13, BUF)

    assert until_error(lock) == 37
    guest.ok("close", fd)
    assert guest.kernel.nr_locks == 0


def test_empty_messages(guest: Guest) -> None:
    """A datagram without bytes takes a frame as well: EAGAIN."""
    guest.ok("socketpair", 1, 2 | 0o4000, 0, BUF)
    assert until_error(lambda n: guest.call("sendto", guest.word_at(BUF, 4), 0, 0, 0, 0, 0)) == 11


def test_supplementary_groups(guest: Guest) -> None:
    """ENOMEM: lists that differ are kept for each process."""
    area = guest.mmap(1 << 18)

    def join(n: int) -> int:
        guest.store(area, struct.pack("<I", n))
        result = guest.call("setgroups", 8000, area)
        guest.become(guest.fork())
        return result

    assert until_error(join, 20) == 12


def test_pipes(guest: Guest) -> None:
    """ENFILE, and no half of a pipe is left."""
    assert until_error(lambda n: guest.call("pipe2", BUF, 0)) in (12, 23)
    assert sum(file.path.startswith("pipe") for file in guest.task.files.open.values()) % 2 == 1  # stdin, out, err


def test_descriptors_of_one_file(guest: Guest) -> None:
    """The table of descriptors is charged to the guest's memory."""
    assert until_error(lambda n: guest.call("dup", 0)) == 12
    before = guest.kernel.pages.nr_free_pages
    guest.ok("close_range", 3, 0xFFFFFFFF, 0)
    assert guest.kernel.pages.nr_free_pages >= before


def test_descriptors_of_many_processes(guest: Guest) -> None:
    """So is each copy of the table."""
    for _ in range(2000):
        guest.ok("dup", 0)
    assert until_error(lambda n: guest.call("clone", 17, 0, 0, 0, 0)) in (11, 12)


def test_mappings(guest: Guest) -> None:
    """ENOMEM: areas are charged too."""
    protections = (1, 3)
    mmap = guest.numbers["mmap" if guest.xlen == 64 else "mmap2"]
    error = until_error(lambda n: guest.call_number(mmap, 0, 4096, protections[n & 1], 0x4022, -1, 0), 8000)
    assert error in (0, 12)


def test_threads(guest: Guest) -> None:
    """Tasks without memory of their own are charged as well."""
    assert until_error(lambda n: guest.call("clone", 0x10F00, BSS + 0x1000, 0, 0, 0)) in (11, 12)


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_empty_files(guest: Guest, folder: str) -> None:
    """ENOSPC."""
    path = guest.string("")

    def make(n: int) -> int:
        guest.store(path, f"{folder}/{n:0200d}\0".encode())
        return guest.call("mknodat", AT, path, 0o100644, 0)

    assert until_error(make) == 28


def test_long_links(guest: Guest) -> None:
    """ENOSPC: a link as long as a page counts as several."""
    target = guest.mmap(8192)
    guest.store(target, b"x" * 4000 + b"\0")

    def make(n: int) -> int:
        return guest.call("symlinkat", target, AT, guest.string(f"/tmp/{n}"))

    assert until_error(make) == 28


def test_names_of_one_file(guest: Guest) -> None:
    """ENOSPC: hard links cost names."""
    first = guest.string("/prog", BUF)
    assert until_error(lambda n: guest.call("linkat", AT, first, AT, guest.string(f"/tmp/{n}"), 0)) == 28


def test_a_directory_deep_down(guest: Guest) -> None:
    """ENOSPC in the end; its path is not kept in every file that is opened there."""
    name = guest.string("d" * 250)
    text = guest.string("f", BUF)

    def down(n: int) -> int:
        guest.call("openat", AT, text, 0o102, 0o600)
        return guest.call("mkdirat", AT, name, 0o755) or guest.call("chdir", name)

    assert until_error(down) == 28
    assert guest.errno("getcwd", BSS, 4096) == "ENAMETOOLONG"
    assert max(len(file.path) for file in guest.task.files.open.values()) < 8192


def test_threads_of_threads_in_proc(guest: Guest) -> None:
    """/proc/PID/task/TID has no task in it: nobody can go down for ever."""
    guest.ok("chdir", guest.string("/proc/self/task/1"))
    assert guest.errno("chdir", guest.string("task")) == "ENOENT"


@pytest.mark.parametrize("guest", [64], indirect=True)
def test_texts_of_proc(guest: Guest) -> None:
    """Many open files of /proc don't each keep a long text."""
    for n in range(200):
        guest.mmap(4096, (1, 3)[n & 1], 0x4022)
    for _ in range(900):
        fd = guest.open("/proc/self/maps")
        guest.ok("read", fd, BUF, 8)


def test_listings(guest: Guest) -> None:
    """Nor do many open directories each keep a long list; and a list that was forgotten goes on."""
    for n in range(700):
        guest.ok("mknodat", AT, guest.string(f"/tmp/file{n}"), 0o100644, 0)
    first = guest.open("/tmp")
    guest.ok("getdents64", first, BSS, 0x400)
    for _ in range(300):
        guest.ok("getdents64", guest.open("/tmp"), BSS, 0x400)
    seen = 0
    while guest.ok("getdents64", first, BSS, 0x400):
        seen += 1
    assert seen > 10


def test_arguments_of_execve(guest: Guest) -> None:
    """E2BIG long before the host's memory is full: one string, named a hundred thousand times."""
    addr = guest.mmap(1 << 20, 3, 0x4022)
    guest.store(addr, b"x" * 1000 + b"\0")
    word = struct.pack("<Q" if guest.xlen == 64 else "<I", addr)
    guest.store(addr + 4096, word * 100_000)
    assert guest.errno("execve", guest.string("/prog"), addr + 4096, 0) == "E2BIG"


def test_vectors_of_reads(guest: Guest) -> None:
    """1024 pieces, each of all memory: as many bytes as are there, and none of it is held."""
    area = guest.mmap(64 << 10)
    piece = struct.pack("<QQ" if guest.xlen == 64 else "<II", area, 64 << 10)
    vector = guest.mmap(16384)
    guest.store(vector, piece * 1024)
    assert guest.ok("readv", guest.open("/dev/zero"), vector, 512) == 512 * (64 << 10)
    assert guest.ok("writev", guest.open("/dev/null", 1), vector, 1024) == 1024 * (64 << 10)


def test_queued_signals(guest: Guest) -> None:
    """A signal that is pending is pending once."""
    guest.store(BUF, struct.pack("<Q", INFINITY))
    guest.ok("rt_sigprocmask", 2, BUF, 0, 8)
    for n in range(ROUNDS):
        guest.ok("kill", 1, 1 + n % 8)
    assert len(guest.task.process.pending) <= 8


def test_segments(guest: Guest) -> None:
    """ENOSPC, ENFILE or ENOMEM."""
    assert until_error(lambda n: guest.call("shmget", 0, 4096, 0o1600)) in (12, 23, 28)


def test_the_log_says_that_it_is_full(guest: Guest) -> None:
    """Once, and nothing after it."""
    for n in range(10_005):
        guest.kernel.log(str(n))
    assert guest.kernel.messages[9_999:] == ["9999", "the log is full: what comes after 10,000 lines is not kept"]


def test_unknown_calls(guest: Guest) -> None:
    """The log of calls that are not there has an end."""
    for n in range(ROUNDS):
        guest.call_number(10_000 + n)
    assert len(guest.kernel.unknown_syscalls) <= 1001
    assert len(guest.kernel.messages) <= 10_001


def test_timer_that_is_faster_than_the_clock(guest64: Guest) -> None:
    """A timerfd of one nanosecond keeps nobody busy; whoever reads learns how often it would have expired."""
    guest = guest64
    fd = guest.ok("timerfd_create", 1, 0)
    guest.store(BSS, struct.pack("<qqqq", 0, 1, 0, 1))
    guest.ok("timerfd_settime", fd, 0, BSS, 0)
    guest.advance(1_000_000)
    assert guest.ok("read", fd, BSS, 8) == 8
    assert guest.word_at(BSS) >= guest.kernel.nanoseconds(1_000_000)
    guest.advance(1)
    assert guest.ok("read", fd, BSS, 8) == 8
    guest.ok("timerfd_gettime", fd, BSS)
    assert 0 < guest.word_at(BSS + 24) <= 1
