"""A copied kernel goes on as the original would, and neither disturbs the other."""

from __future__ import annotations

import pytest
from kernel_fake import BSS, FakeMachine, Guest

from emu.kernel import check
from emu.kernel.snapshot import copy_kernel

PAGE = 4096


def twin_of(guest: Guest) -> Guest:
    """A guest on a machine of its own in the same state."""
    old = guest.machine
    new = FakeMachine(len(old.ram), old.xlen, len(old.harts))
    new.ram[:] = old.ram
    for mine, its in zip(new.harts, old.harts, strict=True):
        for name in ("pc", "cause", "tval", "cycle", "instret", "fcsr", "online", "space"):
            setattr(mine, name, getattr(its, name))
        mine.x[:], mine.f[:] = its.x, its.f
    other = object.__new__(Guest)
    other.__dict__.update(guest.__dict__)
    other.machine, other.kernel = new, copy_kernel(guest.kernel, new)
    other.task = other.kernel.tasks[guest.task.pid]
    return other


def busy(guest: Guest, rounds: int) -> list[int]:
    """A bit of everything; what it saw."""
    seen = []
    for n in range(rounds):
        addr = guest.mmap(40 * PAGE)
        for page in range(40):
            guest.store(addr + page * PAGE, bytes([n, page]))
        child = guest.fork()
        guest.store(addr, b"parent")
        seen += [addr, child.pid, guest.kernel.pages.nr_free_pages, guest.kernel.vm.minor, guest.hart.cycle]
        seen.append(guest.open(f"/tmp/f{n}", 0o102))
        guest.ok("write", seen[-1], addr, 3 * PAGE)
        guest.ok("getrandom", BSS, 8, 0)
        seen.append(guest.word_at(BSS))
    return seen


@pytest.mark.parametrize("xlen", [64, 32])
def test_copy_and_original_agree(xlen: int) -> None:
    """From the same state the same steps lead to the same results, cycle for cycle."""
    guest = Guest(xlen, ram=2 << 20, swap=8 << 20, aslr=True)
    busy(guest, 3)
    twin = twin_of(guest)
    check.check_all(twin.kernel)
    assert busy(twin, 3) == busy(guest, 3)
    check.check_all(twin.kernel)
    check.check_all(guest.kernel)


def test_copy_is_apart() -> None:
    """What the original does later doesn't show in the copy."""
    guest = Guest(ram=2 << 20, swap=4 << 20)
    addr = guest.mmap(PAGE)
    guest.store(addr, b"before")
    twin = twin_of(guest)
    guest.store(addr, b"after!")
    guest.ok("munmap", addr, PAGE)
    assert twin.load(addr, 6) == b"before"
    assert twin.kernel.machine is twin.machine
    check.check_all(twin.kernel)
