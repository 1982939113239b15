"""Stopping and continuing, signals for running tasks, panics, harts and nodes."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from kernel_fake import BSS, Asleep, Dead, Guest

from emu.kernel.errno import EINTR
from emu.kernel.irq import IPI_CALL_FUNC, IPI_RESCHEDULE

BUF = BSS + 0x800
WUNTRACED, WCONTINUED, WNOHANG = 2, 8, 1


def status(guest: Guest, options: int) -> int:
    """The status word of wait4, made up from waitid on RV32; 0 for none."""
    if guest.xlen == 64:
        return guest.word_at(BUF, 4) if guest.ok("wait4", -1, BUF, options, 0) else 0
    guest.ok("waitid", 0, 0, BUF, options | 4, 0)
    code, value = struct.unpack("<i8xi", guest.load(BUF + 8, 16))
    return {0: 0, 1: value << 8, 2: value, 5: value << 8 | 0x7F, 6: 0xFFFF}[code]


def test_stop_and_continue(guest: Guest) -> None:
    """SIGSTOP takes a process off the harts, SIGCONT puts it back; the parent is told of both."""
    parent, child = guest.task, guest.fork()
    guest.ok("kill", child.pid, 19)
    guest.become(child)
    assert child.state == "stopped"
    guest.become(parent)
    assert status(guest, WUNTRACED | WNOHANG) == 19 << 8 | 0x7F
    assert status(guest, WUNTRACED | WNOHANG) == 0
    guest.ok("kill", child.pid, 18)
    assert child.state == "ready"
    assert status(guest, WCONTINUED | WNOHANG) == 0xFFFF


def test_stopped_while_waiting(guest: Guest) -> None:
    """A task that waits stops when it would wake."""
    parent, child = guest.task, guest.fork()
    guest.ok("pipe2", BUF, 0)
    reader, writer = struct.unpack("<ii", guest.load(BUF, 8))
    guest.kernel.tasks[child.pid].process.stopped = 0
    with pytest.raises(Asleep):
        guest.call("read", reader, BUF, 1)
    guest.become(child)
    guest.ok("kill", parent.pid, 19)
    assert parent.state in ("waiting", "ready", "stopped")
    del writer


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("epoll_pwait", -EINTR),
        ("semop", -EINTR),
        ("rt_sigtimedwait", -EINTR),
        ("recvfrom", -EINTR),
        ("write", 65536),
        ("ppoll", None),
        ("nanosleep", None),
        ("rt_sigsuspend", None),
        ("read", None),
        ("futex", None),
    ],
)
@pytest.mark.parametrize("thread", [False, True])
def test_what_a_stop_interrupts(name: str, result: int | None, thread: bool) -> None:
    """signal(7), "Interruption of system calls and library functions by stop signals": EINTR, also for a thread of the
    process other than the one that takes the signal; all others wait on, and what was written is told.
    """
    guest = Guest(ram=8 << 20)
    killer, child = guest.task, guest.fork()
    guest.become(child)
    args = waiting(guest)[name]
    other = guest.fork(0x50F00, BSS + 0x1800) if thread else child
    with pytest.raises(Asleep):
        guest.call(name, *args)
    guest.become(killer)
    guest.ok(*(("tgkill", child.pid, other.pid, 19) if thread else ("kill", child.pid, 19)))
    guest.become(other)
    assert (other.state, child.state == "waiting") == ("stopped", thread and result is None)
    guest.become(killer)
    guest.ok("kill", child.pid, 18)
    if result is None and thread:
        assert child.state == "waiting" and child.in_call
        return
    guest.become(child)
    if result is not None:
        assert guest.hart.x[10] == result and guest.ok("getpid") == child.pid
    else:
        with pytest.raises(Asleep):
            guest.again()


def waiting(guest: Guest) -> dict[str, tuple[int, ...]]:
    """Calls that wait, the sockets' no longer than ten seconds."""
    guest.ok("pipe2", BUF, 0)
    reader, writer = struct.unpack("<ii", guest.load(BUF, 8))
    guest.ok("socketpair", 1, 1, 0, BUF)
    socket, _ = struct.unpack("<ii", guest.load(BUF, 8))
    guest.store(BUF, struct.pack("<5QHhh", 10, 0, 1 << 11, 0, 0, 0, -1, 0))
    guest.ok("setsockopt", socket, 1, 20, BUF, 16)
    return {
        "epoll_pwait": (guest.ok("epoll_create1", 0), BUF + 64, 1, -1, 0, 8),
        "semop": (guest.ok("semget", 0, 1, 0o600), BUF + 40, 1),
        "rt_sigtimedwait": (BUF + 16, 0, 0, 8),
        "recvfrom": (socket, BUF + 64, 1, 0, 0, 0),
        "write": (writer, guest.ok("mmap", 0, 1 << 17, 3, 0x22, -1, 0), 1 << 17),
        "ppoll": (0, 0, BUF, 0, 8),
        "nanosleep": (BUF, 0),
        "rt_sigsuspend": (BUF + 16, 8),
        "read": (reader, BUF + 64, 1),
        "futex": (BUF + 32, 0, 0, 0, 0, 0),
    }


