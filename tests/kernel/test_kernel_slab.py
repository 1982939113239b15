"""The kernel's objects in slabs: where each is counted, that each goes, and what the shrinkers take."""

from __future__ import annotations

import pytest
from kernel_fake import BSS, Dead, Guest

PAGE = 4096
AT = -100
O_CREAT = 0o100
BUF = BSS + 0x800
SIGCHLD = 17
THREAD = 0x50F00  # VM FS FILES SIGHAND THREAD SYSVSEM
OF_PROCESS = "task_struct pid signal_cache sighand_cache files_cache fs_cache mm_struct"


def active(guest: Guest, names: str) -> dict[str, int]:
    """Objects of some caches."""
    return {name: guest.kernel.slab.caches[name].active for name in names.split()}


def change(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def echo(guest: Guest, path: str, text: bytes) -> None:
    fd = guest.open(path, 1)
    guest.store(BUF, text)
    assert guest.ok("write", fd, BUF, len(text)) == len(text)
    guest.ok("close", fd)


def make_files(guest: Guest, count: int, folder: str = "") -> None:
    for n in range(count):
        guest.ok("close", guest.open(f"{folder}/f{n}", O_CREAT | 1, 0o644))


@pytest.mark.parametrize(
    ("flags", "shared"),
    [
        (SIGCHLD, ""),
        (0x400 | SIGCHLD, "files_cache"),
        (0x200 | SIGCHLD, "fs_cache"),
        (0x100 | SIGCHLD, "mm_struct"),
        (0x900 | SIGCHLD, "mm_struct sighand_cache"),
        (THREAD, "signal_cache sighand_cache files_cache fs_cache mm_struct"),
    ],
)
def test_what_a_task_is_made_of(guest64: Guest, flags: int, shared: str) -> None:
    """A clone takes a place for all that it does not share, and its end gives them back."""
    guest, before = guest64, active(guest64, OF_PROCESS)
    parent = guest.task
    child = guest.fork(flags)
    taken = {name: 1 for name in OF_PROCESS.split() if name not in shared.split()}
    assert change(before, active(guest, OF_PROCESS)) == taken
    guest.become(child)
    with pytest.raises(Dead):
        guest.call("exit", 0)
    if flags != THREAD:
        zombie = {name: 1 for name in ("task_struct", "pid", "signal_cache", "sighand_cache") if name in taken}
        assert change(before, active(guest, OF_PROCESS)) == zombie
        guest.become(parent)
        assert guest.ok("wait4", child.pid, 0, 0, 0) == child.pid
    assert change(before, active(guest, OF_PROCESS)) == {}
    guest.check()


def test_anon_vma(guest64: Guest) -> None:
    """The first write makes one, a fork shares it, it goes with the last area."""
    guest, before = guest64, active(guest64, "anon_vma vm_area_struct")
    addr = guest.mmap(PAGE, 1)
    guest.load(addr, 1)
    assert change(before, active(guest, "anon_vma")) == {}
    guest.ok("mprotect", addr, PAGE, 3)
    guest.store(addr, b"x")
    assert active(guest, "anon_vma")["anon_vma"] <= before["anon_vma"] + 1
    guest.ok("munmap", addr, PAGE)
    assert change(before, active(guest, "anon_vma vm_area_struct")) == {}
    guest.check()


@pytest.mark.parametrize(
    ("call", "cache"),
    [
        ("pipe2", "inode_cache"),
        ("socketpair", "sock_inode_cache"),
        ("eventfd2", ""),
        ("memfd_create", "shmem_inode_cache"),
        ("/proc/meminfo", "proc_inode_cache"),
    ],
)
def test_inodes_without_a_name(guest64: Guest, call: str, cache: str) -> None:
    """Each kind has its cache; an eventfd has no inode of its own. With the last descriptor they go."""
    guest = guest64
    caches = "inode_cache sock_inode_cache shmem_inode_cache proc_inode_cache filp"
    before = active(guest, caches)
    arguments = {"pipe2": (BUF, 0), "socketpair": (1, 1, 0, BUF), "eventfd2": (0, 0)}
    if call.startswith("/"):
        fds = [guest.open(call)]
    elif call == "memfd_create":
        fds = [guest.ok(call, guest.string("m"), 0)]
    else:
        first = guest.ok(call, *arguments[call])
        fds = [3, 4] if first == 0 else [first]
    sockets = 2 if call == "socketpair" else 1
    assert change(before, active(guest, caches)) == {"filp": len(fds)} | ({cache: sockets} if cache else {})
    guest.check()
    for fd in fds:
        guest.ok("close", fd)
    assert change(before, active(guest, caches)) == {}


def test_drop_caches(guest64: Guest) -> None:
    """1 leaves names and inodes alone; 2 frees those that nobody uses, but not an inode with pages in the cache."""
    guest, caches = guest64, "dentry diskfs_inode_cache"
    guest.ok("mkdirat", AT, guest.string("/d"), 0o755)
    before = active(guest, caches)
    make_files(guest, 40, "/d")
    fd = guest.open("/d/f0", 2)
    other = guest.open("/d/f1", 2)
    guest.ok("write", other, BUF, 10)
    guest.ok("close", other)
    assert change(before, active(guest, caches)) == {"dentry": 40, "diskfs_inode_cache": 40}
    echo(guest, "/proc/sys/vm/drop_caches", b"1")
    assert change(before, active(guest, caches)) == {"dentry": 40, "diskfs_inode_cache": 40}
    echo(guest, "/proc/sys/vm/drop_caches", b"2")
    left = active(guest, caches)
    assert left["dentry"] < before["dentry"] + 2  # f0 is open; of the names from before some went too
    assert (guest.kernel.fs.root.children[b"d"], b"f0") in guest.kernel.dcache.names
    assert guest.kernel.fs.root.children[b"d"].children[b"f1"].slab
    assert not guest.kernel.fs.root.children[b"d"].children[b"f2"].slab
    guest.check()
    guest.ok("close", fd)
    assert guest.ok("faccessat", AT, guest.string("/d/f7"), 0) == 0
    assert guest.kernel.fs.root.children[b"d"].children[b"f7"].slab
    guest.check()


def test_removed_names_go_at_once(guest64: Guest) -> None:
    """unlink and rename: what is open lives on without a name; its inode goes with the last descriptor."""
    guest, caches = guest64, "dentry diskfs_inode_cache"
    before = active(guest, caches)
    fd = guest.open("/gone", O_CREAT | 2, 0o644)
    guest.ok("unlinkat", AT, guest.string("/gone"), 0)
    assert change(before, active(guest, caches)) == {"diskfs_inode_cache": 1}
    guest.ok("close", fd)
    assert change(before, active(guest, caches)) == {}
    make_files(guest, 2)
    guest.ok("renameat2", AT, guest.string("/f0"), AT, guest.string("/f1", BUF), 0)
    assert change(before, active(guest, caches)) == {"dentry": 1, "diskfs_inode_cache": 1}
    guest.check()


def test_names_of_tmpfs_stay(guest64: Guest) -> None:
    """They exist nowhere else."""
    guest = guest64
    make_files(guest, 3, "/dev/shm")
    before = active(guest, "shmem_inode_cache")
    echo(guest, "/proc/sys/vm/drop_caches", b"2")
    assert active(guest, "shmem_inode_cache") == before
    guest.check()


@pytest.mark.parametrize("pressure", [0, 100, 1000])
def test_reclaim_shrinks_names_by_pressure(pressure: int) -> None:
    """With vfs_cache_pressure 0 names are never reclaimed, with more of it sooner."""
    guest = Guest(ram=4 << 20, sysctl={"vm.vfs_cache_pressure": pressure}, swap=8 << 20)
    guest.ok("mkdirat", AT, guest.string("/d"), 0o755)
    make_files(guest, 1000, "/d")
    kernel = guest.kernel
    before = kernel.slab.caches["dentry"].active
    assert before >= 1000
    addr = guest.mmap(1200 * PAGE)
    for n in range(1200):
        guest.store(addr + n * PAGE, b"x")
    after = kernel.slab.caches["dentry"].active
    assert (after == before) if not pressure else (after < before)
    assert (kernel.vm.slabs_scanned > 0) == (pressure > 0)
    guest.check()


def test_meminfo_and_vmstat_tell(guest64: Guest) -> None:
    """SReclaimable are the slabs of names and inodes, SUnreclaim the others."""
    guest = guest64
    make_files(guest, 100)
    fd = guest.open("/proc/meminfo")
    size = guest.ok("read", fd, BUF, 1700)
    lines = [line.split() for line in guest.load(BUF, size).decode().splitlines()]
    rows = {words[0].rstrip(":"): int(words[1]) for words in lines if len(words) > 1}
    slab = guest.kernel.slab
    assert rows["Slab"] == 4 * slab.nr_pages == rows["SReclaimable"] + rows["SUnreclaim"]
    assert rows["SReclaimable"] == 4 * slab.nr_reclaimable == rows["KReclaimable"] > 0
