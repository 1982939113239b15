"""A copied kernel goes on as the original would, and neither disturbs the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kernel_fake import BSS, FakeMachine, Guest

from emu.kernel import check
from emu.kernel.fs.procfs import ProcDir
from emu.kernel.snapshot import copy_kernel, digestible, freeze, thaw

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


def test_depth_is_no_limit() -> None:
    """A chain of three thousand folders, and of a thousand processes, is copied like anything else."""
    guest = Guest(64, ram=64 << 20)
    folder = guest.kernel.fs.root
    for _ in range(3000):
        folder = folder.mkdir(b"deeper", 0o755)
    for _ in range(200):
        guest.fork()
    twin = twin_of(guest)
    deep, depth = twin.kernel.fs.root, 0
    while (found := deep.lookup(b"deeper")) is not None:
        deep, depth = found, depth + 1
    assert depth == 3000
    assert len(twin.kernel.tasks) == len(guest.kernel.tasks) == 201
    check.check_all(twin.kernel)


def test_logs_are_shared() -> None:
    """The pieces of a log that two states have in common are one; each state has its own end."""
    guest = Guest(64)
    kernel = guest.kernel
    first = freeze(kernel)
    for n in range(100):
        kernel.timeline.append((n, 0, 1, "x", "ready"))
    second = freeze(kernel, first)
    kernel.timeline.append((100, 0, 1, "x", "ready"))
    third = freeze(kernel, second)
    assert third.logs["timeline"].pieces[: len(second.logs["timeline"].pieces)] == second.logs["timeline"].pieces
    lengths = [len(thaw(state, kernel).timeline) for state in (first, second, third)]
    assert lengths[1:] == [lengths[0] + 100, lengths[0] + 101]


def test_a_state_is_its_digest() -> None:
    """Digests are equal for equal states, whatever way they came about, and differ otherwise."""
    guest = Guest(64, ram=2 << 20, swap=8 << 20)
    busy(guest, 1)
    before = digestible(guest.kernel)
    again = thaw(freeze(guest.kernel), guest.kernel)  # takes the place of the old one
    assert digestible(again) == before
    again.sysctl.swappiness += 1
    assert digestible(again) != before


def paths(folder: ProcDir, path: str) -> Iterator[str]:
    """Everything in a folder of /proc or /sys, and below."""
    for name, inode in folder.entries():
        yield f"{path}/{name.decode()}"
        if isinstance(inode, ProcDir):
            yield from paths(inode, f"{path}/{name.decode()}")


@pytest.mark.parametrize("top", ["/proc", "/sys"])
def test_open_files_about_the_kernel(top: str) -> None:
    """Whatever of /proc and /sys is open when the kernel is copied can be read afterwards, and looked for."""
    guest = Guest(ram=4 << 20)
    folder = next(root for mounted, root in guest.kernel.fs.mounts if mounted == top)
    names = list(paths(folder, top))
    assert len(names) > 12
    opened = [guest.open(name, 0) for name in names]
    assert all(fd > 0 for fd in opened), names
    twin = twin_of(guest)
    assert digestible(twin.kernel) == digestible(guest.kernel)
    for name, fd in zip(names, opened, strict=True):
        assert guest.call("read", fd, BSS, 512) == twin.call("read", fd, BSS, 512), name
    assert [twin.open(name, 0) > 0 for name in names] == [True] * len(names)
