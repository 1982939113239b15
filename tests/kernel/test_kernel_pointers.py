"""Pointers of each kind, for every system call that takes one: EFAULT, or what is away is brought back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fuzz_arguments import words
from kernel_fake import BASE, Asleep, Guest
from rows_common import arguments, name_on
from rows_pointers import POINTERS as FILES_AND_PROCESSES
from rows_pointers import Pointer
from rows_pointers_net import POINTERS as SOCKETS_AND_WAITING

from emu.kernel.errno import NAMES
from emu.kernel.syscall import table

PAGE = 4096
POINTERS = [*FILES_AND_PROCESSES, *SOCKETS_AND_WAITING]
WITH_A_WORD = ("futex",)  # a pointer that must be aligned
KEEPING = set(  # these only keep an address, or take it for a place
    words(
        """
        brk mmap mmap2 munmap mprotect mremap madvise msync mlock mlock2 munlock shmat shmdt riscv_flush_icache
        remap_file_pages set_tid_address set_robust_list clone fcntl fcntl64 clock_settime clock_settime64
        rt_sigsuspend
        """
    )
)
TIMES = ("times",)  # the result is the time
FATAL = ("execve", "execveat")  # the old memory is gone after it


def size_of(guest: Guest, row: Pointer) -> int:
    return row.content if isinstance(row.content, int) else len(content_of(guest, row))


def content_of(guest: Guest, row: Pointer) -> bytes:
    content = row.content(guest) if callable(row.content) else row.content
    return b"" if isinstance(content, int) else content


def call(guest: Guest, row: Pointer, pointer: int) -> int:
    name = name_on(row.call, guest.xlen)
    assert name
    try:
        return guest.call(name, *arguments(guest, row.args(guest, pointer)))
    except Asleep:
        pytest.fail(f"{name} waits")


def succeeded(result: int) -> bool:
    return not -4096 < result < 0


def good(guest: Guest, row: Pointer) -> int:
    """A page of its own with the content, near its end."""
    addr = guest.mmap(PAGE) + PAGE - 512
    guest.store(addr, content_of(guest, row).ljust(1, b"\0"))
    return addr


def unmapped(guest: Guest, row: Pointer) -> int:
    return 0x600000


def read_only(guest: Guest, row: Pointer) -> int:
    return BASE


def kernel_half(guest: Guest, row: Pointer) -> int:
    return -PAGE


def beyond_user_space(guest: Guest, row: Pointer) -> int:
    return guest.mm.task_size


def no_access(guest: Guest, row: Pointer) -> int:
    return guest.mmap(PAGE, 0)


def beyond_the_file(guest: Guest, row: Pointer) -> int:
    """A mapped page that lies wholly behind the end of its file."""
    return guest.mmap(64 * PAGE, 3, 2, guest.open("/prog")) + 32 * PAGE


def crossing(guest: Guest, row: Pointer) -> int:
    """The first byte (the first word, where it must be aligned) is there, the last one in an absent page."""
    addr = guest.mmap(2 * PAGE)
    guest.ok("munmap", addr + PAGE, PAGE)
    size = size_of(guest, row)
    start = addr + PAGE - (size - 1)
    guest.store(start, content_of(guest, row)[: size - 1] or b"\0")
    return start


def swapped_out(guest: Guest, row: Pointer) -> int:
    addr = good(guest, row)
    guest.ok("madvise", addr & -PAGE, PAGE, 21)
    guest.advance(10_000_000)
    entry = guest.mm.entry(addr)
    assert entry, "the page is nowhere"
    assert not entry & 1, "the page is still mapped"
    return addr


BAD = [unmapped, kernel_half, beyond_user_space, no_access, beyond_the_file]
ROWS = [
    pytest.param(xlen, row, id=f"rv{xlen}-{number}-{row.call}-{row.what.split()[0]}")
    for number, row in enumerate(POINTERS)
    for xlen in (64, 32)
    if name_on(row.call, xlen)
]


def fresh(xlen: int) -> Guest:
    return Guest(xlen, ram=1 << 20, swap=1 << 20)


@pytest.mark.parametrize(("xlen", "row"), ROWS)
def test_bad_pointers(xlen: int, row: Pointer) -> None:
    """EFAULT for each, and the process lives."""
    kinds: list[Callable[[Guest, Pointer], int]] = list(BAD)
    if row.what.startswith("out"):
        kinds.append(read_only)
    for kind in kinds:
        guest = fresh(xlen)
        result = call(guest, row, kind(guest, row))
        assert NAMES.get(-result) == "EFAULT", f"{kind.__name__}: {NAMES.get(-result, result)}"
        guest.check()


@pytest.mark.parametrize(("xlen", "row"), [param for param in ROWS if param.values[1].call not in WITH_A_WORD])
def test_crossing_into_an_absent_page(xlen: int, row: Pointer) -> None:
    """EFAULT, or fewer bytes where a call may move fewer."""
    guest = fresh(xlen)
    result = call(guest, row, crossing(guest, row))
    if "some" in row.what:
        assert 0 < result < size_of(guest, row)
    else:
        assert NAMES.get(-result) == "EFAULT", NAMES.get(-result, result)
    guest.check()


@pytest.mark.parametrize(("xlen", "row"), ROWS)
def test_swapped_out(xlen: int, row: Pointer) -> None:
    """The page is brought back, and the call does what it does with a page that is there."""
    results: list[Any] = []
    for kind in (good, swapped_out):
        guest = fresh(xlen)
        addr = kind(guest, row)
        result = call(guest, row, addr)
        assert row.call in FATAL or succeeded(result), NAMES.get(-result)
        results.append((guest.task.comm, result if row.call not in TIMES else 0))
        guest.check()
    assert results[0] == results[1]


@pytest.mark.parametrize(("xlen", "row"), [param for param in ROWS if "out" in param.values[1].what])
def test_shared_by_fork(xlen: int, row: Pointer) -> None:
    """A write to a page that fork shares goes to a copy: the child's page stays as it was."""
    guest = fresh(xlen)
    addr = good(guest, row)
    guest.store(addr + size_of(guest, row) - 1, content_of(guest, row)[-1:] or b"\xaa")
    child = guest.fork()
    before = guest.mm.entry(addr) >> 10
    assert child.mm.entry(addr) >> 10 == before
    assert succeeded(call(guest, row, addr))
    assert child.mm.entry(addr) >> 10 == before
    assert guest.mm.entry(addr) >> 10 != before
    guest.check()


def test_every_pointer_has_a_row() -> None:
    """A call with an address among its arguments stands in the table, or in the list of those that only keep one."""
    taking = {
        entry.name
        for xlen in (64, 32)
        for entry in table.build(xlen).values()
        if "Addr" in entry.function.__annotations__.values()
    }
    covered = {name_on(row.call, xlen) for row in POINTERS for xlen in (64, 32)}
    assert taking - covered <= KEEPING
