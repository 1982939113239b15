"""Processes: fork, copy-on-write, exit, wait (their man pages, section 2)."""

from __future__ import annotations

import struct
from types import ModuleType

import pytest
from kernel_fake import BSS, Asleep, Dead, Guest
from kernel_tasks import wait

from emu.kernel import fork, fork_places
from emu.kernel.mm import uaccess
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.sched.wait import WaitQueue, wait_on

PAGE = 4096
BUF = BSS + 0x800
SIGCHLD = 17


def test_fork_shares_pages_until_written(guest: Guest) -> None:
    """fork takes frames for tables and objects of the kernel; a write copies one page; the other side keeps its own."""
    addr = guest.mmap(20 * PAGE)
    for n in range(20):
        guest.store(addr + n * PAGE, b"parent")
    kernel, parent = guest.kernel, guest.task
    free, tables, slabs = kernel.pages.nr_free_pages, kernel.pages.nr_table_pages, kernel.slab.nr_pages
    child = guest.fork()
    taken = kernel.pages.nr_table_pages - tables + kernel.slab.nr_pages - slabs
    assert free - kernel.pages.nr_free_pages == taken
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
    """RLIMIT_NPROC stops it with EAGAIN, root never."""
    guest = guest64
    guest.store(BSS, struct.pack("<QQ", 10, 10))
    guest.ok("prlimit64", 0, 6, BSS, 0)
    for _ in range(9):
        guest.fork()
    assert guest.call("clone", 17, 0, 0, 0, 0) > 0
    guest.ok("setuid", 1000)
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


@pytest.mark.parametrize(("flags", "module"), [(0x1011, fork), (0x100011, fork_places)])
def test_a_clone_that_waits_makes_one_child(
    guest: Guest, flags: int, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page for the pidfd, or for the pid, may have to be read from swap: until then there is no child."""
    queue, waits = WaitQueue(), [True]

    def put_user(mm: object, *args: int) -> None:
        if waits:
            waits.pop()
            wait_on(guest.task, queue)
        uaccess.put_user(mm, *args)

    monkeypatch.setattr(module, "put_user", put_user)
    with pytest.raises(Asleep):
        guest.call("clone", flags, 0, BSS, 0, 0)
    assert len(guest.kernel.tasks) == 1
    assert 3 not in guest.task.files.open
    queue.wake()
    guest.become(guest.task)
    assert guest.again() in guest.kernel.tasks
    assert len(guest.kernel.tasks) == 2
    guest.check()
