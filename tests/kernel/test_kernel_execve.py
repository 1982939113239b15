"""execve, from a file of any kind and in a vfork (execve(2), vfork(2))."""

from __future__ import annotations

import itertools
import struct

import pytest
from kernel_fake import BASE, BSS, DATA, Asleep, Guest, make_elf
from kernel_tasks import args, store_program

from emu.errors import EmuError

PAGE = 4096
AT_UID, AT_EUID, AT_GID, AT_EGID, AT_SECURE = 11, 12, 13, 14, 23


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


@pytest.mark.parametrize(("mode", "dumpable"), [(0o755, 1), (0o711, 0)])
def test_dumpable(guest: Guest, mode: int, dumpable: int) -> None:
    """PR_SET_DUMPABLE: 0 in a program that its caller may not read."""
    store_program(guest, "other", make_elf(guest.xlen), mode)
    guest.ok("setresuid", 1000, 1000, 1000)
    guest.call("execve", guest.string("/other"), args(guest, "other"), 0)
    assert guest.ok("prctl", 3, 0, 0, 0, 0) == dumpable


@pytest.mark.parametrize(
    ("mode", "renounced", "rights"),
    [
        (0o755, False, (1000, 1000, 1000, 1000, 0)),
        (0o4755, False, (1000, 7, 1000, 1000, 1)),
        (0o2755, False, (1000, 1000, 1000, 8, 1)),
        (0o2745, False, (1000, 1000, 1000, 1000, 0)),  # S_ISGID where the group may not execute is no such bit
        (0o6755, False, (1000, 7, 1000, 8, 1)),
        (0o6755, True, (1000, 1000, 1000, 1000, 0)),
    ],
)
def test_set_user_id(guest: Guest, mode: int, renounced: bool, rights: tuple[int, ...]) -> None:
    """S_ISUID and S_ISGID lend the owner's and group's rights, and the auxiliary vector says so."""
    store_program(guest, "lent", make_elf(guest.xlen), mode)
    guest.ok("fchownat", -100, guest.string("/lent"), 7, 8, 0)
    guest.ok("fchmodat", -100, guest.string("/lent"), mode)
    guest.ok("setresgid", 1000, 1000, 1000)
    guest.ok("setresuid", 1000, 1000, 1000)
    if renounced:
        guest.ok("prctl", 38, 1, 0, 0, 0)
    guest.call("execve", guest.string("/lent"), args(guest, "lent"), 0)
    words = struct.unpack(f"<{len(guest.mm.auxv) // guest.word}{'QI'[guest.xlen == 32]}", guest.mm.auxv)
    vector = dict(zip(words[::2], words[1::2], strict=True))
    assert tuple(vector[kind] for kind in (AT_UID, AT_EUID, AT_GID, AT_EGID, AT_SECURE)) == rights
    assert (guest.task.suid, guest.task.fsuid) == (rights[1], rights[1])
    assert (guest.task.sgid, guest.task.fsgid) == (rights[3], rights[3])
    assert guest.ok("prctl", 3, 0, 0, 0, 0) == (not rights[4])


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


def script(guest: Guest, name: str, line: str) -> None:
    store_program(guest, name, line.encode())


def strings_at(guest: Guest, sp: int) -> list[bytes]:
    """The arguments that a new program finds."""
    count = guest.word_at(sp, guest.word)
    at = [guest.word_at(sp + (1 + n) * guest.word, guest.word) for n in range(count)]
    return [bytes(itertools.takewhile(bool, (guest.load(address + n, 1)[0] for n in range(64)))) for address in at]


SCRIPTS = [
    ("#!/prog\nexit 1\n", [b"/prog"]),
    ("#! \t/prog  -a  b \t\n", [b"/prog", b"-a  b"]),
    ("#!/prog -x", [b"/prog", b"-x"]),
    ("#!prog\n", [b"prog"]),
    ("#!/prog\0ignored\n", [b"/prog"]),
    ("#!/prog " + "x" * 300, [b"/prog", b"x" * 63]),
    ("#!/inner -2\n", [b"/prog", b"-1", b"/inner", b"-2"]),
]