def test_kill_ends_a_stopped_process(guest: Guest) -> None:
    """SIGKILL works on a stopped process too."""
    parent, child = guest.task, guest.fork()
    guest.ok("kill", child.pid, 20)
    guest.become(child)
    guest.become(parent)
    guest.ok("kill", child.pid, 9)
    guest.become(child)
    assert child.state == "zombie"
    guest.become(parent)
    assert status(guest, WUNTRACED | WNOHANG) == 9  # nobody is told any more that it had stopped


@pytest.mark.parametrize(("number", "state"), [(19, "stopped"), (20, "running"), (21, "running"), (22, "running")])
def test_orphans_are_not_stopped_by_a_terminal(guest: Guest, number: int, state: str) -> None:
    """In a session of its own nobody could continue it: of the signals that stop only SIGSTOP does."""
    child = guest.fork()
    guest.become(child)
    guest.ok("setsid")
    with suppress(Asleep):
        guest.call("kill", child.pid, number)
    assert child.state == state


def test_signal_for_a_running_task_of_another_hart() -> None:
    """It is brought into the kernel by an interrupt."""
    guest = Guest(harts=2)
    parent = guest.task
    child = guest.fork()
    guest.kernel.sched.fill_idle_harts()
    assert {parent.cpu, child.cpu} == {0, 1}
    guest.ok("kill", child.pid, 15)
    assert guest.kernel.kicked
    guest.kernel._kick()
    assert child.state == "zombie"
    assert sum(guest.kernel.irqs.ipis[IPI_RESCHEDULE]) >= 1
    guest.check()


def test_panic_on_oom() -> None:
    """With panic_on_oom the run ends instead of a process."""
    guest = Guest(ram=1 << 20)
    guest.kernel.sysctl.panic_on_oom = 1
    addr = guest.mmap(1000 * 4096, 3, 0x4022)
    with pytest.raises((Dead, AssertionError)):
        for n in range(1000):
            guest.store(addr + n * 4096, b"x")
    assert guest.kernel.exit.reason == "panic"
    assert "Kernel panic" in guest.kernel.messages[-1]


def test_shootdown_reaches_other_harts() -> None:
    """munmap in one thread flushes the TLB of the hart on which another thread of the process ran."""
    guest = Guest(harts=2)
    stack = guest.mmap(16384) + 16384
    other = guest.fork(0x10F00, stack)
    guest.kernel.sched.fill_idle_harts()
    hart = guest.machine.harts[other.cpu]
    before = len(hart.flushes)
    addr = guest.mmap(4096)
    guest.store(addr, b"x")
    guest.ok("munmap", addr, 4096)
    assert (addr, guest.mm.asid) in hart.flushes[before:]
    assert guest.kernel.irqs.ipis[IPI_CALL_FUNC][other.cpu] > 0


def test_timeline(guest: Guest) -> None:
    """Every change of state is there, in time order."""
    parent, child = guest.task, guest.fork()
    guest.become(child)
    with pytest.raises(Dead):
        guest.call("exit_group", 0)
    guest.become(parent)
    mine = [state for _, _, pid, _, state in guest.kernel.timeline if pid == child.pid]
    assert mine == ["ready", "running", "zombie"]
    cycles = [event[0] for event in guest.kernel.timeline]
    assert cycles == sorted(cycles)


def test_nodes() -> None:
    """Memory comes from the node of the hart first."""
    guest = Guest(ram=16 << 20, nodes=2)
    assert {zone.node for zone in guest.kernel.pages.zones} == {0, 1}
    guest.kernel.pages.set_node(1)
    addr = guest.mmap(4096)
    guest.store(addr, b"x")
    assert guest.kernel.pages.zone_of(guest.mm.entry(addr) >> 10).node == 1
    guest.kernel.pages.set_node(0)
    guest.check()


def test_asids_are_never_shared(guest: Guest) -> None:
    """When the numbers run out and start anew, no two living address spaces have the same one."""
    kernel, parent = guest.kernel, guest.task
    kernel.asids.count = 16
    sleeper = guest.fork()
    for _ in range(50):
        child = guest.fork()
        guest.become(child)
        living = {t.mm for t in kernel.tasks.values() if t.mm and t.mm.asid_generation == kernel.asids.generation}
        assert len({mm.asid for mm in living}) == len(living)
        assert child.mm.asid == guest.machine.harts[0].space[1]
        with pytest.raises(Dead):
            guest.call("exit_group", 0)
        guest.become(sleeper)
        guest.become(parent)
        assert parent.mm.asid == guest.machine.harts[0].space[1]
        status(guest, 0)
    assert kernel.asids.generation > 3
