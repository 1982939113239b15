"""Arguments for random system calls: what the parameter's name asks for most of the time, anything at all else."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any

ARENA = 0x40000000  # memory of every fuzzed process: see fuzz_world.make_arena
STRINGS, STRUCTS, READ_ONLY, NO_ACCESS, HOLE, BEYOND_FILE, SHARED = (
    ARENA + n for n in (0, 0x8000, 0x10000, 0x11000, 0x12000, 0x15000, 0x18000)
)
EDGE = HOLE - 0x10000 + 0x4000  # the last page before an absent one starts at EDGE - 4096
ARENA_SIZE = 0x20000
HUGE, HUGE_SIZE = 0x50000000, 0x800000  # room for a huge page of either width
SIZES = (0, 1, 7, 8, 16, 64, 100, 4095, 4096, 4097, 8192, 65536, 1 << 20, 1 << 31, 1 << 32, 1 << 47, 1 << 63)
NEGATIVE = (-1, -2, -100, -4095, -4096, -(1 << 31), -(1 << 32), -(1 << 47), -(1 << 63))
Make = Callable[[random.Random, Any], int]


def words(text: str) -> list[str]:
    """A list without the quotes."""
    return text.split()


PATHS = 4 * [
    "/tmp/a",
    "/tmp/b",
    "/tmp/c",
    "/tmp/d",
    "/tmp/d/e",
    "/dev/shm/a",
    "/dev/shm/b",
    "/mnt/new",
    "/mnt/newer",
] + words(
    """
        / . .. /tmp /tmp/a /tmp/b /tmp/d /tmp/d/e /tmp/link /tmp/fifo a b ../.. /prog /prog/ /dev/null /dev/zero
        /dev/full /dev/random /dev/tty /dev/stdin /dev/shm /dev/shm/a /dev/shm/b /dev/fd/1 /dev/fd/5 /proc /proc/self
        /proc/self/maps /proc/self/smaps /proc/self/status /proc/self/stat /proc/self/exe /proc/self/cwd
        /proc/self/root /proc/self/fd /proc/self/fd/0 /proc/self/fd/6 /proc/self/fd/7 /proc/self/pagemap
        /proc/self/oom_score_adj /proc/self/environ /proc/self/task /proc/2/exe /proc/2/fd/1 /proc/2/cwd /proc/3/maps
        /proc/meminfo /proc/zoneinfo /proc/buddyinfo /proc/slabinfo /proc/vmstat /proc/stat /proc/sys/vm/swappiness
        /proc/sys/vm/drop_caches /proc/sys/vm/overcommit_memory /proc/sys/vm/nr_hugepages /proc/sys/vm/min_free_kbytes
        /proc/sys/kernel/pid_max /proc/sys/vm/page-cluster /proc/sys/vm/panic_on_oom /mnt /mnt/file /mnt/new /mnt/dir
        /mnt/dir/x /mnt/escape /mnt/absolute /mnt/../tmp /mnt/loop /mnt/dangling /proc/thread-self
        /proc/self/task/1/fd /proc/mounts /proc/swaps /proc/interrupts
        """
)
QUEUES = (b"a", b"b", b"c", b"", b"a/b")
SIGNALS = (0, 1, 2, 9, 10, 11, 13, 14, 17, 18, 19, 20, 32, 63, 64, 65)
MMAP_FLAGS = (0x22, 0x22, 0x21, 0x32, 0x2, 0x1, 0x12, 0x100022, 0x4022, 0x8022, 0x2022, 0x40022, 0x122, 0x3, 0x11)
CLONE_FLAGS = (17, 17, 17, 0, 0x4111, 0x111, 0x3D0F00, 0x10F00, 0x911, 0x8011, 0x1200011, 0x600, 0x20000, 0x1000, 0x100)
OPEN_FLAGS = (0, 0, 2, 0o102, 0o101, 0o302, 0o1002, 0o2102, 0o4000, 0o4001, 0o200000, 0o400000, 0o10000000, 0o20200002)
IOCTLS = (0x5401, 0x5402, 0x540F, 0x5410, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)


def any_bits(rng: random.Random, world: Any) -> int:
    return rng.getrandbits(rng.choice((1, 2, 4, 8, 12, 16, 24, 31, 32, 33, 48, 63, 64)))


def small(rng: random.Random, world: Any) -> int:
    return rng.randrange(-2, 12)


def size(rng: random.Random, world: Any) -> int:
    if not world.hostile:
        return rng.choice((*SIZES[1:12], 4096, 8192, 3 << 12, rng.randrange(300)))
    return rng.choice((*SIZES[:12], *SIZES, -1, rng.randrange(9000)))


def address(rng: random.Random, world: Any) -> int:
    """A pointer of each kind: good, read-only, no access, absent, crossing, past a file's end, kernel half, odd."""
    if not world.hostile:
        at = rng.choice(
            (
                STRUCTS,
                STRUCTS,
                STRUCTS + 4096,
                STRUCTS + 0x4000,
                SHARED,
                SHARED + 4096,
                ARENA + 0x1A000,
                HUGE,
                HUGE + 0x400000,
            )
        )
        return at + 64 * rng.randrange(48)
    return rng.choice(
        (
            STRUCTS + 64 * rng.randrange(64),
            STRUCTS + rng.randrange(0x7000),
            SHARED + 8 * rng.randrange(512),
            SHARED + rng.randrange(0x4000) & -4096,
            READ_ONLY + rng.randrange(4096),
            NO_ACCESS,
            HOLE + rng.randrange(-9, 4096),
            EDGE - rng.randrange(1, 64),
            BEYOND_FILE + rng.choice((0, 4096)),
            ARENA + (rng.randrange(ARENA_SIZE) & -4096),
            0x10000 + rng.randrange(0x6000),
            world.mm.start_stack - rng.randrange(1 << 15),
            world.mm.vdso + rng.randrange(8),
            world.mm.task_size - rng.randrange(-4, 5000),
            rng.choice((0, 0, 1, 8, 4096, *NEGATIVE)),
            world.mapped(rng),
        )
    )


