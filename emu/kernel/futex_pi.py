"""Futexes that know their owner (Linux: kernel/futex/pi.c; futex(2), FUTEX_LOCK_PI).

The word holds the owner's tid. Who finds it taken sets FUTEX_WAITERS and sleeps; the owner, or its end, hands the lock
to the first who sleeps. Nobody's priority is raised: the scheduler takes turns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EDEADLK, EPERM, ESRCH, ETIMEDOUT, Errno
from emu.kernel.futex import OWNER_DIED, TID_MASK, WAITERS, Key, key_of
from emu.kernel.mm.uaccess import get_user, put_user
from emu.kernel.sched.wait import WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

LONGEST_CHAIN = 1024  # of tasks that wait for one another


class PiState:
    """A lock that somebody waits for: who has it, and who waits."""

    __slots__ = ("owner", "waiters")

    def __init__(self, owner: Task) -> None:
        self.owner, self.waiters = owner, WaitQueue()


class PiWait:
    """The restart state of who waits: for which lock, at which address of its own, until when."""

    __slots__ = ("addr", "deadline", "granted", "state")

    def __init__(self, state: PiState, addr: int, deadline: int | None) -> None:
        self.state, self.addr, self.deadline, self.granted = state, addr, deadline, False

    @property
    def settled(self) -> int | None:
        """Who was given the lock has it, whatever signal comes before it runs."""
        return 0 if self.granted else None


def trylock(task: Task, addr: int, key: Key) -> Task | None:
    """Take the lock if it is free; else its owner. EDEADLK ESRCH EPERM EFAULT."""
    kernel = task.kernel
    word = get_user(task.mm, addr, 4)
    tid = word & TID_MASK
    if tid == task.pid:
        raise Errno(EDEADLK)
    if not tid:
        waiting = WAITERS if key in kernel.pi_futexes else 0
        put_user(task.mm, addr, task.pid | word & OWNER_DIED | waiting, 4)
        return None
    owner = kernel.tasks.get(tid)
    if owner is None or owner.mm is None:
        raise Errno(ESRCH)
    if owner.is_kthread:
        raise Errno(EPERM)
    return owner


def lock(task: Task, addr: int, deadline: int | None, private: bool) -> int:
    """FUTEX_LOCK_PI. May block."""
    kernel, wait = task.kernel, task.restart
    if isinstance(wait, PiWait):
        if wait.granted:
            return 0
        deadline = wait.deadline
    key = key_of(task.mm, addr, private)
    owner = trylock(task, addr, key)
    if owner is None:
        return 0
    if deadline is not None and kernel.now >= deadline:
        return -ETIMEDOUT
    check_chain(task, owner)
    put_user(task.mm, addr, get_user(task.mm, addr, 4) | WAITERS, 4)
    for empty in [key for key, state in kernel.pi_futexes.items() if not state.waiters.tasks]:
        del kernel.pi_futexes[empty]
    state = kernel.pi_futexes.setdefault(key, PiState(owner))
    state.owner = owner
    task.restart = PiWait(state, addr, deadline)
    wait_on(task, state.waiters, until=deadline, on_signal="ERESTARTNOINTR")
    return 0


def check_chain(task: Task, owner: Task) -> None:
    """EDEADLK when the owner waits, through others perhaps, for a lock of the task's."""
    for _ in range(LONGEST_CHAIN):
        if owner is task:
            raise Errno(EDEADLK)
        wait = owner.restart
        if not isinstance(wait, PiWait) or wait.granted:
            return
        owner = wait.state.owner
    raise Errno(EDEADLK)


def unlock(task: Task, addr: int, private: bool) -> int:
    """FUTEX_UNLOCK_PI: to the first who waits, or to nobody."""
    key = key_of(task.mm, addr, private)
    if get_user(task.mm, addr, 4) & TID_MASK != task.pid:
        return -EPERM
    if not hand_over(task.kernel, key, 0):
        put_user(task.mm, addr, 0, 4)
    return 0


def hand_over(kernel: Kernel, key: Key, died: int) -> bool:
    """Give the lock to the first who waits for it; False if nobody does."""
    state = kernel.pi_futexes.get(key)
    heir = next(iter(state.waiters.tasks), None) if state is not None else None
    if state is None or heir is None:
        return False
    more = WAITERS if len(state.waiters.tasks) > 1 else 0
    put_user(heir.mm, heir.restart.addr, heir.pid | more | died, 4)
    state.owner, heir.restart.granted = heir, True
    kernel.sched.wake_up(heir)
    if not more:
        del kernel.pi_futexes[key]
    return True


def owner_dies(kernel: Kernel, task: Task) -> None:
    """exit_pi_state_list: what a task still holds goes to those who wait for it, marked."""
    for key in [key for key, state in kernel.pi_futexes.items() if state.owner is task]:
        try:
            hand_over(kernel, key, OWNER_DIED)
        except Errno:  # the word is gone: who waits will see
            kernel.pi_futexes.pop(key).waiters.wake()
