"""Signals: handlers with a real frame and the return from them, masks, queues, waiting calls, timers of CPU time."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BASE, BSS, Asleep, Dead, Guest
from rows_common import name_on
from rows_signals import BUF, blocked, queue

from emu.isa import causes
from emu.kernel import siginfo, sigsend
from emu.kernel.siginfo import SigInfo

HANDLER = BASE + 0x210
SA_SIGINFO, SA_NODEFER, SA_RESETHAND, SA_ONSTACK = 4, 0x40000000, 0x80000000, 0x08000000


def handle(guest: Guest, number: int, flags: int = SA_SIGINFO, mask: int = 0) -> None:
    """Install a handler at HANDLER."""
    guest.store(BSS, struct.pack("<QQQ" if guest.xlen == 64 else "<IIQ", HANDLER, flags, mask))
    guest.ok("rt_sigaction", number, BSS, 0, 8)


def fault(guest: Guest, addr: int = 0, cause: int = causes.LOAD_PAGE_FAULT) -> None:
    guest.trap(cause, addr)


def test_handler_and_return(guest: Guest) -> None:
    """A handler gets number, siginfo and context in a0 … a2 and ra in the vdso; rt_sigreturn restores everything."""
    handle(guest, 11)
    hart = guest.hart
    before = [(n * 0x01010101) & 0x7FFFFFFF for n in range(32)]
    before[0], before[2] = 0, hart.x[2]
    for n in range(1, 32):
        hart.x[n] = before[n]
    hart.f[5], hart.fcsr = 0x1122334455667788, 3
    hart.pc = BASE + 0x204
    fault(guest, 0x1000)
    assert (hart.pc, hart.x[10]) == (HANDLER, 11)
    assert hart.x[1] & guest.kernel.xlen_mask == guest.mm.vdso
    info, context, sp = (hart.x[n] & guest.kernel.xlen_mask for n in (11, 12, 2))
    assert sp % 16 == 0
    assert struct.unpack("<iii", guest.load(info, 12)) == (11, 0, siginfo.SEGV_MAPERR)
    assert guest.word_at(info + (16 if guest.xlen == 64 else 12), guest.word) == 0x1000
    regs = context + (176 if guest.xlen == 64 else 160)
    assert guest.word_at(regs, guest.word) == BASE + 0x204
    assert guest.task.blocked == 1 << 10
    guest.store(regs, (BASE + 0x208).to_bytes(guest.word, "little"))
    assert guest.load(guest.mm.vdso, 4) == b"\x93\x08\xb0\x08"
    hart.f[5] = 0
    guest.call("rt_sigreturn")
    assert list(hart.x) == before
    assert (hart.pc, hart.f[5], hart.fcsr) == (BASE + 0x208, 0x1122334455667788, 3)
    assert guest.task.blocked == 0


def test_fault_in_blocked_signal_kills(guest: Guest) -> None:
    """A second fault while its handler runs can't be delivered: the process dies."""
    handle(guest, 11)
    fault(guest)
    with pytest.raises(Dead):
        fault(guest)
    assert guest.kernel.exit.signal == 11


def test_no_room_for_the_frame_kills(guest: Guest) -> None:
    """A handler for stack overflow without an alternate stack can't run."""
    handle(guest, 11)
    guest.hart.x[2] = 0x2000
    with pytest.raises(Dead):
        fault(guest)


def test_alternate_stack(guest: Guest) -> None:
    """SA_ONSTACK moves the frame to the stack of sigaltstack."""
    base = guest.mmap(16384)
    words = (base, 0, 0, 16384) if guest.xlen == 64 else (base, 0, 16384)
    guest.store(BSS, struct.pack("<QiiQ" if guest.xlen == 64 else "<IiI", *words))
    guest.ok("sigaltstack", BSS, 0)
    handle(guest, 11, SA_SIGINFO | SA_ONSTACK)
    guest.hart.x[2] = 0x2000
    fault(guest)
    sp = guest.hart.x[2] & guest.kernel.xlen_mask
    assert base < sp < base + 16384
    assert guest.errno("sigaltstack", BSS, 0) == "EPERM"


