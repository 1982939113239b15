"""futex and the robust list (futex(2), get_robust_list(2))."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BSS, Asleep, Dead, Guest
from kernel_tasks import thread

PAGE = 4096
BUF = BSS + 0x800


WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET, PRIVATE = 0, 1, 3, 4, 5, 9, 10, 128


def futex(guest: Guest) -> str:
    return "futex" if guest.xlen == 64 else "futex_time64"


def sleeper(
    guest: Guest, word: int, op: int = WAIT | PRIVATE, value: int = 0, timeout: int = 0, bits: int = 0
) -> object:
    """A thread asleep on a word."""
    back, task = guest.task, thread(guest)
    guest.become(task)
    with pytest.raises(Asleep):
        guest.call(futex(guest), word, op, value, timeout, 0, bits)
    guest.become(back)
    return task


def test_futex_wait_and_wake(guest: Guest) -> None:
    """Waiters sleep while the value fits, wake in the order they came, and return 0."""
    call = futex(guest)
    assert guest.errno(call, BUF, WAIT, 5, 0, 0, 0) == "EAGAIN"
    assert guest.errno(call, BUF + 1, WAIT, 0, 0, 0, 0) == "EINVAL"
    assert guest.errno(call, 0x600000, WAIT, 0, 0, 0, 0) == "EFAULT"
    tasks = [sleeper(guest, BUF) for _ in range(3)]
    assert guest.ok(call, BUF, WAKE | PRIVATE, 2, 0, 0, 0) == 2
    assert [t.state for t in tasks] == ["ready", "ready", "waiting"]
    assert guest.ok(call, BUF, WAKE | PRIVATE, 0, 0, 0, 0) == 1  # Linux wakes one, too
    assert guest.ok(call, BUF, WAKE | PRIVATE, 9, 0, 0, 0) == 0
    assert not guest.kernel.futexes
    guest.store(BUF, b"\1")
    for task in tasks:
        guest.become(task)
        assert guest.again() == 0


def test_futex_timeout(guest: Guest) -> None:
    """A relative timeout ends the wait with ETIMEDOUT."""
    guest.store(BUF + 64, struct.pack("<qq", 0, 5000))
    task = sleeper(guest, BUF, timeout=BUF + 64)
    guest.advance(4000)
    assert task.state == "waiting"
    guest.advance(2000)
    assert task.state == "ready"
    guest.become(task)
    assert guest.again() == -110
    assert not any(queue.tasks for queue in guest.kernel.futexes.values())


def test_futex_bitset(guest: Guest) -> None:
    """A wake with a bit set wakes only those that share a bit."""
    one = sleeper(guest, BUF, WAIT_BITSET | PRIVATE, bits=1)
    two = sleeper(guest, BUF, WAIT_BITSET | PRIVATE, bits=2)
    assert guest.ok(futex(guest), BUF, WAKE_BITSET | PRIVATE, 9, 0, 0, 2) == 1
    assert (one.state, two.state) == ("waiting", "ready")
    assert guest.errno(futex(guest), BUF, WAKE_BITSET | PRIVATE, 9, 0, 0, 0) == "EINVAL"


def test_futex_requeue(guest: Guest) -> None:
    """Some wake, others wait for the second word from then on."""
    call = futex(guest)
    tasks = [sleeper(guest, BUF) for _ in range(3)]
    assert guest.errno(call, BUF, CMP_REQUEUE | PRIVATE, 1, 9, BUF + 4, 5) == "EAGAIN"
    assert guest.ok(call, BUF, CMP_REQUEUE | PRIVATE, 1, 1, BUF + 4, 0) == 2
    assert [t.state for t in tasks] == ["ready", "waiting", "waiting"]
    assert guest.ok(call, BUF + 4, WAKE | PRIVATE, 9, 0, 0, 0) == 1
    assert guest.ok(call, BUF, WAKE | PRIVATE, 9, 0, 0, 0) == 1


def test_futex_wake_op(guest: Guest) -> None:
    """WAKE_OP changes the second word and wakes its waiters when the old value meets the condition."""
    one, two = sleeper(guest, BUF), sleeper(guest, BUF + 4)
    encoded = 1 << 28 | 0 << 24 | 3 << 12 | 0  # add 3; if the old value == 0
    assert guest.ok(futex(guest), BUF, WAKE_OP | PRIVATE, 1, 1, BUF + 4, encoded) == 2
    assert guest.word_at(BUF + 4, 4) == 3
    assert (one.state, two.state) == ("ready", "ready")


def test_futex_between_processes(guest: Guest) -> None:
    """A word in shared memory joins processes that map it."""
    shared = guest.mmap(PAGE, 3, 0x21)
    guest.store(shared, bytes(4))
    parent, child = guest.task, guest.fork()
    guest.become(child)
    with pytest.raises(Asleep):
        guest.call(futex(guest), shared, WAIT, 0, 0, 0, 0)
    guest.become(parent)
    assert guest.ok(futex(guest), shared, WAKE, 1, 0, 0, 0) == 1


def test_robust_list(guest: Guest) -> None:
    """A thread that dies with a lock marks it OWNER_DIED and wakes the next."""
    lock, head = BUF, BUF + 64
    leader, owner = guest.task, thread(guest)
    waiting = None
    guest.become(owner)
    word = guest.word
    code = "<Q" if word == 8 else "<I"
    entry = head + 4 * word
    for at, value in (
        (head, entry),
        (head + word, lock - entry & (1 << 8 * word) - 1),
        (head + 2 * word, 0),
        (entry, head),
    ):
        guest.store(at, struct.pack(code, value))
    guest.ok("set_robust_list", head, 3 * word)
    guest.store(lock, struct.pack("<I", owner.pid | 0x80000000))
    guest.become(leader)
    waiting = sleeper(guest, lock, value=owner.pid | 0x80000000)
    guest.become(owner)
    with pytest.raises(Dead):
        guest.call("exit", 0)
    assert waiting.state == "ready"
    guest.become(leader)
    assert guest.word_at(lock, 4) == 0xC0000000


def shared(guest: Guest) -> int:
    """A word that parent and child share."""
    return guest.mmap(4096, flags=0x21)


@pytest.mark.parametrize("dies", [False, True])
def test_a_lock_is_handed_over(guest: Guest, dies: bool) -> None:
    """FUTEX_LOCK_PI: the next owner's tid stands in the word when it wakes; marked, if the last one died with it."""
    word = shared(guest)
    first, second = guest.task, guest.fork()
    guest.become(second)
    guest.ok(futex(guest), word, 6, 0, 0, 0, 0)
    guest.become(first)
    with pytest.raises(Asleep):
        guest.call(futex(guest), word, 6, 0, 0, 0, 0)
    guest.become(second)
    assert guest.word_at(word, 4) == 1 << 31 | second.pid
    if dies:
        with pytest.raises(Dead):
            guest.call("exit_group", 0)
    else:
        guest.ok(futex(guest), word, 7, 0, 0, 0, 0)
    guest.become(first)
    assert guest.again() == 0
    assert guest.word_at(word, 4) == (1 << 30 if dies else 0) | first.pid
    assert not guest.kernel.pi_futexes


def test_locks_in_a_circle(guest: Guest) -> None:
    """EDEADLK instead of waiting for one another."""
    word = shared(guest)
    first, second = guest.task, guest.fork()
    guest.ok(futex(guest), word, 6, 0, 0, 0, 0)
    guest.become(second)
    guest.ok(futex(guest), word + 4, 6, 0, 0, 0, 0)
    with pytest.raises(Asleep):
        guest.call(futex(guest), word, 6, 0, 0, 0, 0)
    guest.become(first)
    assert guest.errno(futex(guest), word + 4, 6, 0, 0, 0, 0) == "EDEADLK"
