"""execve, from a file of any kind and in a vfork (execve(2), vfork(2))."""

from __future__ import annotations

import pytest
from kernel_fake import BSS, DATA, Asleep, Guest, make_elf
from kernel_tasks import args, store_program

PAGE = 4096


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