def test_kill_mask_and_pending(guest: Guest) -> None:
    """A blocked signal waits and shows in rt_sigpending; unblocked, it is delivered; an ignored one vanishes."""
    handle(guest, 10)
    guest.store(BSS, struct.pack("<Q", 1 << 9))
    guest.ok("rt_sigprocmask", 0, BSS, 0, 8)
    guest.ok("kill", 1, 10)
    guest.ok("rt_sigpending", BSS + 64, 8)
    assert guest.word_at(BSS + 64) == 1 << 9
    pc = guest.hart.pc
    guest.call("rt_sigprocmask", 1, BSS, 0, 8)
    assert guest.hart.pc == HANDLER
    assert guest.hart.x[10] == 10
    guest.call("rt_sigreturn")
    assert guest.hart.pc == pc + 4
    assert guest.hart.x[10] == 0
    guest.store(BSS, bytes(24))
    guest.store(BSS, b"\x01")
    guest.ok("rt_sigaction", 12, BSS, 0, 8)
    guest.ok("kill", 1, 12)
    assert not guest.task.process.pending


def test_default_actions(guest: Guest) -> None:
    """SIGCHLD and SIGCONT are ignored, SIGTERM kills, SIGKILL can't be caught."""
    guest.ok("kill", 1, 17)
    guest.ok("kill", 1, 18)
    assert guest.errno("rt_sigaction", 9, BSS, 0, 8) == "EINVAL"
    with pytest.raises(Dead):
        guest.call("kill", 1, 15)
    assert guest.kernel.exit.code == 143


def test_reset_and_nodefer(guest: Guest) -> None:
    """SA_RESETHAND is for one time, SA_NODEFER leaves the signal open."""
    handle(guest, 10, SA_RESETHAND | SA_NODEFER)
    guest.call("kill", 1, 10)
    assert guest.task.blocked == 0
    guest.call("rt_sigreturn")
    action = guest.task.process.actions[10]
    assert (action.handler, action.flags & SA_RESETHAND) == (0, SA_RESETHAND)
    with pytest.raises(Dead):
        guest.call("kill", 1, 10)


def test_siginfo_of_kill(guest: Guest) -> None:
    """The sender's pid and uid are in siginfo."""
    handle(guest, 10)
    guest.call("kill", 1, 10)
    info = guest.hart.x[11] & guest.kernel.xlen_mask
    at = 16 if guest.xlen == 64 else 12
    assert struct.unpack("<iII", guest.load(info + 8, 4) + guest.load(info + at, 8)) == (0, 1, 0)
    assert SigInfo(10).code == 0


def test_what_a_call_waits_for_comes_before_the_signal(guest: Guest) -> None:
    """A child's end wakes waitid and sends SIGCHLD: waitid has the child whatever the flags; then the handler runs."""
    handle(guest, 17)
    child, parent = guest.fork(), guest.task
    with pytest.raises(Asleep):
        guest.call("waitid", 1, child.pid, BSS + 0x100, 4, 0)
    guest.become(child)
    with pytest.raises(Dead):
        guest.call("exit_group", 3)
    guest.become(parent)
    guest.again()
    assert guest.hart.pc == HANDLER
    guest.call("rt_sigreturn")
    assert guest.hart.x[10] == 0
    assert guest.word_at(BSS + 0x100 + (16 if guest.xlen == 64 else 12), 4) == child.pid


def test_a_wait_for_a_lock_that_a_signal_has_ended(guest: Guest) -> None:
    """F_SETLKW: EDEADLK while the other waits for this one's lock, and not after a signal has ended that wait."""
    handle(guest, 10)
    fd, fcntl, parent = guest.open("/tmp/f", 0o102), "fcntl" if guest.xlen == 64 else "fcntl64", guest.task
    child = guest.fork()

    def lock(task: object, at: int) -> tuple[str, int, int, int]:
        guest.become(task)
        guest.store(BUF, struct.pack("<hh4xqqi4x", 1, 0, at, 1, 0))
        return fcntl, fd, 14, BUF

    guest.ok(*lock(child, 1))
    guest.ok(*lock(parent, 0))
    with pytest.raises(Asleep):
        guest.call(*lock(parent, 1))
    assert guest.errno(*lock(child, 0)) == "EDEADLK"
    sigsend.send(guest.kernel, parent, SigInfo(10))
    guest.become(parent)
    guest.again()
    guest.call("rt_sigreturn")
    assert guest.hart.x[10] == -4
    with pytest.raises(Asleep):
        guest.call(*lock(child, 0))


def test_a_signal_alone_interrupts(guest: Guest) -> None:
    """Nothing has come but the signal: EINTR without SA_RESTART, the call anew with it."""
    for flags, result in ((SA_SIGINFO, -4), (SA_SIGINFO | 0x10000000, "again")):
        handle(guest, 10, flags)
        at = guest.hart.pc
        guest.ok("pipe2", BSS + 0x100, 0)
        reading = guest.word_at(BSS + 0x100, 4)
        before = guest.hart.pc
        with pytest.raises(Asleep):
            guest.call("read", reading, BSS + 0x200, 8)
        sigsend.send(guest.kernel, guest.task, SigInfo(10))
        guest.become(guest.task)
        guest.again()
        assert guest.hart.pc == HANDLER
        guest.call("rt_sigreturn")
        if result == "again":
            assert guest.hart.pc == before
        else:
            assert (guest.hart.x[10], guest.hart.pc) == (result, before + 4)
        guest.hart.pc = at


