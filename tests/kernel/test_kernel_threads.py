"""Threads and their sleep: clone, exit_group, execve, nanosleep (their man pages, section 2)."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BSS, Asleep, Dead, Guest
from kernel_tasks import args, thread

from emu.kernel import sigsend
from emu.kernel.siginfo import SigInfo

BUF = BSS + 0x800
THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000


def test_threads_share_memory_and_descriptors(guest: Guest) -> None:
    """Threads have one pid, one memory, one table of descriptors; gettid tells them apart."""
    leader, other = guest.task, thread(guest)
    guest.become(other)
    assert (guest.ok("getpid"), guest.ok("gettid")) == (1, 2)
    guest.store(BSS, b"shared")
    fd = guest.open("/prog")
    with pytest.raises(Dead):
        guest.call("exit", 0)
    guest.become(leader)
    assert guest.load(BSS, 1) != b"\0"
    guest.ok("close", fd)
    assert guest.errno("tgkill", 1, 2, 0) == "ESRCH"


def test_clone_flags(guest: Guest) -> None:
    """Combinations that make no sense are EINVAL; TLS, tids and the stack are set as asked."""
    assert guest.errno("clone", 0x10000 | 17, 0, 0, 0, 0) == "EINVAL"
    assert guest.errno("clone", 0x800 | 17, 0, 0, 0, 0) == "EINVAL"
    assert guest.errno("clone", 0x20000000 | 17, 0, 0, 0, 0) == "EPERM"
    flags = THREAD | 0x80000 | 0x100000 | 0x1000000 | 0x200000
    tid = guest.ok("clone", flags, BSS + 0x1000, BUF, 0x12340, BUF + 8)
    child = guest.kernel.tasks[tid]
    assert (child.regs[2], child.regs[4]) == (BSS + 0x1000, 0x12340)
    assert (guest.word_at(BUF, 4), guest.word_at(BUF + 8, 4)) == (tid, tid)
    guest.become(child)
    with pytest.raises(Dead):
        guest.call("exit", 0)
    guest.become(guest.kernel.init)
    assert guest.word_at(BUF + 8, 4) == 0


def test_exit_group_ends_all_threads(guest: Guest) -> None:
    """exit_group in any thread ends the process with its status."""
    thread(guest)
    other = thread(guest)
    guest.become(other)
    with pytest.raises(Dead):
        guest.call("exit_group", 9)
    assert guest.kernel.exit.status == 9
    assert not any(t.mm for t in guest.kernel.tasks.values())


def test_execve_in_a_thread(guest: Guest) -> None:
    """The thread that calls execve takes over the pid; the others are gone."""
    thread(guest)
    other = thread(guest)
    guest.become(other)
    guest.call("execve", guest.string("/prog"), args(guest, "prog"), 0)
    assert guest.ok("getpid") == guest.ok("gettid") == 1
    assert len(guest.kernel.tasks) == 1


def test_leader_exits_first(guest: Guest) -> None:
    """The process lives until its last thread has ended."""
    leader, other = guest.task, thread(guest)
    with pytest.raises(Dead):
        guest.call("exit", 1)
    assert (leader.state, guest.kernel.exit) == ("zombie", None)
    guest.become(other)
    with pytest.raises(Dead):
        guest.call("exit", 2)
    assert guest.kernel.exit is not None


def test_nanosleep(guest: Guest) -> None:
    """A sleep ends when its time is over; a handled signal ends it with EINTR and the rest."""
    name = "nanosleep" if guest.xlen == 64 else "clock_nanosleep_time64"
    guest.store(BUF, struct.pack("<qq", 0, 10_000))
    arguments = (BUF, BUF + 32) if guest.xlen == 64 else (1, 0, BUF, BUF + 32)
    with pytest.raises(Asleep):
        guest.call(name, *arguments)
    guest.advance(20_000)
    guest.become(guest.task)
    assert guest.again() == 0
    guest.store(BSS, struct.pack("<QQQ" if guest.xlen == 64 else "<IIQ", 0x10210, 0x10000000, 0))
    guest.ok("rt_sigaction", 10, BSS, 0, 8)
    with pytest.raises(Asleep):
        guest.call(name, *arguments)
    sigsend.send(guest.kernel, guest.task, SigInfo(10))
    guest.kernel.sched.fill_idle_harts()
    guest.again()
    assert guest.hart.pc == 0x10210
    guest.call("rt_sigreturn")
    assert guest.hart.x[10] == -4
    assert 0 < struct.unpack("<qq", guest.load(BUF + 32, 16))[1] <= 10_000


def test_signals_wait_for_the_child_of_vfork(guest: Guest) -> None:
    """The parent goes on when its memory is its own again, and takes them then; what kills it kills it at once."""
    guest.store(BUF, struct.pack("<QQQ" if guest.xlen == 64 else "<IIQ", 0x10200, 0, 0))
    guest.ok("rt_sigaction", 10, BUF, 0, 8)
    parent = guest.task
    with pytest.raises(Asleep):
        guest.call("clone", 0x4111, 0, 0, 0, 0)
    child = guest.become(guest.kernel.tasks[2])
    guest.ok("kill", parent.pid, 10)
    assert parent.state == "waiting"
    with pytest.raises(Dead):
        guest.call("exit", 0)
    assert parent.state == "ready"
    guest.become(parent)
    assert guest.hart.pc == 0x10200
    assert child.state == "zombie"
