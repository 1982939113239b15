"""Rows of the calls about memory: man pages of section 2, brk to shmctl."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from kernel_fake import BASE, BSS, Guest
from rows_common import BUF, KERNEL_HALF, TEXT, UNMAPPED, Row, after, data, mapped, name, user

from emu.isa.paging import PTE_W
from emu.kernel.mm.vma import VM_ACCOUNT, VM_LOCKED, VM_WRITE

PAGE = 4096
RDWR_FILE = 0o102


def tmp(guest: Guest, size: int = 3 * PAGE) -> int:
    """A file of so many bytes."""
    number = guest.open("/tmp/m", RDWR_FILE)
    guest.kernel.current.files.get(number).inode.truncate(size)
    return number


def locked(guest: Guest) -> int:
    addr = guest.mmap(2 * PAGE)
    guest.ok("mlock", addr, 2 * PAGE)
    return addr


def holes(guest: Guest) -> int:
    """Two pages, a hole of one, two pages."""
    addr = guest.mmap(5 * PAGE)
    guest.ok("munmap", addr + 2 * PAGE, PAGE)
    return addr


def limit(guest: Guest, which: int, value: int) -> None:
    guest.task.process.rlimits[which][:] = [value, value]


def data_limit(guest: Guest) -> None:
    """Room for one more page of data."""
    limit(guest, 2, (guest.mm.data_vm + 1) * PAGE)


def memlock(size: int) -> Callable[[Guest], None]:
    """RLIMIT_MEMLOCK, and a user whom it binds."""

    def prepare(guest: Guest) -> None:
        limit(guest, 8, size)
        user(guest)

    return prepare


def crowded(prot: int, room: int, *rest: int) -> Callable[[Guest], tuple[int, ...]]:
    """The third of five pages, which can't be cut out: there is room for so many areas more."""

    def prepare(guest: Guest) -> tuple[int, ...]:
        addr = guest.mmap(5 * PAGE, prot)
        guest.kernel.sysctl.max_map_count = len(guest.mm.vmas) + room
        return (addr + 2 * PAGE, *rest)

    return prepare


def refused(guest: Guest, result: int) -> bool:
    """ENOMEM, and promised is what the areas that are there say."""
    promised = sum(vma.pages for vma in guest.mm.vmas if vma.vm_flags & VM_ACCOUNT)
    return result == -12 and guest.kernel.vm.committed == guest.mm.committed == promised


def readable_locked(guest: Guest) -> int:
    addr = guest.mmap(PAGE, 1)
    guest.ok("mlock", addr, PAGE)
    return addr


def pidfd(guest: Guest) -> int:
    return guest.ok("pidfd_open", 1, 0)


def others(guest: Guest) -> int:
    """A pidfd of root's process for a user without privileges."""
    fd = pidfd(guest)
    guest.become(guest.fork())
    user(guest)
    return fd


def mine(guest: Guest, start: int = 0) -> int:
    """An iovec of one range: two pages."""
    pack = struct.Struct("<QQ" if guest.xlen == 64 else "<II").pack
    guest.store(BUF, pack(start or guest.mmap(2 * PAGE), 2 * PAGE))
    return BUF


def written(guest: Guest) -> int:
    """A file of two dirty pages."""
    fd = guest.open("/tmp/c", RDWR_FILE)
    guest.ok("write", fd, guest.mmap(2 * PAGE), 2 * PAGE)
    return fd


def span(guest: Guest, start: int = 0, length: int = 0) -> int:
    """struct cachestat_range."""
    guest.store(BUF, struct.pack("<QQ", start, length))
    return BUF


def statistics(cached: int, dirty: int) -> Callable[[Guest, int], bool]:
    """cachestat's answer."""
    return lambda guest, result: result == 0 and guest.load(BUF + 16, 40) == struct.pack("<5Q", cached, dirty, 0, 0, 0)


def nothing_came(guest: Guest, result: int) -> bool:
    """ENOMEM, and no page was touched."""
    behind = [vma for vma in guest.mm.vmas if vma.pages == 2]  # see holes
    return result == -12 and bool(behind) and not any(guest.mm.entry(vma.vm_start) for vma in behind)


