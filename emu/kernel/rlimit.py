"""Resource limits of a process (asm-generic/resource.h, getrlimit(2))."""

from __future__ import annotations

NAMES = ("cpu fsize data stack core rss nproc nofile memlock as locks sigpending msgqueue nice rtprio rttime").split()
(
    RLIMIT_CPU,
    RLIMIT_FSIZE,
    RLIMIT_DATA,
    RLIMIT_STACK,
    RLIMIT_CORE,
    RLIMIT_RSS,
    RLIMIT_NPROC,
    RLIMIT_NOFILE,
    RLIMIT_MEMLOCK,
    RLIMIT_AS,
    RLIMIT_LOCKS,
    RLIMIT_SIGPENDING,
    RLIMIT_MSGQUEUE,
    RLIMIT_NICE,
    RLIMIT_RTPRIO,
) = range(15)
INFINITY = (1 << 64) - 1


def default_rlimits(stack: int) -> list[list[int]]:
    """[soft, hard] for each limit, as a Linux system starts its first process."""
    limits = [[INFINITY, INFINITY] for _ in NAMES]
    limits[RLIMIT_STACK] = [stack, INFINITY]
    limits[RLIMIT_CORE] = [0, INFINITY]
    limits[RLIMIT_NPROC] = [4096, 4096]
    limits[RLIMIT_SIGPENDING] = [4096, 4096]
    limits[RLIMIT_MSGQUEUE] = [819_200, 819_200]
    limits[RLIMIT_NICE] = [0, 0]
    limits[RLIMIT_RTPRIO] = [0, 0]
    limits[RLIMIT_NOFILE] = [1024, 4096]
    limits[RLIMIT_MEMLOCK] = [8 << 20, 8 << 20]
    return limits