def page_address(rng: random.Random, world: Any) -> int:
    if not world.hostile:
        return ARENA + (rng.randrange(ARENA_SIZE) & -4096) if rng.random() < 0.8 else world.mapped(rng) & -4096
    return address(rng, world) & -4096 if rng.random() < 0.8 else address(rng, world)


def descriptor(rng: random.Random, world: Any) -> int:
    opened = list(world.task.files.open)
    if opened and not world.hostile:
        return rng.choice((*opened, -100)) if rng.random() < 0.3 else rng.choice(opened[-6:])
    return rng.choice((*(opened[-12:] or [0]), rng.randrange(14), -100 if rng.random() < 0.3 else 3, -1, 99, 1 << 31))


def path(rng: random.Random, world: Any) -> int:
    """The address of a path that was just written, or any address."""
    if world.hostile and rng.random() < 0.2:
        return address(rng, world)
    name = rng.choice(PATHS).encode()
    if world.hostile and rng.random() < 0.3:
        name = rng.choice(
            (b"", b"x" * 255, b"x" * 256, b"a/" * 2047, name + b"/", name + b"/..", rng.randbytes(20), b"/" * 99)
        )
    return world.string(name)


def pid(rng: random.Random, world: Any) -> int:
    if not world.hostile:
        return rng.choice((0, 0, world.task.pid, *list(world.kernel.tasks)[-6:]))
    return rng.choice((0, 0, *list(world.kernel.tasks)[-6:], -1, -2, 99, 1 << 30, -(1 << 31)))


def one_of(*values: int) -> Make:
    return lambda rng, world: rng.choice(values)


def bits(most: int) -> Make:
    """Flags: none at all, one, or any."""
    return lambda rng, world: rng.choice((0, 0, 0, 1 << rng.randrange(most), rng.getrandbits(most)))


