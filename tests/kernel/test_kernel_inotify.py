"""inotify: who watches hears what happens, in order (inotify(7))."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BSS, Guest
from rows_common import AT, BUF

from emu.kernel.fs import fsnotify, inotify

NAMES = {value: name for name, value in vars(fsnotify).items() if name.startswith("IN_") and isinstance(value, int)}
ISDIR = fsnotify.IN_ISDIR


def watch(guest: Guest, path: str, mask: int = fsnotify.IN_ALL_EVENTS) -> int:
    """An instance that watches a path, without waiting."""
    fd = guest.ok("inotify_init1", 0o4000)
    assert guest.ok("inotify_add_watch", fd, guest.string(path), mask) == 1
    return fd


def events(guest: Guest, fd: int) -> list[tuple[str, str]]:
    """(what, name) of all that waits."""
    found, memory = [], guest.mmap(1 << 16)
    while (count := guest.call("read", fd, memory, 1 << 16)) > 0:
        data = guest.load(memory, count)
        while data:
            _, mask, _, length = struct.unpack_from("<iIII", data)
            what = NAMES[mask & ~ISDIR] + (" dir" if mask & ISDIR else "")
            found.append((what.removeprefix("IN_"), data[16 : 16 + length].rstrip(b"\0").decode()))
            data = data[16 + length :]
    return found


def test_life_of_a_file(guest: Guest) -> None:
    """Its directory hears of each step by name."""
    fd = watch(guest, "/tmp")
    file = guest.open("/tmp/a", 0o102)
    guest.ok("write", file, BUF, 5)
    guest.ok("pread64", file, BUF, 5, 0, 0)
    guest.ok("fchmod", file, 0o600)
    guest.ok("close", file)
    guest.ok("unlinkat", AT, guest.string("/tmp/a"), 0)
    assert events(guest, fd) == [
        (what, "a") for what in ("CREATE", "OPEN", "MODIFY", "ACCESS", "ATTRIB", "CLOSE_WRITE", "DELETE")
    ]


def test_names_move(guest: Guest) -> None:
    """Both directories hear of a name that moves, and what moves hears it, too."""
    for name in ("/tmp/d", "/tmp/e", "/tmp/d/x"):
        guest.ok("mkdirat", AT, guest.string(name), 0o755)
    first, second, self = (watch(guest, path) for path in ("/tmp/d", "/tmp/e", "/tmp/d/x"))
    guest.ok("renameat2", AT, guest.string("/tmp/d/x"), AT, guest.string("/tmp/e/y", BSS + 0x400), 0)
    assert events(guest, first) == [("MOVED_FROM dir", "x")]
    assert events(guest, second) == [("MOVED_TO dir", "y")]
    assert events(guest, self) == [("MOVE_SELF", "")]


def test_a_watch_ends_with_its_file(guest: Guest) -> None:
    """When the last name and the last descriptor are gone."""
    file = guest.open("/tmp/a", 0o102)
    fd = watch(guest, "/tmp/a", fsnotify.IN_DELETE_SELF | fsnotify.IN_ATTRIB)
    guest.ok("unlinkat", AT, guest.string("/tmp/a"), 0)
    assert events(guest, fd) == [("ATTRIB", "")]
    guest.ok("close", file)
    assert events(guest, fd) == [("DELETE_SELF", ""), ("IGNORED", "")]
    assert not guest.kernel.fsnotify.watches


def test_once(guest: Guest) -> None:
    """IN_ONESHOT: one event, then none."""
    fd = watch(guest, "/tmp", fsnotify.IN_CREATE | fsnotify.IN_ONESHOT)
    for name in ("/tmp/a", "/tmp/b"):
        guest.open(name, 0o102)
    assert events(guest, fd) == [("CREATE", "a"), ("IGNORED", "")]


@pytest.mark.parametrize("room", [4])
def test_a_full_queue_says_so(guest: Guest, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """What has no room is lost, and that is told once."""
    monkeypatch.setattr(inotify, "MAX_QUEUED", room)
    fd = watch(guest, "/tmp", fsnotify.IN_CREATE)
    for n in range(9):
        guest.open(f"/tmp/{n}", 0o102)
    assert [what for what, _ in events(guest, fd)] == ["CREATE"] * room + ["Q_OVERFLOW"]