@pytest.mark.parametrize(("line", "before"), SCRIPTS, ids=[line[:12] for line, _ in SCRIPTS])
def test_script(guest: Guest, line: str, before: list[bytes]) -> None:
    """The interpreter gets its argument as one word, the script's name and the script's own arguments (execve(2))."""
    script(guest, "inner", "#!/prog -1\n")
    script(guest, "script", line)
    guest.call("execve", guest.string("script"), args(guest, "lost", "arg"), 0)
    found = strings_at(guest, guest.hart.x[2] & guest.kernel.xlen_mask)
    assert [word[:63] for word in found] == [*before, b"script", b"arg"]
    assert guest.task.comm == "script"
    assert guest.mm.exe_file.path == "/prog"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("#!\n", "ENOEXEC"),
        ("#!" + " " * 300, "ENOEXEC"),
        ("#!/" + "x" * 300, "ENOEXEC"),
        ("#!", "EACCES"),
        ("#!/missing\n", "ENOENT"),
        ("#!/tmp\n", "EACCES"),
        ("#!/script\n", "ELOOP"),
    ],
)
def test_script_errors(guest: Guest, line: str, error: str) -> None:
    """A script without an interpreter leaves the old program running, and no file open."""
    script(guest, "script", line)
    before = guest.kernel.nr_files
    assert guest.errno("execve", guest.string("/script"), args(guest, "x"), 0) == error
    assert guest.kernel.nr_files == before


def test_exec_by_links_and_descriptors(guest: Guest) -> None:
    """A program's path is the one behind symbolic links; a script opened before is handed over as a descriptor."""
    guest.ok("symlinkat", guest.string("/prog"), -100, guest.string("/link", BSS + 64))
    guest.call("execve", guest.string("/link"), args(guest, "x"), 0)
    assert (guest.task.comm, guest.mm.exe_file.path) == ("link", "/prog")
    script(guest, "script", "#!/proc/self/exe\n")
    fd = guest.open("/script")
    guest.call("execveat", fd, guest.string(""), args(guest, "x"), 0, 0x1000)
    words = strings_at(guest, guest.hart.x[2] & guest.kernel.xlen_mask)
    assert words == [b"/proc/self/exe", b"/dev/fd/%d" % fd]
    assert (guest.task.comm, guest.mm.exe_file.path) == ("script", "/prog")


def auxv(guest: Guest) -> dict[int, int]:
    """The auxiliary vector of a program that has just begun, with an empty environment."""
    sp = guest.hart.x[2] & guest.kernel.xlen_mask
    at = sp + (1 + len(strings_at(guest, sp)) + 1 + 1) * guest.word
    vector = {}
    while key := guest.word_at(at, guest.word):
        vector[key] = guest.word_at(at + guest.word, guest.word)
        at += 2 * guest.word
    return vector


@pytest.mark.parametrize("pie", [False, True])
def test_dynamic_program(guest: Guest, pie: bool) -> None:
    """The interpreter is mapped apart from the program and runs first; AT_BASE and AT_ENTRY say where both are."""
    store_program(guest, "ld.so", make_elf(guest.xlen, pie=True))
    store_program(guest, "dynamic", make_elf(guest.xlen, data=b"OTHER", pie=pie, interp=b"/ld.so\0"))
    guest.call("execve", guest.string("/dynamic"), args(guest, "x"), 0)
    vector = auxv(guest)
    base, entry = vector[7], vector[9]
    assert guest.hart.pc & guest.kernel.xlen_mask == base + 0x200
    assert base % PAGE == 0
    assert (entry == BASE + 0x200) == (not pie)
    assert guest.mm.vma_at(base).vm_file.path == "/ld.so"
    assert guest.mm.vma_at(entry).vm_file.path == guest.mm.exe_file.path == "/dynamic"
    assert guest.load(entry - 0x200 - BASE + DATA, 5) == b"OTHER"
    assert guest.load(base - BASE + DATA, 4) == b"DATA"
    assert guest.mm.start_brk < base


@pytest.mark.parametrize(
    ("interp", "error"), [(b"/missing\0", "ENOENT"), (b"/tmp\0", "EACCES"), (b"/text\0", "ELIBBAD"), (b"x", "ENOEXEC")]
)
def test_dynamic_program_errors(guest: Guest, interp: bytes, error: str) -> None:
    """A program without its interpreter leaves the old one running, and no file open."""
    store_program(guest, "text", b"hello")
    store_program(guest, "dynamic", make_elf(guest.xlen, interp=interp))
    before = guest.kernel.nr_files
    assert guest.errno("execve", guest.string("/dynamic"), args(guest, "x"), 0) == error
    assert guest.kernel.nr_files == before


def test_interpreter_that_is_not_there(guest: Guest) -> None:
    """For the first program it is the host's user who hears what is missing, and how to hand it over."""
    for data, hint in (
        (make_elf(guest.xlen, interp=b"/lib/ld.so\0"), "/lib hands it over, or link the program with -static"),
        (b"#!/usr/bin/env sh\n", "/usr/bin hands it over"),
    ):
        with pytest.raises(EmuError, match="interpreter") as found:
            guest.kernel.spawn(data, "/prog", ["prog"])
        assert found.value.hint == f"--mount FOLDER:{hint}"