# parameter, or call.parameter -> what makes it
MAKERS: dict[str, Make] = {
    **dict.fromkeys(words("fd dirfd olddir newdir"), descriptor),
    **dict.fromkeys(
        words(
            """
        path sys_linkat.old sys_renameat2.old sys_renameat2.new sys_linkat.new target name
        """
        ),
        path,
    ),
    **dict.fromkeys(
        words(
            """
            sys_munmap.addr sys_mprotect.addr sys_mremap.addr new_addr sys_madvise.addr sys_msync.addr
            sys_mincore.addr sys_mmap.addr sys_mmap2.addr sys_mlock.addr sys_mlock2.addr sys_munlock.addr
            sys_shmat.addr
            """
        ),
        page_address,
    ),
    **dict.fromkeys(words("count length size sys_mremap.old sys_mremap.new offset pos"), size),
    **dict.fromkeys(words("pid tid tgid who sys_waitid.number pgid"), pid),
    **dict.fromkeys(words("uid gid ruid euid suid rgid egid sgid"), one_of(0, 0, 0, 1000, -1)),
    **dict.fromkeys(words("sys_shmat.number sys_shmctl.number"), small),
    **dict.fromkeys(words("Addr.ruid Addr.euid Addr.suid Addr.rgid Addr.egid Addr.sgid"), address),
    **dict.fromkeys(words("argv envp"), lambda rng, world: 0 if rng.random() < 0.5 else world.strings_array()),
    "whence": one_of(0, 1, 2, 3, 4, 5),
    "sys_shmdt.addr": lambda rng, world: world.attached(rng),
    "prot": one_of(0, 1, 3, 3, 3, 5, 7, 2, 0x1000003),
    "sys_mmap.flags": one_of(*MMAP_FLAGS),
    "sys_mmap2.flags": one_of(*MMAP_FLAGS),
    "sys_mremap.flags": one_of(0, 1, 1, 3, 2, 4),
    "sys_clone.flags": one_of(*CLONE_FLAGS),
    "sys_openat.flags": one_of(*OPEN_FLAGS),
    "sys_brk.addr": lambda rng, world: world.mm.start_brk + rng.randrange(-5000, 200_000),
    "advice": one_of(0, 1, 2, 3, 4, 4, 8, 9, 10, 11, 14, 15, 20, 21, 21),
    "sys_ioctl.command": one_of(*IOCTLS),
    "sys_fcntl.command": one_of(0, 1, 2, 3, 4, 5, 8, 9, 1030, 1031, 1032),
    "sys_shmctl.command": one_of(0, 0x100, 1, 2, 3, 13, 14),
    "sys_shmget.flags": one_of(0o1600, 0o600, 0o3600),
    "sys_futex.op": one_of(0, 128, 1, 129, 3, 4, 5, 6, 7, 8, 9, 10, 13, 134, 265, 256),
    "mode": bits(12),
    "flags": bits(13),
    "options": bits(4),
    **dict.fromkeys(
        words(
            """
            sys_rt_sigaction.size sys_rt_sigprocmask.size sys_ppoll.size sys_rt_sigsuspend.size
            sys_rt_sigtimedwait.size sys_rt_sigpending.size
            """
        ),
        one_of(8),
    ),
    "sys_set_robust_list.length": one_of(24, 12),
    "sys_clone3.size": one_of(64, 88),
    **dict.fromkeys(words("sys_statfs64.size sys_fstatfs64.size"), one_of(84, 88)),
    "sys_readv.count": one_of(0, 1, 2, 8, 16, 1024, 1025, -1),
    "sys_writev.count": one_of(0, 1, 2, 8, 16, 1024, 1025, -1),
    "sys_preadv.count": one_of(0, 1, 2, 8),
    "sys_pwritev.count": one_of(0, 1, 2, 8),
    "sys_inotify_add_watch.mask": one_of(0xFFF, 0xFFF, 0x700, 0x80000FFF, 0x2FFF, 0),
    "sys_prctl.number": one_of(1, 2, 3, 4, 7, 8, 15, 16, 21, 23, 29, 30, 36, 37, 38, 39, 99),
    **dict.fromkeys(words("sys_msgget.flags sys_semget.flags"), one_of(0o1600, 0o1666, 0o600, 0o3600)),
    **dict.fromkeys(words("sys_msgget.key sys_semget.key"), one_of(0, 0, 1, 2)),
    "sys_semget.count": one_of(1, 2, 9, 0, -1, 32000),
    **dict.fromkeys(words("sys_semop.count sys_semtimedop.count"), one_of(1, 1, 2, 3, 500, 501)),
    "sys_semctl.command": one_of(0, 1, 2, 3, *range(11, 21), 0x10C),
    "sys_semctl.arg": lambda rng, world: rng.choice((address(rng, world), small(rng, world))),
    "sys_msgctl.command": one_of(0, 1, 2, 3, 11, 12, 13),
    "sys_msgrcv.flags": one_of(0, 0o4000, 0o14000, 0o24000, 0o44000),
    **dict.fromkeys(words("sys_mq_open.name sys_mq_unlink.name"), lambda rng, world: world.string(rng.choice(QUEUES))),
    "sys_mq_open.flags": one_of(0o102, 0o102, 2, 0, 0o4102, 0o302, 3),
    **dict.fromkeys(words("sys_mq_timedsend.prio"), one_of(0, 1, 2, 32767, 32768)),
    "sys_unshare.flags": one_of(0, 0x200, 0x400, 0x600, 0x10000, 0x20000),
    "sys_setitimer.which": one_of(0, 1, 2, 3),
    "sys_getitimer.which": one_of(0, 1, 2, 3),
    "high": one_of(0, 0, 0, -1, 1),
    "sys_mknodat.mode": one_of(0o100644, 0o010644, 0o644, 0o020644, 0o040755),
    "sys_wait4.pid": one_of(-1, 0, -1, 5),
    "sys_wait4.options": one_of(1, 0, 3),
    "clock": one_of(0, 1, 2, 3, 7, 11, -6, -2, -14),
    "sys_ppoll.count": one_of(0, 1, 3, 1024, 5000),
    "sys_pselect6.count": one_of(0, 1, 8, 64, 1024, -1),
    "iov": lambda rng, world: STRUCTS + 64 * rng.randrange(64),
    **dict.fromkeys(
        words(
            """
            sys_kill.number sys_tkill.number sys_tgkill.number sys_rt_sigaction.number sys_rt_sigqueueinfo.number
            sys_rt_tgsigqueueinfo.number sys_pidfd_send_signal.number
            """
        ),
        one_of(*SIGNALS),
    ),
}
BY_TYPE: dict[str, Make] = {"Addr": address, "Size": size, "Int": small, "Uint": any_bits, "Long": size, "Off": size}


def makers(function: Callable[..., Any], xlen: int) -> list[tuple[Make, int]]:
    """(maker, registers) of each argument of a system call."""
    found = []
    for parameter in list(inspect.signature(function).parameters.values())[2:]:
        kind = BY_TYPE[parameter.annotation]
        make = MAKERS.get(f"{function.__name__}.{parameter.name}") or MAKERS.get(
            f"{parameter.annotation}.{parameter.name}"
        )
        found.append(
            (make or MAKERS.get(parameter.name) or kind, 2 if parameter.annotation == "Off" and xlen == 32 else 1)
        )
    return found


def registers(rng: random.Random, world: Any, wanted: list[tuple[Make, int]]) -> list[int]:
    """Values for a0 … a5."""
    values: list[int] = []
    for make, count in wanted:
        if world.hostile and rng.random() < 0.2:
            make = rng.choice((address, size, small, any_bits))
        value = make(rng, world)
        values.append(value)
        if count == 2:
            values.append(value >> 32)
    while len(values) < 6:
        values.append(any_bits(rng, world))
    return values[:6]
