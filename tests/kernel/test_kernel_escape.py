"""A mounted folder can't be left: every way to name a host file outside it ends in the guest's own tree.

The guest's root holds /secret with the word "guest"; the host has a file `secret` with the word "host" next to the
mounted folder, and the folder is full of links to it. Whatever is opened, "host" must never be read.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz_arguments import words
from kernel_fake import Guest
from rows_common import AT, BUF

from emu.kernel.options import Mount

PATH, NOFOLLOW, DIRECTORY, RDWR, CREAT = 0o10000000, 0o400000, 0o200000, 2, 0o100


@pytest.fixture(params=[False, True], ids=["readonly", "writable"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Guest, Path]:
    """(a guest, the folder that it sees at /mnt)."""
    (tmp_path / "secret").write_text("host")
    folder = tmp_path / "folder"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "inside").write_text("inside")
    outside = tmp_path / "secret"
    for name, target in {
        "up": "../secret",
        "up2": "deep/../../secret",
        "absolute": str(outside),
        "dir": "..",
        "dirabs": str(tmp_path),
        "proc": f"/proc/self/cwd/{outside}",
        "procroot": f"/proc/self/root{outside}",
        "hop": "absolute",
        "rootlink": "/",
        "deep/er/out": "../../../secret",
    }.items():
        (folder / name).symlink_to(target)
    os.link(outside, tmp_path / "second")  # a hard link outside is no way in either
    guest = Guest(64, ram=4 << 20, mounts=(Mount(str(folder), "/mnt", request.param),))
    guest.kernel.fs.store("/secret", b"guest")
    guest.kernel.fs.store(str(outside), b"guest")
    return guest, folder


def content(guest: Guest, dirfd: int, path: str, flags: int = 0) -> bytes:
    """What a program can read there; nothing when it can't be opened."""
    fd = guest.call("openat", dirfd, guest.string(path), flags, 0o644)
    if fd < 0:
        return b""
    got = guest.call("read", fd, BUF, 64)
    guest.ok("close", fd)
    return guest.load(BUF, got) if got > 0 else b""


PATHS = words(
    """
    /mnt/../secret /mnt/deep/../../secret /mnt/up /mnt/up2 /mnt/absolute /mnt/dir/secret /mnt/dirabs/secret
    /mnt/proc /mnt/procroot /mnt/hop /mnt/rootlink/secret /mnt/rootlink/mnt/up /mnt/deep/er/out
    /mnt/deep/er/../../../secret /mnt/./.././secret /mnt//..//secret /proc/self/cwd/../secret
    /proc/self/root/../secret /proc/1/root/mnt/../secret /mnt/deep/er/../../up /../../../../secret
    /mnt/dir/dir/dir/secret
    """
)


@pytest.mark.parametrize("path", PATHS)
def test_paths_lead_nowhere_outside(host: tuple[Guest, Path], path: str) -> None:
    """The guest's file of that name, or none; from /, from inside the folder and through a descriptor."""
    guest, _ = host
    assert content(guest, AT, path) in (b"guest", b"")
    guest.ok("chdir", guest.string("/mnt/deep"))
    assert content(guest, AT, path) in (b"guest", b"")
    relative = path.removeprefix("/mnt/")
    fd = guest.open("/mnt", DIRECTORY)
    for where in (fd, AT):
        assert content(guest, where, relative) in (b"guest", b"")
        assert content(guest, where, f"../{relative}") in (b"guest", b"")
        assert content(guest, where, f"../../../../{relative}") in (b"guest", b"")


def test_absolute_host_paths_are_guest_paths(host: tuple[Guest, Path]) -> None:
    """The host's absolute path, given by a link or by the program, is looked up in the guest's tree."""
    guest, folder = host
    assert content(guest, AT, str(folder.parent / "secret")) == b"guest"
    assert content(guest, AT, "/mnt/absolute") == b"guest"
    assert content(guest, AT, "/mnt/inside") == b"inside"
    assert guest.errno("openat", AT, guest.string(str(folder / "inside")), 0, 0) == "ENOENT"


@pytest.mark.parametrize("link", ["fd", "cwd", "exe", "root", "task/1/fd", "task/1/cwd"])
def test_magic_links_lead_to_what_is_open(host: tuple[Guest, Path], link: str) -> None:
    """/proc/self/fd/N, cwd, exe and root jump to the guest's own files, also when the name behind them has changed."""
    guest, folder = host
    fd = guest.open("/mnt/deep", DIRECTORY)
    guest.ok("chdir", guest.string("/mnt/deep"))
    (folder / "deep").rename(folder / "moved")
    (folder / "deep").symlink_to("..")
    name = f"/proc/self/{link}" + (f"/{fd}" if link.endswith("fd") else "")
    for rest in ("/../secret", "/../../secret", "/../../../secret", "/er/out", "/er/../../up"):
        assert content(guest, AT, name + rest) in (b"guest", b"")