def writable_locked(guest: Guest, result: int) -> bool:
    """Locked memory has pages that may be written without a fault."""
    areas = [vma for vma in guest.mm.vmas if vma.vm_flags & VM_LOCKED]
    return result == 0 and bool(areas) and all(guest.mm.entry(vma.vm_start) & PTE_W for vma in areas)


def promised_is_writable(guest: Guest, result: int) -> bool:
    """No area counts for Committed_AS that can't be written."""
    return result == 0 and all(vma.vm_flags & VM_WRITE for vma in guest.mm.vmas if vma.vm_flags & VM_ACCOUNT)


def segment(guest: Guest, size: int = 2 * PAGE) -> int:
    return guest.ok("shmget", 0, size, 0o1600)


def attached(guest: Guest) -> int:
    return guest.ok("shmat", segment(guest), 0, 0) & guest.kernel.xlen_mask


def keyed(mode: int, size: int = PAGE) -> Callable[[Guest], None]:
    """Root's segment with key 7; then a user comes."""

    def prepare(guest: Guest) -> None:
        guest.ok("shmget", 7, size, 0o1000 | mode)
        user(guest)

    return prepare


def without_first_page(guest: Guest) -> tuple[int]:
    """(the address of an attachment whose first page is gone)."""
    addr = attached(guest)
    guest.ok("munmap", addr, PAGE)
    return (addr,)


def removed(guest: Guest) -> int:
    number = segment(guest)
    guest.ok("shmctl", number, 0, 0)
    return number


def memory_begins(g, at: int) -> None:
    """vm.mmap_min_addr."""
    g.kernel.sysctl.mmap_min_addr = at


def both_sides(size: int, pid: int = 1, count: int = 1, flags: int = 0, remote: int = 0, short: int = 0) -> Any:
    """Arguments of process_vm_*v: one piece on each side; the other side's begins `short` bytes before a hole."""

    def make(g: Guest) -> tuple[int, ...]:
        mine, theirs = g.mmap(4 * PAGE), remote or g.mmap(4 * PAGE)
        if short:
            g.ok("munmap", theirs + 2 * PAGE, 2 * PAGE)
            theirs += 2 * PAGE - short
        form = "<QQ" if g.xlen == 64 else "<II"
        g.store(BUF, struct.pack(form, mine, size) + struct.pack(form, theirs, size))
        return pid, BUF, count, BUF + struct.calcsize(form), 1, flags

    return make