def test_real_time_signals_queue(guest: Guest) -> None:
    """Each of them waits, in the order in which they were sent, with its value; those below 32 are pending once."""
    blocked(guest, (1 << 64) - 1)
    for value in (7, 8, 9):
        queue(guest, 40, value)
        queue(guest, 10, value)
    guest.store(BUF, struct.pack("<Q", 1 << 39 | 1 << 9))
    value_at = 24 if guest.xlen == 64 else 20
    got = []
    for _ in range(4):
        number = guest.ok(name_on("rt_sigtimedwait", guest.xlen), BUF, BUF + 0x100, 0, 8)
        got.append((number, guest.word_at(BUF + 0x100 + value_at, 4)))
    assert got == [(10, 7), (40, 7), (40, 8), (40, 9)]
    guest.store(BUF + 8, bytes(16))
    assert guest.errno(name_on("rt_sigtimedwait", guest.xlen), BUF, 0, BUF + 8, 8) == "EAGAIN"


def test_a_call_that_sleeps_counts_once(guest: Guest) -> None:
    """However often it is executed anew."""
    guest.store(BUF, struct.pack("<qq", 0, 5000))
    with pytest.raises(Asleep):
        guest.call(
            "nanosleep" if guest.xlen == 64 else "clock_nanosleep_time64",
            *((BUF, 0) if guest.xlen == 64 else (0, 0, BUF, 0)),
        )
    guest.sleep()
    guest.again()
    counts = {entry.name: entry.count for entry in guest.kernel.syscalls.values() if "nanosleep" in entry.name}
    assert sum(counts.values()) == 1


@pytest.mark.parametrize(("which", "number"), [(1, 26), (2, 27)])
def test_timers_of_cpu_time(guest: Guest, which: int, number: int) -> None:
    """They stand still while the process sleeps, and expire by what it has run."""
    blocked(guest, 1 << number - 1)
    itimer = struct.pack("<4q" if guest.xlen == 64 else "<4i", 0, 0, 0, 100)
    guest.store(BUF, itimer)
    guest.ok("setitimer", which, BUF, 0)
    cycles = guest.kernel.cycles_of(100_000)
    guest.store(BUF, struct.pack("<qq", 1, 0))
    with pytest.raises(Asleep):
        guest.call(name_on("clock_nanosleep", guest.xlen), 1, 0, BUF, 0)
    guest.sleep()
    guest.again()
    guest.advance(cycles // 2)
    assert not guest.task.process.pending
    guest.advance(cycles)
    assert [*guest.task.process.pending] == [number]


def test_cpu_limit(guest: Guest) -> None:
    """SIGXCPU each second from the soft limit on, SIGKILL at the hard one."""
    blocked(guest, 1 << 23)
    guest.store(BUF, struct.pack("<QQ", 1, 3))
    guest.ok("prlimit64", 0, 0, BUF, 0)
    hz = guest.kernel.options.clock_hz
    guest.advance(hz)
    assert [*guest.task.process.pending] == [24]
    guest.advance(2 * hz)
    with pytest.raises(Dead):
        guest.call("getpid")


def test_a_timer_waits_until_its_signal_is_taken(guest: Guest) -> None:
    """timer_create: one signal is pending; how often it would have come meanwhile is its overrun."""
    blocked(guest, 1 << 13)
    guest.ok("timer_create", 1, 0, BUF)
    step = 1_000_000
    guest.store(BUF, struct.pack("<4q", 0, step, 0, step))
    settime = name_on("timer_settime", guest.xlen)
    guest.ok(settime, 0, 0, BUF, 0)
    guest.advance(guest.kernel.cycles_of(10 * step))
    guest.advance(guest.kernel.cycles_of(10 * step))
    assert [len(infos) for infos in guest.task.process.pending.values()] == [1]
    guest.store(BUF, struct.pack("<Q", 1 << 13))
    assert guest.ok(name_on("rt_sigtimedwait", guest.xlen), BUF, BUF + 0x100, 0, 8) == 14
    assert guest.word_at(BUF + 0x100 + (20 if guest.xlen == 64 else 16), 4) == guest.ok("timer_getoverrun", 0) == 19
    guest.advance(guest.kernel.cycles_of(step))
    assert [*guest.task.process.pending] == [14]
