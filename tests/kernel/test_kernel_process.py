"""Processes and threads: clone, copy-on-write, execve, exit, wait, futex (their man pages, section 2)."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BSS, DATA, Asleep, Dead, Guest, make_elf

from emu.kernel.fs.diskfs import DiskFile
from emu.kernel.mm.alloc import OutOfMemory

PAGE = 4096
BUF = BSS + 0x800
SIGCHLD = 17
THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000
AT = -100


def wait(guest: Guest, pid: int = -1, options: int = 0) -> tuple[int, int]:
    """(pid, status) as wait4 gives it; on RV32 by waitid."""
    if guest.xlen == 64:
        got = guest.ok("wait4", pid, BUF, options, 0)
        return got, guest.word_at(BUF, 4) if got else 0
    guest.ok("waitid", 0 if pid == -1 else 1, 0 if pid == -1 else pid, BUF, options | 4, 0)
    number, code = struct.unpack("<i4xi", guest.load(BUF, 12))
    got, _, status = struct.unpack("<Iii", guest.load(BUF + 12, 12))
    return (got, status << 8 if code == 1 else status) if number else (0, 0)


def test_fork_shares_pages_until_written(guest: Guest) -> None:
    """fork takes frames for page tables only; a write copies one page; the other side keeps its own."""
    addr = guest.mmap(20 * PAGE)
    for n in range(20):
        guest.store(addr + n * PAGE, b"parent")
    kernel, parent = guest.kernel, guest.task
    free, tables = kernel.pages.nr_free_pages, kernel.pages.nr_table_pages
    child = guest.fork()
    assert free - kernel.pages.nr_free_pages == kernel.pages.nr_table_pages - tables
    assert child.mm.rss_anon == parent.mm.rss_anon
    guest.check()
    guest.become(child)
    assert guest.load(addr, 6) == b"parent"
    free, cow = kernel.pages.nr_free_pages, kernel.vm.cow
    guest.store(addr, b"child!")
    assert (free - kernel.pages.nr_free_pages, kernel.vm.cow - cow) == (1, 1)
    guest.become(parent)
    assert guest.load(addr, 6) == b"parent"
    guest.store(addr, b"PARENT")  # the last user takes the frame over
    assert kernel.pages.nr_free_pages == free - 1
    guest.check()
    guest.become(child)
    assert guest.load(addr, 6) == b"child!"
    guest.check()


def test_child_registers_and_ids(guest: Guest) -> None:
    """The child returns 0 from the same ecall; its pid is new, its parent is the caller."""
    pc = guest.hart.pc
    parent = guest.task
    child = guest.fork()
    assert (child.pc, child.regs[10]) == (pc + 4, 0)
    guest.become(child)
    assert guest.ok("getpid") == child.pid == 2
    assert guest.ok("getppid") == parent.pid == 1


def test_wait_and_zombies(guest: Guest) -> None:
    """An exited child is a zombie until waited for; its status comes back; then there is no child."""
    assert (
        guest.errno(
            "wait4" if guest.xlen == 64 else "waitid", *((-1, 0, 0, 0) if guest.xlen == 64 else (0, 0, 0, 4, 0))
        )
        == "ECHILD"
    )
    parent = guest.task
    child = guest.fork()
    assert wait(guest, options=1) == (0, 0)
    guest.become(child)
    with pytest.raises(Dead):
        guest.call("exit_group", 42)
    assert child.state == "zombie"
    guest.become(parent)
    assert wait(guest, child.pid) == (child.pid, 42 << 8)
    assert child.pid not in guest.kernel.tasks
    guest.check()


def test_wait_blocks_and_is_woken(guest: Guest) -> None:
    """wait sleeps until the child ends, and is executed again then."""
    parent = guest.task
    child = guest.fork()
    with pytest.raises(Asleep):
        wait(guest)
    assert parent.state == "waiting"
    guest.become(child)
    with pytest.raises(Dead):
        guest.call("exit_group", 7)
    assert parent.state == "ready"
    guest.become(parent)
    result = guest.again()
    assert result in (child.pid, 0)


def test_killed_child(guest: Guest) -> None:
    """A child that dies of a signal reports it; SIGCHLD is pending for a parent that handles it."""
    parent = guest.task
    child = guest.fork()
    guest.ok("kill", child.pid, 9)
    guest.become(child) if child.state == "ready" else None
    assert child.state == "zombie"
    guest.become(parent)
    assert wait(guest) == (child.pid, 9)


def test_orphans_go_to_init(guest: Guest) -> None:
    """When a parent ends first, pid 1 inherits the child and can wait for it."""
    init = guest.task
    middle = guest.fork()
    guest.become(middle)
    leaf = guest.fork()
    with pytest.raises(Dead):
        guest.call("exit_group", 0)
    assert leaf.process.parent is init.process
    guest.become(leaf)
    assert guest.ok("getppid") == 1
    with pytest.raises(Dead):
        guest.call("exit_group", 3)
    guest.become(init)
    assert wait(guest, leaf.pid) == (leaf.pid, 3 << 8)
    assert wait(guest, middle.pid) == (middle.pid, 0)


def test_ignored_children_are_reaped(guest: Guest) -> None:
    """With SIGCHLD ignored a child leaves no zombie."""
    guest.store(BSS, struct.pack("<QQQ" if guest.xlen == 64 else "<IIQ", 1, 0, 0))
    guest.ok("rt_sigaction", SIGCHLD, BSS, 0, 8)
    parent, child = guest.task, guest.fork()
    guest.become(child)
    with pytest.raises(Dead):
        guest.call("exit_group", 0)
    guest.become(parent)
    assert child.pid not in guest.kernel.tasks


def test_fork_without_memory(guest: Guest) -> None:
    """When page tables for the child can't be had the OOM killer comes; when memory may not be promised, ENOMEM."""
    small = Guest(guest.xlen, ram=512 << 10)
    small.store(small.mmap(PAGE), b"x")
    small.kernel.sysctl.overcommit_memory = 2
    small.kernel.sysctl.overcommit_ratio = 0
    assert small.errno("clone", 17, 0, 0, 0, 0) == "ENOMEM"
    assert len(small.kernel.tasks) == 1
    small.check()
    small.kernel.sysctl.overcommit_memory = 0
    taken = []
    with pytest.raises(OutOfMemory):
        while True:
            taken.append(small.kernel.pages.alloc_page())
    with pytest.raises(Dead):
        small.call("clone", 17, 0, 0, 0, 0)
    for pfn in taken:
        small.kernel.pages.put_page(pfn)
    small.check()