ROWS: list[Row] = [
    # brk: never an error, the old end instead
    ("brk", lambda g: (g.mm.start_brk + 5000,), lambda g, r: r == g.mm.start_brk + 5000),
    ("brk", (1,), lambda g, r: r == g.mm.start_brk),
    ("brk", (-1,), lambda g, r: r == g.mm.start_brk),
    ("brk", after(lambda g: limit(g, 2, 0), args=lambda g: (g.mm.start_brk + PAGE,)), lambda g, r: r == g.mm.start_brk),
    (
        "brk",
        after(lambda g: g.mmap(PAGE, flags=0x32, addr=g.mm.start_brk + PAGE), args=lambda g: (g.mm.brk + 9999,)),
        lambda g, r: r == g.mm.start_brk,
    ),
    # mmap
    ("mmap", (0, 1, 3, 0x22, -1, 0), "ok"),
    ("mmap", (0, PAGE, 3, 0x21, -1, 0), "ok"),
    ("mmap", (BSS + 1, PAGE, 3, 0x22, -1, 0), "ok"),  # a hint may be anything
    ("mmap", lambda g: (0, PAGE, 1, 2, g.open("/prog"), 0), "ok"),
    ("mmap", lambda g: (0, PAGE, 3, 2, g.open("/prog"), 0), "ok"),
    ("mmap", lambda g: (0, PAGE, 3, 1, tmp(g), 0), "ok"),
    (
        "mmap",
        lambda g: (0, PAGE, 3, 1, g.open("/dev/zero", 2), 0),
        lambda g, r: g.load(r & g.kernel.xlen_mask, 8) == bytes(8),
    ),
    (
        "mmap",
        lambda g: (0, PAGE, 3, 2, g.open("/dev/zero"), 0),
        lambda g, r: g.load(r & g.kernel.xlen_mask, 8) == bytes(8),
    ),
    ("mmap", lambda g: (0, PAGE, 3, 1, g.open("/dev/zero"), 0), "EACCES"),
    ("mmap", lambda g: (0, PAGE, 1, 2, g.open("/dev/null"), 0), "ENODEV"),
    ("mmap", (0, PAGE, 3, 0x24, -1, 0), "EINVAL"),  # no kind of sharing
    ("mmap", (0, PAGE, 3, 0x23, -1, 0), "EINVAL"),  # MAP_SHARED_VALIDATE is for files
    ("mmap", lambda g: (0, PAGE, 3, 3, tmp(g), 0), "ok"),
    ("mmap", lambda g: (0, PAGE, 3, 0x80003, tmp(g), 0), "EOPNOTSUPP"),  # MAP_SYNC
    (
        "mmap",
        lambda g: (0, PAGE, 1, 2, g.open("/prog"), 1 if g.xlen == 64 else 0),
        lambda g, r: r == -22 or g.xlen == 32,
    ),
    ("mmap", (0, 0, 3, 0x22, -1, 0), "EINVAL"),
    ("mmap", (0, -1, 3, 0x22, -1, 0), "ENOMEM"),
    ("mmap", (0, PAGE, 3, 0x2, -1, 0), "EBADF"),
    ("mmap", lambda g: (0, PAGE, 1, 2, g.open("/tmp", 0), 0), "ENODEV"),
    ("mmap", lambda g: (0, PAGE, 1, 2, g.open("/prog", 0o10000000), 0), "EBADF"),  # O_PATH
    ("mmap", after(lambda g: limit(g, 9, 0), args=(0, PAGE, 3, 0x22, -1, 0)), "ENOMEM"),  # RLIMIT_AS
    ("mmap", after(lambda g: limit(g, 2, 0), args=(0, PAGE, 3, 0x22, -1, 0)), "ENOMEM"),  # RLIMIT_DATA
    ("mmap", after(memlock(PAGE), args=(0, 2 * PAGE, 3, 0x2022, -1, 0)), "EAGAIN"),  # MAP_LOCKED
    ("mmap", after(memlock(0), args=(0, PAGE, 3, 0x2022, -1, 0)), "EPERM"),
    ("mmap", (0, PAGE, 3, 0x40022, -1, 0), "ENOMEM"),  # no huge pages were set aside
    (
        "mmap",
        lambda g: (0, 2 * PAGE, 1, 1, tmp(g), (1 << 64) - PAGE if g.xlen == 64 else (1 << 32) - 1),
        lambda g, r: r == -75 or g.xlen == 32,
    ),
    ("mmap", after(lambda g: setattr(g.kernel.sysctl, "max_map_count", 5), args=(0, PAGE, 3, 0x22, -1, 0)), "ENOMEM"),
    ("mmap", after(lambda g: memory_begins(g, PAGE), args=(PAGE, PAGE, 3, 0x32, -1, 0)), PAGE),
    ("mmap", after(lambda g: memory_begins(g, PAGE + 1), args=(PAGE, PAGE, 3, 0x32, -1, 0)), "EPERM"),
    # munmap
    ("munmap", mapped(8192), 0),
    ("munmap", mapped(1), 0),
    ("munmap", lambda g: (holes(g), 5 * PAGE), 0),
    ("munmap", mapped(0), "EINVAL"),
    ("munmap", (KERNEL_HALF, PAGE), "EINVAL"),
    # mprotect
    ("mprotect", mapped(8192, 1), 0),
    ("mprotect", mapped(8192, 8 | 1), 0),  # PROT_SEM
    ("mprotect", lambda g: (holes(g), 5 * PAGE, 1), "ENOMEM"),
    ("mprotect", mapped(PAGE, 0x3000000 | 1), "EINVAL"),  # grows down and up
    ("mprotect", mapped(PAGE, 0x1000001), "EINVAL"),  # PROT_GROWSDOWN of what doesn't grow
    ("mprotect", mapped(PAGE, 0x2000001), "EINVAL"),  # PROT_GROWSUP: nothing does
    ("mprotect", lambda g: (g.mmap(PAGE, 1, 1, g.open("/prog")), PAGE, 3), "EACCES"),
    ("mprotect", after(data_limit, args=lambda g: (g.mmap(2 * PAGE, 1), 2 * PAGE, 3)), "ENOMEM"),  # RLIMIT_DATA
    ("mprotect", mapped(PAGE, 1), promised_is_writable),  # nobody has touched it
    ("mprotect", lambda g: (readable_locked(g), PAGE, 3), writable_locked),
    *[("mprotect", crowded(old, room, PAGE, 3 - old), refused) for old in (1, 3) for room in (0, 1)],
    # mremap
    *[("mremap", crowded(3, room, PAGE, 2 * PAGE, 1), refused) for room in (0, 1)],
    ("mremap", lambda g: (g.mmap(2 * PAGE), 2 * PAGE, PAGE, 0, 0), "ok"),
    ("mremap", lambda g: (g.mmap(2 * PAGE), 2 * PAGE, 4 * PAGE, 1, 0), "ok"),
    ("mremap", lambda g: (g.mmap(PAGE), PAGE, 2 * PAGE, 3, g.mmap(4 * PAGE)), "ok"),
    ("mremap", lambda g: (g.mmap(PAGE) + 1, PAGE, PAGE, 0, 0), "EINVAL"),
    ("mremap", lambda g: (g.mmap(PAGE), PAGE, 0, 0, 0), "EINVAL"),
    ("mremap", lambda g: (g.mmap(PAGE), PAGE, PAGE, 8, 0), "EINVAL"),
    ("mremap", lambda g: (g.mmap(PAGE), PAGE, 2 * PAGE, 2, 0x10000000), "EINVAL"),  # fixed without maymove
    ("mremap", lambda g: (g.mmap(PAGE), PAGE, 2 * PAGE, 3, 0x10000001), "EINVAL"),
    ("mremap", lambda g: (g.mmap(2 * PAGE), 2 * PAGE, 2 * PAGE, 3, g.mm.vmas[-1].vm_start), "ok"),
    ("mremap", lambda g: (a := g.mmap(4 * PAGE), 2 * PAGE, 2 * PAGE, 3, a + PAGE), "EINVAL"),  # overlapping
    ("mremap", (UNMAPPED, PAGE, 2 * PAGE, 1, 0), "EFAULT"),
    ("mremap", (UNMAPPED, 2 * PAGE, PAGE, 0, 0), "EFAULT"),
    ("mremap", lambda g: (holes(g), 5 * PAGE, 6 * PAGE, 1, 0), "EFAULT"),
    ("mremap", lambda g: (holes(g), 2 * PAGE, 4 * PAGE, 0, 0), "ENOMEM"),  # no room and may not move
    ("mremap", lambda g: (g.mmap(PAGE), PAGE, -PAGE, 1, 0), "EINVAL"),
    ("mremap", lambda g: (g.mmap(PAGE), -PAGE, PAGE, 1, 0), "EINVAL"),
    ("mremap", after(memlock(2 * PAGE), args=lambda g: (locked(g), 2 * PAGE, 4 * PAGE, 1, 0)), "EAGAIN"),
    ("mremap", lambda g: (g.mmap(PAGE), 0, PAGE, 1, 0), "EINVAL"),  # a second view of private memory
    ("mremap", lambda g: (g.mmap(PAGE, flags=0x21), 0, PAGE, 0, 0), "ENOMEM"),
    ("mremap", lambda g: (g.mmap(PAGE), PAGE, PAGE, 4, 0), "EINVAL"),  # MREMAP_DONTUNMAP without MAYMOVE
    ("mremap", lambda g: (g.mmap(PAGE), PAGE, 2 * PAGE, 5, 0), "EINVAL"),
    ("mremap", (UNMAPPED, PAGE, PAGE, 5, 0), "EFAULT"),
    ("remap_file_pages", lambda g: (g.mmap(2 * PAGE, 3, 1, tmp(g)), PAGE, 0, 1, 0), 0),
    ("remap_file_pages", lambda g: (g.mmap(2 * PAGE, 3, 1, tmp(g)), PAGE, 1, 1, 0), "EINVAL"),
    ("remap_file_pages", mapped(PAGE, 0, 1, 0), "EINVAL"),
    # madvise
    *[("madvise", mapped(8192, advice), 0) for advice in (0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 20, 21)],
    ("madvise", mapped(8192, 12), 0),  # KSM is there but merges nothing
    *[("madvise", mapped(8192, advice), 0) for advice in (13, 18, 19, 22, 23, 24)],
    *[("madvise", (UNMAPPED, PAGE, advice), "ENOMEM") for advice in (12, 13, 16, 17, 18, 19, 22, 23, 24)],
    *[("madvise", lambda g, to=advice: (g.mmap(PAGE, flags=0x21), PAGE, to), "EINVAL") for advice in (8, 18)],
    ("madvise", lambda g: (g.mmap(PAGE, 0), PAGE, 22), "EINVAL"),  # MADV_POPULATE without the right
    ("madvise", lambda g: (g.mmap(PAGE, 1), PAGE, 23), "EINVAL"),
    ("madvise", lambda g: (g.mmap(PAGE, 2), PAGE, 22), "EINVAL"),  # though the hardware would read it
    ("madvise", lambda g: (g.mmap(5 * PAGE, 3, 1, tmp(g)) + 4 * PAGE, PAGE, 22), "EFAULT"),  # beyond the file
    ("madvise", lambda g: (locked(g), PAGE, 24), 0),  # MADV_DONTNEED_LOCKED
    ("madvise", lambda g: (locked(g), PAGE, 9), "EINVAL"),
    ("madvise", lambda g: (g.mmap(PAGE, 1, 1, g.open("/prog")), PAGE, 9), "EACCES"),  # MADV_REMOVE of a file to read
    ("madvise", lambda g: (g.mmap(PAGE, 1, 1, tmp(g)), PAGE, 9), 0),  # the file's mode counts, not the pages' rights
    ("madvise", lambda g: (holes(g) + 2 * PAGE, 2 * PAGE, 23), nothing_came),  # MADV_POPULATE ends at a hole
    ("madvise", lambda g: (g.mmap(PAGE, 3, 2, tmp(g)), PAGE, 9), "EACCES"),
    ("madvise", lambda g: (g.mmap(PAGE, 3, 1, tmp(g)), PAGE, 9), 0),
    ("madvise", mapped(8192, 99), "EINVAL"),
    ("process_madvise", lambda g: (pidfd(g), mine(g), 1, 20, 0), 2 * PAGE),  # MADV_COLD
    ("process_madvise", lambda g: (pidfd(g), mine(g), 1, 4, 0), "EINVAL"),  # MADV_DONTNEED would do harm
    ("process_madvise", lambda g: (pidfd(g), mine(g), 1, 20, 1), "EINVAL"),
    ("process_madvise", lambda g: (pidfd(g), mine(g), 1025, 20, 0), "EINVAL"),
    ("process_madvise", lambda g: (99, mine(g), 1, 20, 0), "EBADF"),
    ("process_madvise", lambda g: (g.open("/prog"), mine(g), 1, 20, 0), "EBADF"),
    ("process_madvise", lambda g: (pidfd(g), UNMAPPED, 1, 20, 0), "EFAULT"),
    ("process_madvise", lambda g: (pidfd(g), mine(g, UNMAPPED), 1, 20, 0), "ENOMEM"),
    ("process_madvise", lambda g: (others(g), mine(g), 1, 20, 0), "EPERM"),
    ("cachestat", lambda g: (written(g), span(g), BUF + 16, 0), statistics(2, 2)),
    ("cachestat", lambda g: (written(g), span(g, PAGE, 1), BUF + 16, 0), statistics(1, 1)),
    ("cachestat", lambda g: (written(g), span(g), BUF + 16, 1), "EINVAL"),
    ("cachestat", lambda g: (99, BUF, BUF + 16, 0), "EBADF"),
    ("cachestat", lambda g: (written(g), UNMAPPED, BUF, 0), "EFAULT"),
    ("cachestat", lambda g: (written(g), span(g), UNMAPPED, 0), "EFAULT"),
    ("madvise", mapped(0, 99), "EINVAL"),
    ("madvise", mapped(0, 4), 0),
    ("madvise", lambda g: (g.mmap(PAGE) + 1, PAGE, 4), "EINVAL"),
    ("madvise", mapped(-PAGE, 4), "EINVAL"),
    ("madvise", (UNMAPPED, PAGE, 4), "ENOMEM"),
    ("madvise", lambda g: (holes(g), 5 * PAGE, 4), "ENOMEM"),
    ("madvise", lambda g: (locked(g), PAGE, 4), "EINVAL"),
    ("madvise", lambda g: (locked(g), PAGE, 8), "EINVAL"),
    ("madvise", lambda g: (locked(g), PAGE, 21), "EINVAL"),
    ("madvise", lambda g: (g.mmap(PAGE, 3, 1, tmp(g)), PAGE, 8), "EINVAL"),  # MADV_FREE of a file
    ("madvise", mapped(PAGE, 9), "EINVAL"),  # MADV_REMOVE of private memory
    ("madvise", lambda g: (g.mmap(PAGE, flags=0x21), PAGE, 9), 0),
    # msync
    ("msync", lambda g: (g.mmap(PAGE, 3, 1, tmp(g)), PAGE, 4), 0),
    ("msync", lambda g: (g.mmap(PAGE, 3, 1, tmp(g)), PAGE, 1), 0),
    ("msync", mapped(PAGE, 5), "EINVAL"),
    ("msync", mapped(PAGE, 8), "EINVAL"),
    ("msync", lambda g: (g.mmap(PAGE) + 1, PAGE, 4), "EINVAL"),
    ("msync", lambda g: (locked(g), PAGE, 2), "EBUSY"),
    ("msync", (UNMAPPED, PAGE, 4), "ENOMEM"),
    # mincore
    ("mincore", lambda g: (g.mmap(PAGE), PAGE, BUF), 0),
    ("mincore", lambda g: (g.mmap(PAGE), PAGE, UNMAPPED), "EFAULT"),
    ("mincore", lambda g: (g.mmap(PAGE), PAGE, TEXT), "EFAULT"),
    ("mincore", lambda g: (g.mmap(PAGE) + 1, PAGE, BUF), "EINVAL"),
    ("mincore", lambda g: (holes(g), 5 * PAGE, BUF), "ENOMEM"),
    ("mincore", (KERNEL_HALF, PAGE, BUF), "ENOMEM"),
    ("mincore", mapped(-PAGE, BUF), "ENOMEM"),
    # mlock and its kin
    ("mlock", mapped(8192), 0),
    ("mlock", (UNMAPPED, PAGE), "ENOMEM"),
    ("mlock", lambda g: (holes(g) + 2 * PAGE, 2 * PAGE), lambda g, r: r == -12 and not g.mm.locked_vm),
    ("mlock", lambda g: (holes(g), 5 * PAGE), "ENOMEM"),
    ("mlock", mapped(-PAGE), "EINVAL"),
    ("mlock", mapped(-1), 0),  # rounded up, it wraps around to nothing
    ("mlock", lambda g: (g.mmap(5 * PAGE, 1, 1, tmp(g)), 5 * PAGE), "ENOMEM"),  # beyond the file
    ("mlock2", lambda g: (g.mmap(5 * PAGE, 1, 1, tmp(g)), 5 * PAGE, 1), 0),
    ("mlock", after(memlock(PAGE), args=mapped(2 * PAGE)), "ENOMEM"),
    ("mlock", lambda g: (g.mmap(PAGE, 0), PAGE), "ENOMEM"),  # nothing can be made of PROT_NONE
    ("mlock2", mapped(8192, 0), 0),
    ("mlock2", mapped(8192, 1), 0),
    ("mlock2", mapped(8192, 2), "EINVAL"),
    ("munlock", lambda g: (locked(g), 2 * PAGE), lambda g, r: r == 0 and g.mm.locked_vm == 0),
    ("munlock", (UNMAPPED, PAGE), "ENOMEM"),
    ("munlock", mapped(-PAGE), "EINVAL"),
    ("mlockall", (1,), lambda g, r: r == 0 and g.mm.locked_vm > 0),
    ("mlockall", (2,), lambda g, r: r == 0 and g.mm.locked_vm == 0),
    ("mlockall", (0,), "EINVAL"),
    ("mlockall", (4,), "EINVAL"),
    ("mlockall", (8,), "EINVAL"),
    ("mlockall", after(memlock(PAGE), args=(1,)), "ENOMEM"),
    ("mlockall", after(memlock(0), args=(1,)), "EPERM"),
    ("mlock", after(memlock(0), args=mapped(PAGE)), "EPERM"),
    ("mlock", after(lambda g: limit(g, 8, 0), args=mapped(2 * PAGE)), 0),  # no limit for root: CAP_IPC_LOCK
    ("munlockall", after(locked), lambda g, r: r == 0 and g.mm.locked_vm == 0),
    # membarrier
    ("membarrier", (0, 0, 0), "ok"),
    ("membarrier", (1, 0, 0), 0),
    ("membarrier", (1, 1, 0), "EINVAL"),
    ("membarrier", (-1, 0, 0), "EINVAL"),
    ("membarrier", (8, 0, 0), "EPERM"),
    ("membarrier", after(("membarrier", 16, 0, 0), args=(8, 0, 0)), 0),
    ("membarrier", (1 << 20, 0, 0), "EINVAL"),
    ("membarrier", (3, 0, 0), "EINVAL"),
    # System V shared memory
    ("shmget", (0, PAGE, 0o1600), "ok"),
    ("shmget", (7, 0, 0o1600), "EINVAL"),
    ("shmget", (7, PAGE, 0o600), "ENOENT"),
    ("shmget", after(("shmget", 7, PAGE, 0o1600), args=(7, PAGE, 0o3600)), "EEXIST"),
    ("shmget", after(("shmget", 7, PAGE, 0o1600), args=(7, 2 * PAGE, 0o600)), "EINVAL"),
    ("shmget", after(("shmget", 7, PAGE, 0o1600), args=(7, 0, 0o600)), "ok"),
    ("shmget", (7, 1 << 40, 0o1600), lambda g, r: r in (-22, -12)),
    ("shmat", lambda g: (segment(g), 0, 0), "ok"),
    ("shmat", lambda g: (segment(g), 0, 0o10000), "ok"),
    ("shmat", lambda g: (segment(g), 0x20001000, 0), lambda g, r: r == 0x20001000),
    ("shmat", lambda g: (segment(g), 0x20001234, 0), "EINVAL"),
    ("shmat", lambda g: (segment(g), 0x20001234, 0o20000), lambda g, r: r == 0x20001000),
    ("shmat", lambda g: (segment(g), BASE, 0), "EINVAL"),  # something is there
    ("shmat", lambda g: (segment(g), 0, 0o40000), "EINVAL"),  # SHM_REMAP needs an address
    ("shmat", (99, 0, 0), "EINVAL"),
    ("shmat", (-1, 0, 0), "EINVAL"),
    ("shmat", lambda g: (removed(g), 0, 0), "EINVAL"),
    ("shmdt", lambda g: (attached(g),), 0),
    ("shmdt", lambda g: (attached(g) + PAGE,), "EINVAL"),
    ("shmdt", mapped(), "EINVAL"),
    ("shmdt", (UNMAPPED,), "EINVAL"),
    ("shmctl", lambda g: (segment(g), 2, BUF), 0),
    ("shmctl", lambda g: (segment(g), 0, 0), 0),
    ("shmctl", lambda g: (segment(g), 1, BUF), 0),
    ("shmctl", lambda g: (segment(g), 99, BUF), "EINVAL"),
    ("shmctl", lambda g: (segment(g), 2, UNMAPPED), "EFAULT"),
    ("shmctl", lambda g: (segment(g), 1, UNMAPPED), "EFAULT"),
    ("shmctl", (99, 2, BUF), "EINVAL"),
    ("shmctl", after(segment, ("setresuid", 1000, 1000, 1000), args=(0, 0, 0)), "EPERM"),
    ("shmget", after(keyed(0o600), args=(7, PAGE, 0o600)), "EACCES"),
    ("shmget", after(keyed(0o600), args=(7, PAGE, 0)), 0),
    ("shmat", after(keyed(0o600), args=(0, 0, 0)), "EACCES"),
    ("shmat", after(keyed(0o644), args=(0, 0, 0)), "EACCES"),
    ("shmat", after(keyed(0o644), args=(0, 0, 0o10000)), "ok"),
    ("shmat", after(keyed(0o644), args=(0, 0, 0o110000)), "EACCES"),  # SHM_EXEC
    ("shmctl", after(keyed(0o600), args=(0, 2, BUF)), "EACCES"),
    ("shmctl", after(keyed(0o644), args=(0, 2, BUF)), 0),
    *[("shmctl", after(keyed(0o666), args=(0, command, BUF)), "EPERM") for command in (0, 1, 11, 12)],
    (
        "shmctl",
        lambda g: (segment(g), 11, 0),
        lambda g, r: r == 0 and g.kernel.shm_ids.find(0).file.inode.mapping.unevictable,
    ),
    ("shmctl", after(segment, ("shmctl", 0, 11, 0), args=(0, 12, 0)), 0),  # SHM_UNLOCK
    ("shmctl", after(memlock(PAGE), args=lambda g: (segment(g), 11, 0)), "ENOMEM"),
    ("shmctl", after(memlock(0), args=lambda g: (segment(g), 11, 0)), "EPERM"),
    ("shmctl", after(user, segment, args=(0, 2, BUF)), lambda g, r: g.word_at(BUF + 4, 4) == 1000),  # its uid
    ("shmdt", without_first_page, 0),
    ("shmdt", lambda g: (without_first_page(g)[0] + PAGE,), "EINVAL"),
    # memfd
    ("memfd_create", name("x", 0), "ok"),
    ("memfd_create", name("x", 1), lambda g, r: r in g.task.files.cloexec),
    ("memfd_create", name("x" * 249, 0), "ok"),
    ("memfd_create", name("x" * 250, 0), "EINVAL"),
    ("memfd_create", name("x", 0x8000), "EINVAL"),
    ("memfd_create", name("x", 0x18), "EINVAL"),  # MFD_EXEC and MFD_NOEXEC_SEAL
    # process_vm_readv, process_vm_writev
    ("process_vm_readv", both_sides(PAGE), PAGE),
    ("process_vm_writev", both_sides(PAGE), PAGE),
    ("process_vm_readv", both_sides(PAGE, flags=1), "EINVAL"),
    ("process_vm_readv", both_sides(PAGE, pid=4000), "ESRCH"),
    ("process_vm_readv", after(others, args=both_sides(PAGE, pid=1)), "EPERM"),
    ("process_vm_readv", both_sides(PAGE, count=1025), "EINVAL"),
    ("process_vm_readv", both_sides(PAGE, remote=UNMAPPED), "EFAULT"),
    ("process_vm_writev", both_sides(PAGE, remote=TEXT), "EFAULT"),
    ("process_vm_readv", both_sides(2 * PAGE, short=PAGE - 96), PAGE - 96),  # what came before the bad address
    ("process_vm_readv", (1, UNMAPPED, 1, BUF, 1, 0), "EFAULT"),
    ("process_vm_writev", (1, BUF, 1, UNMAPPED, 1, 0), "EFAULT"),
    ("process_vm_readv", both_sides(0), 0),
    ("memfd_create", (UNMAPPED, 0), "EFAULT"),
    ("memfd_create", after(lambda g: limit(g, 7, 3), args=name("x", 0)), "EMFILE"),
    # caches of code
    ("riscv_flush_icache", (BASE, BASE + 8, 0), 0),
    ("riscv_flush_icache", (BASE, BASE + 8, 1), 0),
    ("riscv_flush_icache", (BASE, BASE + 8, 2), "EINVAL"),
    ("riscv_hwprobe", data("qQ", 4, 0, rest=(1, 0, 0, 0)), lambda g, r: r == 0 and g.word_at(BUF + 8) > 0),
    ("riscv_hwprobe", data("qQ", 99, 5, rest=(1, 0, 0, 0)), lambda g, r: g.load(BUF, 16) == struct.pack("<qQ", -1, 0)),
    ("riscv_hwprobe", (UNMAPPED, 1, 0, 0, 0), "EFAULT"),
    ("riscv_hwprobe", (BUF, 1, 0, 0, 8), "EINVAL"),
]
