"""Futexes: waiting on a word of user memory (Linux: kernel/futex; futex(2)).

A waiter is queued under a key: the word's place in its address space, or in the file when the mapping is shared, so
that processes that map it at different addresses meet. A woken waiter finds `woken` in its restart state when its
system call is executed again, and returns 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EAGAIN, EFAULT, EINVAL, ENOSYS, ETIMEDOUT, Errno
from emu.kernel.mm.uaccess import get_user, put_user, user_page
from emu.kernel.mm.vma import VM_MAYSHARE
from emu.kernel.sched.wait import WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.task import Task

WAIT, WAKE, FD, REQUEUE, CMP_REQUEUE, WAKE_OP = range(6)
LOCK_PI, UNLOCK_PI, TRYLOCK_PI, WAIT_BITSET, WAKE_BITSET, LOCK_PI2 = 6, 7, 8, 9, 10, 13
PRIVATE, CLOCK_REALTIME = 128, 256
CMD_MASK = ~(PRIVATE | CLOCK_REALTIME)
MATCH_ANY = 0xFFFFFFFF
WAITERS, OWNER_DIED, TID_MASK = 0x80000000, 0x40000000, 0x3FFFFFFF
ROBUST_LIMIT = 2048
FEW = 1024  # queues that are no trouble, empty or not
Key = tuple[Any, int]


class Waiting:
    """The restart state of a futex wait."""

    __slots__ = ("bitset", "deadline", "woken")

    def __init__(self, bitset: int, deadline: int | None) -> None:
        self.bitset, self.deadline, self.woken = bitset, deadline, False

    @property
    def settled(self) -> int | None:
        """A waiter that was woken returns 0, whatever signal comes before it runs."""
        return 0 if self.woken else None


def key_of(mm: Mm, addr: int, private: bool) -> Key:
    """Where the word is, for all who may wait on it. EINVAL if it isn't aligned, EFAULT if it isn't mapped."""
    if addr & 3:
        raise Errno(EINVAL)
    if not 0 <= addr < mm.task_size:
        raise Errno(EFAULT)
    if not private:
        user_page(mm, addr, False)
        vma = mm.vma_at(addr)
        if vma is not None and vma.vm_flags & VM_MAYSHARE:
            return vma.mapping, (vma.index_of(addr) << 12) | addr & 4095
    return mm, addr


def queue(kernel: Kernel, key: Key) -> WaitQueue:
    """The waiters for a key, perhaps none."""
    futexes = kernel.futexes
    if key not in futexes and len(futexes) >= FEW + 2 * len(kernel.tasks):  # a wait that timed out leaves its queue
        for old in [old for old, waiters in futexes.items() if not waiters.tasks]:
            del futexes[old]
    return futexes.setdefault(key, WaitQueue())


def wait(kernel: Kernel, task: Task, addr: int, value: int, deadline: int | None, bitset: int, private: bool) -> int:
    """FUTEX_WAIT: sleep while the word holds `value`. `deadline` is a cycle."""
    state = task.restart
    if isinstance(state, Waiting):
        if state.woken:
            return 0
        if state.deadline is not None and kernel.now >= state.deadline:
            return -ETIMEDOUT
    else:
        if not bitset:
            return -EINVAL
        state = Waiting(bitset, deadline)
    key = key_of(task.mm, addr, private)
    if get_user(task.mm, addr, 4) != value:
        return -EAGAIN
    if state.deadline is not None and kernel.now >= state.deadline:
        return -ETIMEDOUT
    task.restart = state
    on_signal = "ERESTARTSYS" if state.deadline is None else "ERESTART_RESTARTBLOCK"
    wait_on(task, queue(kernel, key), until=state.deadline, on_signal=on_signal)
    return 0


def wake(kernel: Kernel, key: Key, count: int, bitset: int = MATCH_ANY) -> int:
    """FUTEX_WAKE: how many were woken."""
    waiters = kernel.futexes.get(key)
    if waiters is None:
        return 0
    woken = 0
    for task in list(waiters.tasks):
        if woken >= count:
            break
        if task.restart.bitset & bitset:
            task.restart.woken = True
            kernel.sched.wake_up(task)
            woken += 1
    if not waiters.tasks:
        del kernel.futexes[key]
    return woken


def requeue(kernel: Kernel, key: Key, count: int, move: int, target: Key) -> tuple[int, int]:
    """FUTEX_REQUEUE: wake `count` waiters, let up to `move` others wait for the other word: (woken, moved)."""
    woken = wake(kernel, key, count)
    source = kernel.futexes.get(key)
    moved = 0
    if source is not None and key != target:
        there = queue(kernel, target)
        for task in list(source.tasks)[:move]:
            del source.tasks[task]
            task.waits_on.remove(source)
            there.add(task)
            moved += 1
        for each in (key, target):
            if not kernel.futexes[each].tasks:
                del kernel.futexes[each]
    return woken, moved


def wake_op(kernel: Kernel, task: Task, addr: int, encoded: int) -> bool:
    """FUTEX_WAKE_OP's part on the second word: change it, and say whether its old value meets the condition."""
    operation, compare = encoded >> 28 & 15, encoded >> 24 & 15
    operand, against = _signed12(encoded >> 12), _signed12(encoded)
    if operation & 8:
        operand = 1 << (operand & 31)
    old = get_user(task.mm, addr, 4, signed=True)
    changes = {0: operand, 1: old + operand, 2: old | operand, 3: old & ~operand, 4: old ^ operand}
    tests = {0: old == against, 1: old != against, 2: old < against, 3: old <= against, 4: old > against}
    if operation & 7 not in changes or compare > 5:
        raise Errno(ENOSYS)
    put_user(task.mm, addr, changes[operation & 7], 4)
    return tests.get(compare, old >= against)


def _signed12(value: int) -> int:
    return ((value & 0xFFF) ^ 0x800) - 0x800


def exit_robust_list(kernel: Kernel, task: Task) -> None:
    """A thread dies with locks held: mark each with OWNER_DIED and wake a waiter (set_robust_list(2))."""
    head, word = task.robust_list, kernel.xlen // 8
    task.robust_list = 0
    if not head:
        return
    try:
        entry = get_user(task.mm, head, word)
        offset = get_user(task.mm, head + word, word, signed=True)
        pending = get_user(task.mm, head + 2 * word, word)
        for _ in range(ROBUST_LIMIT):
            if entry & ~1 == head or not entry:
                break
            following = get_user(task.mm, entry & ~1, word)
            if entry != pending:
                handle_death(kernel, task, (entry & ~1) + offset, bool(entry & 1))
            entry = following
        if pending:
            handle_death(kernel, task, (pending & ~1) + offset, bool(pending & 1))
    except Errno:
        return


def handle_death(kernel: Kernel, task: Task, addr: int, pi: bool) -> None:
    """Who waits for a lock that knows its owner is found by futex_pi."""
    value = get_user(task.mm, addr, 4)
    if value & TID_MASK == task.pid:
        put_user(task.mm, addr, value & WAITERS | OWNER_DIED, 4)
        if value & WAITERS and not pi:
            wake(kernel, key_of(task.mm, addr, False), 1)