def test_fork_bomb_meets_a_limit(guest64: Guest) -> None:
    """RLIMIT_NPROC stops it with EAGAIN."""
    guest = guest64
    guest.store(BSS, struct.pack("<QQ", 10, 10))
    guest.ok("prlimit64", 0, 6, BSS, 0)
    errors = [guest.errno("clone", 17, 0, 0, 0, 0) for _ in range(12)]
    assert errors.count("EAGAIN") == 3


def test_shared_mapping_is_shared_over_fork(guest: Guest) -> None:
    """MAP_SHARED memory written by the child is seen by the parent, private memory isn't."""
    shared, private = guest.mmap(PAGE, 3, 0x21), guest.mmap(PAGE)
    guest.store(private, b"old")
    parent, child = guest.task, guest.fork()
    guest.become(child)
    guest.store(shared, b"new")
    guest.store(private, b"new")
    guest.become(parent)
    assert guest.load(shared, 3) + guest.load(private, 3) == b"newold"


def test_descriptors_over_fork(guest: Guest) -> None:
    """Parent and child share positions, not tables."""
    fd = guest.open("/prog")
    parent, child = guest.task, guest.fork()
    guest.become(child)
    guest.ok("read", fd, BUF, 1)
    guest.ok("close", fd)
    guest.become(parent)
    guest.ok("read", fd, BUF, 3)
    assert guest.load(BUF, 3) == b"ELF"


