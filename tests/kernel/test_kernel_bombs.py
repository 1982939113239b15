"""Fork bombs, and the kernel's own memory of waiting calls when signals, handlers and a lack of memory come between."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BSS, Asleep, Dead, Guest
from rows_common import BUF, name_on, pipe

from emu.kernel.mm.page import PG_WRITEBACK

HANDLER = 0x10200
SA_RESTART = 0x10000000


def handle(guest: Guest, number: int, flags: int = 0, handler: int = HANDLER) -> None:
    """Give a signal a handler."""
    guest.store(BUF + 0x80, struct.pack("<QQQ" if guest.xlen == 64 else "<IIQ", handler, flags, 0))
    guest.ok("rt_sigaction", number, BUF + 0x80, 0, 8)


def interrupted(guest: Guest, number: int = 10) -> None:
    """A signal comes for the task that waits, and its handler begins."""
    from emu.kernel import sigsend
    from emu.kernel.siginfo import SigInfo

    sigsend.send(guest.kernel, guest.task, SigInfo(number))
    guest.become(guest.task)
    guest.again()  # the call looks once more whether what it waits for has come
    assert guest.hart.pc == HANDLER


# -- bombs ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("limit", ["pid_max", "RLIMIT_NPROC", "memory"])
@pytest.mark.parametrize("xlen", [64, 32])
def test_fork_bomb(xlen: int, limit: str) -> None:
    """Every process forks for ever. It ends with an error or with the OOM killer, and the first process goes on."""
    guest = Guest(xlen, ram=2 << 20 if limit == "memory" else 16 << 20, harts=2)
    kernel, init = guest.kernel, guest.task
    if limit == "pid_max":
        kernel.sysctl.pid_max = 100
    elif limit == "RLIMIT_NPROC":
        init.process.rlimits[6][:] = [60, 60]
        guest.ok("setuid", 1000)
    handle(guest, 17, handler=1)  # SIG_IGN: nobody waits for zombies, which take memory too
    refused = 0
    for _ in range(600):
        task = min((t for t in kernel.tasks.values() if t.mm), key=lambda t: (t is init, t.ran_cycles, t.pid))
        if task.cpu < 0:
            guest.become(task, task.pid % 2)
        guest.task = task
        kernel.cpu = task.cpu
        try:
            refused += guest.call("clone", 17, 0, 0, 0, 0) < 0
        except Dead:
            continue
    assert refused or kernel.vm.oom_kill
    assert len(kernel.tasks) <= {"pid_max": 99, "RLIMIT_NPROC": 60, "memory": 128}[limit]
    guest.task = init
    if init.cpu < 0:
        guest.become(init)
    kernel.cpu = init.cpu
    guest.call("kill", -1, 9)
    kernel._kick()
    for _ in range(len(kernel.tasks)):
        kernel.cpu = init.cpu
        guest.call("waitid", 0, 0, 0, 5, 0)
    assert list(kernel.tasks) == [1]
    assert guest.ok("clone", 17, 0, 0, 0, 0) > 1
    guest.check()


def test_vfork_bomb() -> None:
    """vfork without end: each process waits for its child, until the limit."""
    guest = Guest(64, ram=4 << 20)
    guest.kernel.sysctl.pid_max = 50
    for _ in range(48):
        before = guest.task
        with pytest.raises(Asleep):
            guest.call("clone", 0x4111, BSS + 0x1000, 0, 0, 0)
        guest.become(next(t for t in guest.kernel.tasks.values() if t.process.parent is before.process))
    assert guest.errno("clone", 0x4111, BSS + 0x1000, 0, 0, 0) == "EAGAIN"
    with pytest.raises(Dead):
        guest.call("exit_group", 0)
    guest.check()


def test_no_siblings_of_the_first_process(guest: Guest) -> None:
    """CLONE_PARENT by the first process would make a zombie that nobody can wait for: EINVAL."""
    assert guest.errno("clone", 0x8011, 0, 0, 0, 0) == "EINVAL"


# -- waiting calls ----------------------------------------------------------------------------------------------------
def test_sleep_in_a_handler(guest: Guest) -> None:
    """A handler interrupts a write that has moved a part; its own first call is a sleep."""
    _, writer = pipe(guest)
    handle(guest, 10, SA_RESTART)
    area = guest.mmap(1 << 18, 3, 0x4022)
    with pytest.raises(Asleep):
        guest.call("write", writer, area, 1 << 17)
    interrupted(guest)
    guest.store(BUF, struct.pack("<qq", 0, 1000))
    sleep = name_on("clock_nanosleep", guest.xlen)
    assert sleep
    with pytest.raises(Asleep):
        guest.call(sleep, 1, 0, BUF, 0)
    guest.sleep()
    assert guest.again() == 0


def test_a_partial_write_ends_with_its_count(guest: Guest) -> None:
    """pipe(7): a handler ends it with what was written, SA_RESTART or not."""
    for flags in (0, SA_RESTART):
        _, writer = pipe(guest)
        handle(guest, 10, flags)
        area = guest.mmap(1 << 18, 3, 0x4022)
        with pytest.raises(Asleep):
            guest.call("write", writer, area, 1 << 17)
        interrupted(guest)
        guest.call("rt_sigreturn")
        assert guest.hart.x[10] == 65536


def test_a_sleep_of_nothing_leaves_nothing(guest: Guest) -> None:
    """A sleep that never waited has no remaining time for a later call's interruption to write."""
    sleep = name_on("clock_nanosleep", guest.xlen)
    assert sleep
    handle(guest, 10)
    guest.store(BUF, bytes(16))
    guest.ok(sleep, 1, 0, BUF, BUF + 0x40)
    reader, _ = pipe(guest)
    with pytest.raises(Asleep):
        guest.call("read", reader, BUF, 1)
    interrupted(guest)
    assert guest.load(BUF + 0x40, 16) == bytes(16)