def swap_for_link(folder: Path) -> None:
    (folder / "deep").rename(folder / "old")
    (folder / "deep").symlink_to("..")


def swap_for_file(folder: Path) -> None:
    (folder / "inside").unlink()
    (folder / "inside").symlink_to("../secret")


def move_out(folder: Path) -> None:
    (folder / "deep" / "er").rename(folder.parent / "er")


@pytest.mark.parametrize("race", [swap_for_link, swap_for_file, move_out], ids=lambda race: race.__name__)
def test_races_on_the_host(host: tuple[Guest, Path], race: Callable[[Path], None]) -> None:
    """Another program of the host changes the folder between two steps of the guest: names are never followed twice."""
    guest, folder = host
    deep, inside = guest.open("/mnt/deep", DIRECTORY), guest.open("/mnt/inside", PATH)
    er = guest.open("/mnt/deep/er", DIRECTORY)
    guest.ok("chdir", guest.string("/mnt/deep/er"))
    race(folder)
    for where in (AT, deep, er):
        for path in (
            "secret",
            "../secret",
            "../../secret",
            "../../../secret",
            "er/out",
            "out",
            "../../inside",
            "../up",
        ):
            assert content(guest, where, path) in (b"guest", b"inside", b"")
    for path in (f"/proc/self/fd/{inside}", "/mnt/inside", "/mnt/deep/secret", "/mnt/deep/../secret"):
        assert content(guest, AT, path) in (b"guest", b"inside", b"")


def test_races_in_the_middle_of_a_walk(host: tuple[Guest, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same between the look at a directory and the next component in it."""
    from emu.kernel.fs.hostfs import HostDir

    guest, folder = host
    original, done = HostDir.lookup, []

    def lookup(self: HostDir, name: bytes) -> object:
        found = original(self, name)
        if name == b"deep" and not done:
            done.append(True)
            swap_for_link(folder)
        return found

    monkeypatch.setattr(HostDir, "lookup", lookup)
    assert content(guest, AT, "/mnt/deep/secret") in (b"guest", b"")
    assert done
    assert content(guest, AT, "/mnt/deep/secret") in (b"guest", b"")


def test_nothing_is_written_outside(host: tuple[Guest, Path]) -> None:
    """Creating, linking, renaming and truncating along the same paths changes nothing outside the folder."""
    guest, folder = host
    before = sorted(str(path.relative_to(folder.parent)) for path in folder.parent.iterdir())
    for path in (*PATHS, "/mnt/dir/new", "/mnt/dirabs/new", "/mnt/../new", "/mnt/deep/../../new"):
        name = guest.string(path)
        guest.call("openat", AT, name, CREAT | RDWR | 0o1000, 0o644)
        guest.call("mkdirat", AT, name, 0o755)
        guest.call("symlinkat", guest.string("x", BUF), AT, name)
        guest.call("linkat", AT, guest.string("/mnt/inside", BUF), AT, name, 0)
        guest.call("renameat2", AT, guest.string("/mnt/inside", BUF), AT, name, 0)
        guest.call("truncate", name, 0)
        guest.call("unlinkat", AT, name, 0)
        guest.call("fchmodat", AT, name, 0o777)
    guest.ok("sync")
    assert sorted(str(path.relative_to(folder.parent)) for path in folder.parent.iterdir()) == before
    assert (folder.parent / "secret").read_text() == "host"
    assert (folder.parent / "second").read_text() == "host"


def test_special_files_are_not_opened(tmp_path: Path) -> None:
    """A FIFO of the host could block the emulator, a device could do worse: they are seen but not opened."""
    folder = tmp_path / "folder"
    folder.mkdir()
    os.mkfifo(folder / "fifo")
    guest = Guest(64, mounts=(Mount(str(folder), "/mnt", True),))
    for flags in (0, 1, RDWR, 0o4000):
        assert guest.errno("openat", AT, guest.string("/mnt/fifo"), flags, 0) == "ENXIO"
    assert guest.ok("openat", AT, guest.string("/mnt/fifo"), PATH, 0) > 2


def test_names_that_mean_something_to_the_host(host: tuple[Guest, Path]) -> None:
    """Names are bytes: nothing in them is taken for a separator, a parent or an option."""
    guest, _ = host
    for name in ("..\\secret", "\\..\\secret", "%2e%2e/secret", "~", "-", "*", ".. ", "...", "\u2025", "\udcff"):
        addr = guest.string("")
        guest.store(addr, b"/mnt/" + os.fsencode(name) + b"\0")
        assert guest.errno("openat", AT, addr, 0, 0) == "ENOENT"