# -- execve -----------------------------------------------------------------------------------------------------------
def store_program(guest: Guest, path: str, data: bytes, mode: int = 0o755) -> None:
    guest.kernel.fs.root.children[path.encode()] = DiskFile(guest.kernel.fs.root.sb, mode, data)


def args(guest: Guest, *strings: str) -> int:
    """A vector of strings in user memory."""
    at, table = BSS + 0x400, []
    for text in strings:
        table.append(at)
        guest.string(text, at)
        at += len(text) + 1
    code = "Q" if guest.word == 8 else "I"
    guest.store(BSS + 0x300, struct.pack(f"<{len(table) + 1}{code}", *table, 0))
    return BSS + 0x300


def test_execve(guest: Guest) -> None:
    """A new program with its arguments; the old memory is gone, plain descriptors stay, close-on-exec ones don't."""
    store_program(guest, "other", make_elf(guest.xlen, data=b"OTHER"))
    stays, goes = guest.open("/prog"), guest.open("/prog", 0o2000000)
    addr = guest.mmap(PAGE)
    guest.call("execve", guest.string("/other"), args(guest, "other", "arg"), 0)
    assert guest.task.comm == "other"
    assert guest.load(DATA, 5) == b"OTHER"
    assert guest.mm.vma_at(addr) is None
    sp = guest.hart.x[2] & guest.kernel.xlen_mask
    assert guest.word_at(sp, guest.word) == 2
    assert guest.load(guest.word_at(sp + 2 * guest.word, guest.word), 3) == b"arg"
    assert sorted(guest.task.files.open) == [0, 1, 2, stays]
    assert goes not in guest.task.files.open


@pytest.mark.parametrize(
    ("path", "error"),
    [("/missing", "ENOENT"), ("/tmp", "EACCES"), ("/noexec", "EACCES"), ("/text", "ENOEXEC"), ("/prog/x", "ENOTDIR")],
)
def test_execve_errors(guest: Guest, path: str, error: str) -> None:
    """A program that can't be started leaves the old one running."""
    store_program(guest, "noexec", make_elf(guest.xlen), 0o644)
    store_program(guest, "text", b"hello")
    assert guest.errno("execve", guest.string(path), args(guest, "x"), 0) == error
    assert guest.load(DATA, 4) == b"DATA"
    assert guest.errno("execve", 0x600000, 0, 0) == "EFAULT"
    assert guest.errno("execve", guest.string("/prog"), 0x600000, 0) == "EFAULT"


def test_vfork_waits_for_exec(guest: Guest) -> None:
    """The parent of a vfork runs again when the child has its own program, with the child's pid as result."""
    parent = guest.task
    with pytest.raises(Asleep):
        guest.call("clone", 0x4000 | 0x100 | 17, 0, 0, 0, 0)
    child = guest.kernel.tasks[2]
    guest.become(child)
    guest.store(BSS, b"child was here")
    guest.call("execve", guest.string("/prog"), args(guest, "prog"), 0)
    assert parent.state == "ready"
    guest.become(parent)
    assert guest.hart.x[10] == 2
    assert guest.mm is not child.mm


# -- threads ----------------------------------------------------------------------------------------------------------
def thread(guest: Guest, flags: int = THREAD) -> object:
    stack = guest.mmap(4 * PAGE) + 4 * PAGE
    return guest.fork(flags, stack)


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


# -- futex ------------------------------------------------------------------------------------------------------------
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
    assert guest.ok(call, BUF, WAKE | PRIVATE, 9, 0, 0, 0) == 1
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


# -- time and signals -------------------------------------------------------------------------------------------------
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
    from emu.kernel import signal

    signal.send(guest.kernel, guest.task, signal.SigInfo(10))
    guest.kernel.sched.fill_idle_harts()
    guest.again()
    assert guest.hart.pc == 0x10210
    guest.call("rt_sigreturn")
    assert guest.hart.x[10] == -4
    assert 0 < struct.unpack("<qq", guest.load(BUF + 32, 16))[1] <= 10_000
