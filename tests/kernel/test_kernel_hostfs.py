"""Mounted host folders: what is inside can be used, what is outside can't be reached."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kernel_fake import BSS, Dead, Guest

from emu.errors import EmuError
from emu.kernel import Mount

AT, BUF = -100, BSS + 0x800


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file, a folder and links; beside it a secret."""
    (tmp_path / "secret").write_text("secret")
    inside = tmp_path / "inside"
    (inside / "dir").mkdir(parents=True)
    (inside / "file").write_text("hello host")
    (inside / "up").symlink_to("../secret")
    (inside / "abs").symlink_to(tmp_path / "secret")
    (inside / "good").symlink_to("file")
    (inside / "updir").symlink_to("..")
    os.mkfifo(inside / "fifo")
    return inside


def mounted(folder: Path, writable: bool = False, xlen: int = 64) -> Guest:
    return Guest(xlen, mounts=(Mount(str(folder), "/mnt", writable),))


def text(guest: Guest, path: str) -> bytes:
    fd = guest.open(path)
    count = guest.ok("read", fd, BUF, 1000)
    return guest.load(BUF, count) if count else b""


@pytest.mark.parametrize("xlen", [64, 32])
def test_read(folder: Path, xlen: int) -> None:
    """Files are read through the page cache, links inside are followed."""
    guest = mounted(folder, xlen=xlen)
    assert text(guest, "/mnt/file") == b"hello host"
    assert text(guest, "/mnt/good") == b"hello host"
    assert text(guest, "/mnt/dir/../file") == b"hello host"
    assert text(guest, "/mnt/dir/../../prog")[:4] == b"\x7fELF"
    guest.check()


@pytest.mark.parametrize(
    "path",
    ["/mnt/../secret", "/mnt/up", "/mnt/abs", "/mnt/updir/secret", "/mnt/../../../../etc/passwd", "/etc/passwd"],
)
def test_nothing_outside(folder: Path, path: str) -> None:
    """Dots, relative and absolute links lead through the guest's tree, where the secret isn't."""
    guest = mounted(folder, True)
    assert guest.errno("openat", AT, guest.string(path), 0, 0) in ("ENOENT", "ENOTDIR")


def test_read_only(folder: Path) -> None:
    """Without :rw nothing can be changed."""
    guest = mounted(folder)
    s = guest.string
    assert guest.errno("openat", AT, s("/mnt/file"), 1, 0) == "EROFS"
    assert guest.errno("openat", AT, s("/mnt/new"), 0o101, 0o644) == "EROFS"
    assert guest.errno("mkdirat", AT, s("/mnt/new"), 0o755) == "EROFS"
    assert guest.errno("unlinkat", AT, s("/mnt/file"), 0) == "EROFS"
    assert guest.errno("faccessat", AT, s("/mnt/file"), 2, 0) == "EROFS"
    assert sorted(p.name for p in folder.iterdir()) == ["abs", "dir", "fifo", "file", "good", "up", "updir"]


def test_write(folder: Path) -> None:
    """With :rw files, folders, links and names change; data reaches the host at fsync."""
    guest = mounted(folder, True)
    s = guest.string
    fd = guest.open("/mnt/dir/new", 0o102)
    guest.store(BUF, b"written")
    guest.ok("write", fd, BUF, 7)
    guest.ok("fsync", fd)
    assert (folder / "dir" / "new").read_bytes() == b"written"
    guest.ok("renameat2", AT, s("/mnt/dir/new"), AT, s("/mnt/moved", BSS + 64), 0)
    guest.ok("mkdirat", AT, s("/mnt/d2"), 0o755)
    guest.ok("unlinkat", AT, s("/mnt/file"), 0)
    guest.ok("symlinkat", s("moved"), AT, s("/mnt/l", BSS + 64))
    assert text(guest, "/mnt/l") == b"written"
    assert (folder / "moved").read_bytes() == b"written"
    assert not (folder / "file").exists()


def test_data_reaches_the_host_when_the_run_ends(folder: Path) -> None:
    """Without fsync too: what is still in the page cache when process 1 exits is written."""
    guest = mounted(folder, True)
    fd = guest.open("/mnt/late", 0o102)
    guest.store(BUF, b"written")
    guest.ok("write", fd, BUF, 7)
    with pytest.raises(Dead):
        guest.call("exit_group", 0)
    assert (folder / "late").read_bytes() == b"written"


def test_replaced_directory_stays_inside(folder: Path) -> None:
    """A directory swapped for a link while it is the current directory doesn't lead out."""
    guest = mounted(folder, True)
    s = guest.string
    guest.ok("chdir", s("/mnt/dir"))
    guest.ok("renameat2", AT, s("/mnt/dir"), AT, s("/mnt/old", BSS + 64), 0)
    guest.ok("symlinkat", s(".."), AT, s("/mnt/dir", BSS + 64))
    assert guest.errno("openat", AT, s("secret"), 0, 0) == "ENOENT"
    guest.kernel.fs.lookup(guest.kernel.fs.root, b"/mnt").sb.close()
    assert guest.errno("openat", AT, s("secret"), 0, 0) == "ENOENT"


def test_special_files_cannot_be_opened(folder: Path) -> None:
    """A FIFO of the host can be seen, but opening it doesn't block: ENXIO."""
    guest = mounted(folder)
    assert guest.errno("openat", AT, guest.string("/mnt/fifo"), 0, 0) == "ENXIO"


def test_many_files(folder: Path) -> None:
    """More files than the descriptors that are kept open."""
    for n in range(300):
        (folder / f"f{n}").write_text(str(n))
    guest = mounted(folder)
    for n in range(300):
        assert text(guest, f"/mnt/f{n}") == str(n).encode()
        guest.ok("close", 3)
    assert text(guest, "/mnt/f0") == b"0"


def test_bad_mounts(tmp_path: Path) -> None:
    """A missing host folder or a strange guest path is one line for the host user."""
    with pytest.raises(EmuError, match="can't mount"):
        mounted(tmp_path / "missing")
    with pytest.raises(EmuError, match="can't mount"):
        Guest(mounts=(Mount(str(tmp_path), "relative"),))
    with pytest.raises(EmuError, match="can't mount"):
        Guest(mounts=(Mount(str(tmp_path), "/"),))