def test_ppoll_sees_a_signal_that_its_mask_lets_through(guest: Guest) -> None:
    """The race that ppoll is for: the signal is pending before the call, blocked outside it."""
    handle(guest, 10)
    guest.store(BUF, struct.pack("<QQ", 1 << 9, 0))
    guest.ok("rt_sigprocmask", 0, BUF, 0, 8)
    guest.ok("kill", 1, 10)
    name = name_on("ppoll", guest.xlen)
    assert name
    guest.call(name, 0, 0, 0, BUF + 8, 8)
    assert guest.hart.pc == HANDLER
    assert guest.task.blocked & 1 << 9  # while the handler runs
    guest.call("rt_sigreturn")
    assert guest.hart.x[10] == -4
    assert guest.task.blocked == 1 << 9


def test_a_woken_futex_waiter_is_woken(guest: Guest) -> None:
    """FUTEX_WAKE counted it: the signal that comes before it runs doesn't make it EINTR."""
    name = name_on("futex", guest.xlen)
    assert name
    handle(guest, 10)
    waiter = guest.task
    other = guest.fork(0x10F00, BSS + 0x1000)
    guest.store(BUF, bytes(4))
    with pytest.raises(Asleep):
        guest.call(name, BUF, 128, 0, 0, 0, 0)
    guest.become(other)
    assert guest.call(name, BUF, 129, 1, 0, 0, 0) == 1
    guest.task = waiter
    interrupted(guest)
    guest.call("rt_sigreturn")
    assert guest.hart.x[10] == 0


# -- no memory --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("xlen", [64, 32])
def test_no_page_for_a_signal_frame(xlen: int) -> None:
    """The handler's stack can't be had: the process dies of it, the kernel doesn't."""
    guest = Guest(xlen, ram=1 << 20)
    handle(guest, 10)
    area = guest.mmap(8 << 20, 3, 0x4022)
    guest.hart.x[2] = area + (8 << 20)
    child = guest.fork()
    with pytest.raises(Dead):
        for n in range(0, 7 << 20, 4096):
            guest.store(area + n, b"x")
            if guest.kernel.pages.nr_free_pages < 3:
                guest.call("kill", 1, 10)
    assert child.pid in guest.kernel.tasks or guest.kernel.exit
    guest.check()


def test_a_write_that_ends_after_its_file(guest: Guest) -> None:
    """The file is cut off while its pages are on their way to the disk; their frames serve others when it is done."""
    kernel = guest.kernel
    fd = guest.open("/tmp/f", 0o102)
    guest.ok("pwrite64", fd, BSS, 4096, 0, 0)
    pfn = guest.task.files.get(fd).inode.mapping.pages[0]
    kernel.pages.lru.drain()
    kernel.pages.lru.remove(pfn)
    kernel.reclaimer.shrink_pages([pfn])
    assert kernel.pages.mem_map.flags[pfn] & PG_WRITEBACK
    guest.ok(name_on("ftruncate", guest.xlen) or "", fd, 0, 0)
    others = [kernel.pages.alloc_table() for _ in range(40)]
    guest.advance(100_000_000)
    assert pfn in others
    for other in others:
        kernel.pages.free_table(other)
    guest.check()
