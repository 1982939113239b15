"""Between processes: what becomes of those whose parent ends, who waits for whom (prctl(2), socket(7), sysvipc(7))."""

from __future__ import annotations

import pytest
from kernel_fake import Asleep, Dead, Guest
from rows_common import BUF, name_on
from rows_ipc import GETNCNT, UNDO, event, mq, ops, queue, sems, values
from rows_signals import blocked
from rows_sockets import limited, message, pair


def generations(guest: Guest) -> tuple[object, object, object]:
    """pid 1, its child and its child's child, which plays now."""
    first, second = guest.task, guest.fork()
    guest.become(second)
    third = guest.fork()
    return first, second, guest.become(third)


def end(guest: Guest, task: object) -> None:
    """The task ends by itself."""
    guest.become(task)
    with pytest.raises(Dead):
        guest.call("exit_group", 0)


def test_death_of_a_parent(guest: Guest) -> None:
    """PR_SET_PDEATHSIG: the child is told; a clone starts without it."""
    _, second, third = generations(guest)
    blocked(guest)
    guest.ok("prctl", 1, 10, 0, 0, 0)
    assert guest.fork().pdeath_signal == 0
    end(guest, second)
    assert [info.pid for info in third.process.pending[10]] == [second.pid]


def test_subreaper(guest: Guest) -> None:
    """PR_SET_CHILD_SUBREAPER: it gets the orphans among its descendants, instead of pid 1."""
    first, second, third = generations(guest)
    fourth = guest.fork()
    guest.become(second)
    guest.ok("prctl", 36, 1, 0, 0, 0)
    end(guest, third)
    assert fourth.process.parent is second.process
    end(guest, second)
    assert fourth.process.parent is first.process


def test_stopped_orphans_hang_up(guest: Guest) -> None:
    """A stopped group whose last tie to its session goes gets SIGHUP and SIGCONT."""
    _, second, third = generations(guest)
    guest.ok("setpgid", 0, 0)
    guest.become(second)
    guest.ok("kill", third.pid, 19)
    guest.become(third)  # it stops
    end(guest, second)
    assert not third.process.stopped
    assert set(third.process.pending) == {1}  # SIGCONT has done its work


def test_receiving_takes_its_time(guest: Guest) -> None:
    """SO_RCVTIMEO: EAGAIN when it is over, and what has come by then with MSG_WAITALL."""
    fd = limited(guest, 66, 0, 1000)
    with pytest.raises(Asleep):
        guest.call("recvfrom", fd, BUF, 8, 0, 0, 0)
    started = guest.kernel.now
    guest.sleep()
    assert guest.again() == -11
    assert guest.kernel.nanoseconds(guest.kernel.now - started) >= 1_000_000


def test_recvmmsg_waits_for_the_rest(guest: Guest) -> None:
    """What came before the wait isn't taken twice."""
    one, two = pair(guest, 2)
    writer = guest.fork()
    guest.ok("write", one, BUF, 5)
    header = guest.load(message(guest), 7 * guest.word) + bytes(guest.word)
    guest.store(BUF + 0x300, header + header)
    call = name_on("recvmmsg", guest.xlen)
    with pytest.raises(Asleep):
        guest.call(call, two, BUF + 0x300, 2, 0, 0)
    sleeper = guest.task
    guest.become(writer)
    guest.ok("write", one, BUF, 3)
    guest.become(sleeper)
    assert guest.again() == 2
    size = len(header)
    assert [guest.word_at(BUF + 0x300 + n * size + size - guest.word, 4) for n in range(2)] == [5, 3]


def test_semaphores_are_undone(guest: Guest) -> None:
    """SEM_UNDO: what a process took comes back when it ends, and wakes who waits for it."""
    number = sems(guest, 1)
    waiter, taker = guest.task, guest.fork()
    guest.become(taker)
    guest.ok("semop", number, *ops(guest, (0, -1, UNDO)))
    guest.become(waiter)
    with pytest.raises(Asleep):
        guest.call("semop", number, *ops(guest, (0, -1, 0)))
    guest.become(taker)
    assert guest.ok("semctl", number, 0, GETNCNT, 0) == 1
    end(guest, taker)
    guest.become(waiter)
    assert guest.again() == 0
    assert values(guest) == [0]


@pytest.mark.parametrize("kind", ["msg", "sem"])
def test_removed_while_waiting(guest: Guest, kind: str) -> None:
    """EIDRM, though the number is free by now."""
    number = queue(guest) if kind == "msg" else sems(guest, 0)
    waiter, other = guest.task, guest.fork()
    with pytest.raises(Asleep):
        if kind == "msg":
            guest.call("msgrcv", number, BUF, 8, 0, 0)
        else:
            guest.call("semop", number, *ops(guest, (0, -1, 0)))
    guest.become(other)
    guest.ok(*(("msgctl", number, 0, 0) if kind == "msg" else ("semctl", number, 0, 0, 0)))
    guest.become(waiter)
    assert guest.again() == -43


def test_mq_notify(guest: Guest) -> None:
    """The first message of an empty queue is told, once."""
    blocked(guest)
    fd = mq(guest)
    guest.ok("mq_notify", fd, event(guest))
    for _ in range(2):
        guest.ok(name_on("mq_timedsend", guest.xlen), fd, BUF, 3, 0, 0)
    (info,) = guest.task.process.pending.pop(10)
    assert (info.code, info.value) == (-3, 77)
    assert guest.task.files.get(fd).inode.notify is None
