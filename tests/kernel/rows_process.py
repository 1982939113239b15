"""Rows of the calls about processes, identity, scheduling and limits."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from kernel_fake import BSS, Guest
from rows_common import BUF, TEXT, UNMAPPED, Row, after, child, data, name, user, zombie

INFINITY = (1 << 64) - 1


def group(guest: Guest) -> int:
    """A child in a process group of its own."""
    pid = child(guest)
    guest.ok("setpgid", pid, 0)
    return pid


def ran_on(guest: Guest, pid: int) -> int:
    """The child has called execve."""
    guest.kernel.tasks[pid].process.did_exec = True
    return pid


def crowd(guest: Guest) -> None:
    """As many processes as pid_max lets there be."""
    guest.kernel.sysctl.pid_max = 16
    while guest.call("clone", 17, 0, 0, 0, 0) > 0:
        pass


def alone(guest: Guest) -> None:
    """RLIMIT_NPROC is 1."""
    guest.task.process.rlimits[6] = [1, 1]


def no_more_files(guest: Guest) -> None:
    """As many are open as there may be."""
    guest.kernel.file_max = guest.kernel.nr_files


def pidfd(guest: Guest, pid: int) -> int:
    return guest.ok("pidfd_open", pid, 0)


def has_pending(guest: Guest, pid: int) -> list[int]:
    """Signals that wait for a process."""
    return list(guest.kernel.tasks[pid].process.pending)


def waited(guest: Guest) -> int:
    """A pidfd of a child that was waited for."""
    fd = pidfd(guest, pid := zombie(guest))
    guest.ok("waitid", 1, pid, 0, 4, 0)
    return fd


def thread(guest: Guest) -> int:
    """The tid of another thread."""
    return guest.fork(0x10F00, BSS + 0x1000).pid


def clone_without_signal(guest: Guest) -> int:
    """A child that sends nothing when it ends."""
    return guest.fork(0).pid


RESET_FIFO_5 = struct.pack("<IIQiI", 48, 1, 1, 0, 5)


def reset_on_fork(guest: Guest) -> None:
    """SCHED_FIFO with SCHED_RESET_ON_FORK."""
    guest.store(BUF, struct.pack("<i", 5))
    guest.ok("sched_setscheduler", 0, 1 | 1 << 30, BUF)


def nice_7(guest: Guest) -> None:
    guest.ok("setpriority", 0, 0, 7)


def more_for_users(guest: Guest) -> None:
    """RLIMIT_RTPRIO of 9."""
    guest.store(BUF, struct.pack("<2Q", 9, 9))
    guest.ok("prlimit64", 0, 14, BUF, 0)


def attr(
    pid: int = 0, size: int = 48, policy: int = 0, flags: int = 0, nice: int = 0, priority: int = 0
) -> Callable[[Guest], tuple[Any, ...]]:
    """The arguments of sched_setattr."""
    return data("IIQiI3Q", size, policy, flags, nice, priority, 0, 0, 0, before=(pid,), rest=(0,))


ROWS: list[Row] = [
    # clone and its kin
    ("clone", (17, 0, 0, 0, 0), 2),
    ("clone", (0x10F00, BSS + 0x1000, 0, 0, 0), 2),
    ("clone", (0x1200011, 0, 0, 0, BUF), 2),
    ("clone", (0x4111, BSS + 0x1000, 0, 0, 0), "asleep"),  # vfork: until the child lets go
    ("clone", (0x800, 0, 0, 0, 0), "EINVAL"),  # SIGHAND without VM
    ("clone", (0x10000, 0, 0, 0, 0), "EINVAL"),  # THREAD without SIGHAND
    ("clone", (0x20000, 0, 0, 0, 0), lambda g, r: r in (-1, -22)),  # namespaces are not there
    ("clone", (0x8011, 0, 0, 0, 0), "EINVAL"),  # a sibling of the first process
    ("clone", (0x8040011, 0, 0, 0, 0), "EINVAL"),  # SYSVSEM with NEWIPC
    ("clone", (0x20010F00, 0, 0, 0, 0), "EINVAL"),  # a thread in a pid namespace of its own
    ("clone", (0x1011, 0, UNMAPPED, 0, 0), "EFAULT"),  # no place for CLONE_PIDFD's descriptor
    ("clone", (0x1011, 0, TEXT, 0, 0), "EFAULT"),
    ("clone", (0x1011, 0, BUF, 0, 0), lambda g, r: r == 2 and g.word_at(BUF, 4) == 3),
    ("clone", (0x1011, 0, BUF, 0, 0), lambda g, r: 3 in g.task.files.open and 3 not in g.kernel.tasks[r].files.open),
    ("clone", after(no_more_files, args=(0x1011, 0, BUF, 0, 0)), lambda g, r: r == -23 and len(g.kernel.tasks) == 1),
    ("clone", after(crowd, args=(17, 0, 0, 0, 0)), "EAGAIN"),
    ("clone", after(alone, user, args=(17, 0, 0, 0, 0)), "EAGAIN"),
    ("clone", after(alone, args=(17, 0, 0, 0, 0)), 2),  # root is exempt
    ("clone", (0x100011, 0, UNMAPPED, 0, 0), 2),  # a bad place for the tid is no error
    ("clone3", data("8Q", 0, 0, 0, 0, 17, 0, 0, 0, rest=(64,)), 2),
    ("clone3", data("8Q", 0x11, 0, 0, 0, 0, 0, 0, 0, rest=(64,)), "EINVAL"),  # the signal has a field of its own
    ("clone3", data("8Q", 0, 0, 0, 0, 65, 0, 0, 0, rest=(64,)), "EINVAL"),
    ("clone3", data("8Q", 0, 0, 0, 0, 17, BSS, 0, 0, rest=(64,)), "EINVAL"),  # a stack without a size
    ("clone3", data("8Q", 1 << 32, 0, 0, 0, 17, 0, 0, 0, rest=(64,)), 2),  # CLEAR_SIGHAND
    ("clone3", data("8Q", 1 << 32 | 0x900, 0, 0, 0, 17, 0, 0, 0, rest=(64,)), "EINVAL"),
    ("clone3", data("8Q", 0x10F00, 0, 0, 0, 17, 0, 0, 0, rest=(64,)), "EINVAL"),  # a thread sends nothing
    ("clone3", data("11Qi", 0, 0, 0, 0, 17, 0, 0, 0, BUF + 88, 1, 0, 77, rest=(88,)), 77),
    ("clone3", data("11Qi", 0, 0, 0, 0, 17, 0, 0, 0, BUF + 88, 1, 0, 1, rest=(88,)), "EEXIST"),
    ("clone3", data("11Qi", 0, 0, 0, 0, 17, 0, 0, 0, BUF + 88, 2, 0, 77, rest=(88,)), "EINVAL"),
    ("clone3", data("11Qi", 0, 0, 0, 0, 17, 0, 0, 0, BUF + 88, 1, 0, 0, rest=(88,)), "EINVAL"),
    ("clone3", after(user, args=data("11Qi", 0, 0, 0, 0, 17, 0, 0, 0, BUF + 88, 1, 0, 77, rest=(88,))), "EPERM"),
    ("clone3", data("12Q", 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 1, rest=(96,)), "E2BIG"),
    ("unshare", (0x600,), 0),
    ("unshare", after(lambda g: g.fork(0x10F00, BSS + 0x1000), args=(0x600,)), lambda g, r: g.task.files.users == 1),
    ("unshare", after(lambda g: g.fork(0x10F00, BSS + 0x1000), args=(0x10000,)), "EINVAL"),
    ("unshare", (0x20000,), "EPERM"),
    ("unshare", (0x4000,), "EINVAL"),
    ("clone3", (BUF, 63), "EINVAL"),
    ("clone3", (BUF, 4097), "E2BIG"),
    ("clone3", (UNMAPPED, 64), "EFAULT"),
    ("exit", (3,), "dead"),
    ("exit_group", (3,), "dead"),
    ("set_tid_address", (BUF,), 1),
    # waiting
    ("wait4", lambda g: (zombie(g), BUF, 0, 0), lambda g, r: r == 2 and g.word_at(BUF, 4) == 7 << 8),
    ("wait4", after(zombie, args=(-1, 0, 0, BUF)), 2),
    ("wait4", after(zombie, args=(0, 0, 0, 0)), 2),
    ("wait4", after(child, args=(-1, 0, 1, 0)), 0),
    ("wait4", after(child, args=(-1, 0, 0, 0)), "asleep"),
    ("wait4", (-1, 0, 0, 0), "ECHILD"),
    ("wait4", after(child, args=(99, 0, 0, 0)), "ECHILD"),
    ("wait4", (-1, 0, 0x100, 0), "EINVAL"),
    ("wait4", (-(1 << 31), 0, 0, 0), "ESRCH"),
    ("wait4", after(zombie, args=(-1, UNMAPPED, 0, 0)), "EFAULT"),
    ("wait4", after(zombie, args=(-1, 0, 0, TEXT)), "EFAULT"),
    ("waitid", after(zombie, args=(0, 0, BUF, 4, 0)), lambda g, r: r == 0 and g.word_at(BUF, 4) == 17),
    ("waitid", lambda g: (1, zombie(g), BUF, 4, 0), 0),
    ("waitid", after(zombie, args=(2, 0, BUF, 4, 0)), 0),
    ("waitid", after(child, args=(0, 0, BUF, 5, 0)), lambda g, r: r == 0 and g.word_at(BUF, 4) == 0),
    ("waitid", after(child, args=(0, 0, 0, 4, 0)), "asleep"),
    ("waitid", (0, 0, 0, 4, 0), "ECHILD"),
    ("waitid", after(zombie, args=(0, 0, 0, 3, 0)), "ECHILD"),  # a zombie will never stop
    ("waitid", after(zombie, args=(0, 0, 0, 8, 0)), "ECHILD"),  # nor go on
    ("waitid", (0, -1, 0, 4, 0), "ECHILD"),  # P_ALL looks at no number
    ("waitid", (2, -1, 0, 4, 0), "EINVAL"),
    ("waitid", (0, 0, 0, 1, 0), "EINVAL"),  # nothing to wait for
    ("waitid", (0, 0, 0, 0x104, 0), "EINVAL"),
    ("waitid", (9, 0, 0, 4, 0), "EINVAL"),
    ("waitid", (1, 0, 0, 4, 0), "EINVAL"),
    ("waitid", after(zombie, args=(0, 0, UNMAPPED, 4, 0)), "EFAULT"),
    ("waitid", after(zombie, args=(0, 0, 0, 4, UNMAPPED)), "EFAULT"),
    # who am I
    ("getpid", (), 1),
    ("gettid", (), 1),
    ("getppid", (), 0),
    *[(call, (), 0) for call in ("getuid", "geteuid", "getgid", "getegid")],
    ("getresuid", (BUF, BUF + 4, BUF + 8), 0),
    *[("getresuid", tuple(UNMAPPED if n == bad else BUF for n in range(3)), "EFAULT") for bad in range(3)],
    ("getresgid", (BUF, BUF + 4, BUF + 8), 0),
    *[("getresgid", tuple(UNMAPPED if n == bad else BUF for n in range(3)), "EFAULT") for bad in range(3)],
    ("setuid", (1000,), lambda g, r: r == 0 and g.call("geteuid") == 1000),
    ("setuid", after(user, args=(0,)), "EPERM"),
    ("setuid", after(user, args=(1000,)), 0),
    ("setuid", (-1,), "EINVAL"),
    ("setgid", (1000,), lambda g, r: r == 0 and g.call("getegid") == 1000),
    ("setgid", after(user, args=(5,)), "EPERM"),
    ("setgid", (-1,), "EINVAL"),
    ("setresuid", (1, 2, 3), 0),
    ("setresuid", (-1, -1, -1), 0),
    ("setresuid", after(user, args=(0, -1, -1)), "EPERM"),
    ("setresgid", (1, 2, 3), 0),
    ("setresgid", after(user, args=(5, -1, -1)), "EPERM"),
    ("getgroups", (0, 0), 0),
    ("getgroups", (-1, BUF), "EINVAL"),
    ("getpgid", (0,), 1),
    ("getpgid", lambda g: (child(g),), 1),
    ("getpgid", (99,), "ESRCH"),
    ("getpgid", (-1,), "ESRCH"),
    ("getsid", (0,), 1),
    ("getsid", (99,), "ESRCH"),
    ("setpgid", lambda g: (child(g), 0), 0),
    ("setpgid", (0, 0), "EPERM"),  # a session leader
    ("setpgid", (0, -1), "EINVAL"),
    ("setpgid", (-1, 0), "EINVAL"),
    ("setpgid", (99, 0), "ESRCH"),
    ("setpgid", lambda g: (child(g), 99), "EPERM"),  # no such group
    ("setpgid", lambda g: (ran_on(g, child(g)), 0), "EACCES"),
    ("setsid", (), "EPERM"),  # a group leader
    ("setsid", after(lambda g: g.become(g.kernel.tasks[child(g)])), 2),
    (
        "prctl",
        lambda g: (15, g.string("a name longer than 15"), 0, 0, 0),
        lambda g, r: g.task.comm == "a name longer t",
    ),
    ("prctl", (16, BUF, 0, 0, 0), lambda g, r: g.load(BUF, 5) == b"prog\0"),
    ("prctl", (15, UNMAPPED, 0, 0, 0), "EFAULT"),
    ("prctl", (16, UNMAPPED, 0, 0, 0), "EFAULT"),
    ("prctl", (12345, 0, 0, 0, 0), "EINVAL"),
    ("prctl", (1, 10, 0, 0, 0), lambda g, r: g.task.pdeath_signal == 10),
    ("prctl", (1, 65, 0, 0, 0), "EINVAL"),
    ("prctl", after(("prctl", 1, 10, 0, 0, 0), args=(2, BUF, 0, 0, 0)), lambda g, r: g.word_at(BUF, 4) == 10),
    ("prctl", (2, UNMAPPED, 0, 0, 0), "EFAULT"),
    ("prctl", (3, 0, 0, 0, 0), 1),
    ("prctl", after(("prctl", 4, 0, 0, 0, 0), args=(3, 0, 0, 0, 0)), 0),
    ("prctl", (4, 2, 0, 0, 0), "EINVAL"),
    ("prctl", after(("prctl", 8, 1, 0, 0, 0), args=(7, 0, 0, 0, 0)), 1),
    ("prctl", (8, 2, 0, 0, 0), "EINVAL"),
    ("prctl", (21, 0, 0, 0, 0), 0),
    ("prctl", (23, 40, 0, 0, 0), 1),
    ("prctl", (23, 41, 0, 0, 0), "EINVAL"),
    ("prctl", (27, 0, 0, 0, 0), 0),
    ("prctl", after(("prctl", 29, 7, 0, 0, 0), args=(30, 0, 0, 0, 0)), 7),
    ("prctl", after(("prctl", 29, 0, 0, 0, 0), args=(30, 0, 0, 0, 0)), 50_000),
    ("prctl", after(("prctl", 36, 1, 0, 0, 0), args=(37, BUF, 0, 0, 0)), lambda g, r: g.word_at(BUF, 4) == 1),
    ("prctl", (37, UNMAPPED, 0, 0, 0), "EFAULT"),
    ("prctl", (39, 0, 0, 0, 0), 0),
    ("prctl", after(("prctl", 38, 1, 0, 0, 0), args=(39, 0, 0, 0, 0)), 1),
    ("prctl", (38, 0, 0, 0, 0), "EINVAL"),
    ("prctl", (38, 1, 1, 0, 0), "EINVAL"),
    # processes as files
    ("pidfd_open", (1, 0), lambda g, r: g.task.files.cloexec == {r}),
    ("pidfd_open", (99, 0), "ESRCH"),
    ("pidfd_open", (0, 0), "EINVAL"),
    ("pidfd_open", (1, 1), "EINVAL"),
    ("pidfd_open", lambda g: (thread(g), 0), "EINVAL"),
    (
        "pidfd_send_signal",
        lambda g: (pidfd(g, child(g)), 10, 0, 0),
        lambda g, r: 10 in g.kernel.tasks[2].process.pending,
    ),
    ("pidfd_send_signal", lambda g: (pidfd(g, zombie(g)), 0, 0, 0), 0),
    ("pidfd_send_signal", lambda g: (waited(g), 0, 0, 0), "ESRCH"),
    ("pidfd_send_signal", lambda g: (pidfd(g, 1), 65, 0, 0), "EINVAL"),
    ("pidfd_send_signal", lambda g: (pidfd(g, 1), 0, 0, 1), "EINVAL"),
    ("pidfd_send_signal", lambda g: (pidfd(g, child(g)), *data("iii", 9, 0, -1, before=(10,), rest=(0,))(g)), "EINVAL"),
    ("pidfd_send_signal", lambda g: (pidfd(g, child(g)), *data("iii", 10, 0, 0, before=(10,), rest=(0,))(g)), "EPERM"),
    ("pidfd_send_signal", lambda g: (pidfd(g, child(g)), *data("iii", 10, 0, -1, before=(10,), rest=(0,))(g)), 0),
    ("pidfd_send_signal", lambda g: (pidfd(g, child(g)), 10, UNMAPPED, 0), "EFAULT"),
    ("pidfd_send_signal", lambda g: (pidfd(g, child(g)), user(g) or 10, 0, 0), "EPERM"),
    ("pidfd_send_signal", (0, 10, 0, 0), "EBADF"),
    ("pidfd_getfd", lambda g: (pidfd(g, child(g)), 1, 0), lambda g, r: g.task.files.open[r] is g.task.files.open[1]),
    ("pidfd_getfd", lambda g: (pidfd(g, 1), 99, 0), "EBADF"),
    ("pidfd_getfd", (0, 1, 0), "EBADF"),
    ("pidfd_getfd", lambda g: (pidfd(g, 1), 1, 1), "EINVAL"),
    ("pidfd_getfd", lambda g: (pidfd(g, zombie(g)), 1, 0), "ESRCH"),
    ("pidfd_getfd", lambda g: (pidfd(g, child(g)), user(g) or 1, 0), "EPERM"),
    ("waitid", lambda g: (3, pidfd(g, zombie(g)), BUF, 4, 0), lambda g, r: g.word_at(BUF, 4) == 17),
    ("waitid", lambda g: (3, pidfd(g, child(g)), BUF, 4, 0), "asleep"),
    ("waitid", lambda g: (3, g.ok("pidfd_open", child(g), 0o4000), BUF, 4, 0), "EAGAIN"),
    ("waitid", (3, 1, BUF, 4, 0), "EBADF"),
    ("waitid", (3, -1, BUF, 4, 0), "EINVAL"),
    ("clone", (0x1011, 0, BUF, 0, 0), lambda g, r: r == 2 and g.word_at(BUF, 4) == 3),
    ("clone", (0x101011, 0, BUF, 0, 0), "EINVAL"),
    ("wait4", after(clone_without_signal, args=(-1, 0, 0, 0)), "ECHILD"),
    ("wait4", after(clone_without_signal, args=(-1, 0, 0x80000001, 0)), 0),
    ("wait4", after(clone_without_signal, args=(-1, 0, 0x40000001, 0)), 0),
    ("set_robust_list", lambda g: (BUF, 3 * g.word), 0),
    ("set_robust_list", (BUF, 25), "EINVAL"),
    ("get_robust_list", (0, BUF, BUF + 8), lambda g, r: r == 0 and g.word_at(BUF + 8, g.word) == 3 * g.word),
    ("get_robust_list", (99, BUF, BUF + 8), "ESRCH"),
    ("get_robust_list", (0, UNMAPPED, BUF), "EFAULT"),
    ("get_robust_list", (0, BUF, UNMAPPED), "EFAULT"),
    ("get_robust_list", after(child, user, args=(2, BUF, BUF + 8)), "EPERM"),
    # scheduling
    ("sched_yield", (), 0),
    ("sched_getaffinity", (0, 8, BUF), lambda g, r: r == g.word and g.word_at(BUF) == 1),
    ("sched_getaffinity", (0, 7, BUF), "EINVAL"),
    ("sched_getaffinity", (0, 0, BUF), "EINVAL"),
    ("sched_getaffinity", (99, 8, BUF), "ESRCH"),
    ("sched_getaffinity", (0, 8, UNMAPPED), "EFAULT"),
    ("sched_setaffinity", data("Q", 1, before=(0, 8)), 0),
    ("sched_setaffinity", data("Q", 2, before=(0, 8)), "EINVAL"),  # no such hart
    ("sched_setaffinity", (0, 0, BUF), "EINVAL"),
    ("sched_setaffinity", (99, 8, BUF), "ESRCH"),
    ("sched_setaffinity", (0, 8, UNMAPPED), "EFAULT"),
    ("sched_setaffinity", after(child, user, args=data("Q", 1, before=(2, 8))), "EPERM"),
    ("sched_getscheduler", (0,), 0),
    ("sched_getscheduler", (-1,), "EINVAL"),
    ("sched_getscheduler", (99,), "ESRCH"),
    ("sched_setscheduler", data("i", 5, before=(0, 1)), lambda g, r: r == 0 and g.call("sched_getscheduler", 0) == 1),
    ("sched_setscheduler", data("i", 0, before=(0, 3)), 0),
    ("sched_setscheduler", data("i", 5, before=(0, 0)), "EINVAL"),
    ("sched_setscheduler", data("i", 100, before=(0, 1)), "EINVAL"),
    ("sched_setscheduler", data("i", 0, before=(0, 9)), "EINVAL"),
    ("sched_setscheduler", data("i", 0, before=(-1, 0)), "EINVAL"),
    ("sched_setscheduler", data("i", 0, before=(99, 0)), "ESRCH"),
    ("sched_setscheduler", (0, 0, UNMAPPED), "EFAULT"),
    ("sched_setscheduler", (0, 0, 0), "EINVAL"),
    ("sched_setscheduler", after(user, args=data("i", 5, before=(0, 1))), "EPERM"),
    ("sched_getparam", (0, BUF), 0),
    ("sched_getparam", (0, 0), "EINVAL"),
    ("sched_getparam", (-1, BUF), "EINVAL"),
    ("sched_getparam", (99, BUF), "ESRCH"),
    ("sched_getparam", (0, UNMAPPED), "EFAULT"),
    ("sched_setparam", data("i", 0, before=(0,)), 0),
    ("sched_setparam", data("i", 5, before=(0,)), "EINVAL"),
    ("sched_setparam", data("i", 0, before=(99,)), "ESRCH"),
    ("sched_setparam", (0, UNMAPPED), "EFAULT"),
    ("sched_setparam", (-1, BUF), "EINVAL"),
    *[
        ("sched_get_priority_max", (policy,), most)
        for policy, most in ((0, 0), (1, 99), (2, 99), (3, 0), (4, "EINVAL"), (-1, "EINVAL"))
    ],
    *[
        ("sched_get_priority_min", (policy,), least)
        for policy, least in ((0, 0), (1, 1), (2, 1), (3, 0), (4, "EINVAL"), (-1, "EINVAL"))
    ],
    ("sched_getscheduler", after(reset_on_fork, args=(0,)), 1 | 1 << 30),
    ("sched_getscheduler", after(reset_on_fork, args=lambda g: (child(g),)), 0),
    ("sched_setscheduler", after(reset_on_fork, user, args=data("i", 5, before=(0, 1))), "EPERM"),
    ("sched_setattr", attr(policy=2, priority=7), lambda g, r: r == 0 and g.call("sched_getscheduler", 0) == 2),
    ("sched_setattr", after(nice_7, args=attr(policy=1, priority=7)), lambda g, r: g.call("getpriority", 0, 0) == 13),
    ("sched_setattr", after(nice_7, args=attr(policy=5, nice=2)), lambda g, r: g.call("getpriority", 0, 0) == 13),
    ("sched_setattr", attr(nice=5), lambda g, r: r == 0 and g.call("getpriority", 0, 0) == 15),
    ("sched_setattr", attr(nice=-99), lambda g, r: r == 0 and g.call("getpriority", 0, 0) == 40),
    ("sched_setattr", after(user, args=attr(nice=-1)), "EPERM"),
    ("sched_setattr", after(user, args=attr(policy=1, priority=1)), "EPERM"),
    ("sched_setattr", after(more_for_users, user, args=attr(policy=1, priority=9)), 0),
    ("sched_setattr", after(more_for_users, user, args=attr(policy=1, priority=10)), "EPERM"),
    ("sched_setattr", attr(policy=9, flags=8, nice=1), 0),  # SCHED_FLAG_KEEP_POLICY
    ("sched_setattr", attr(policy=9), "EINVAL"),
    ("sched_setattr", attr(priority=1), "EINVAL"),
    ("sched_setattr", attr(flags=1 << 7), "EINVAL"),
    ("sched_setattr", attr(size=0), 0),
    ("sched_setattr", attr(size=47), lambda g, r: r == -7 and g.word_at(BUF, 4) == 56),
    ("sched_setattr", data("IIQ10QB", 100, *12 * (0,), 1, before=(0,), rest=(0,)), "E2BIG"),
    ("sched_setattr", (0, BUF, 1), "EINVAL"),
    ("sched_setattr", (0, 0, 0), "EINVAL"),
    ("sched_setattr", (-1, BUF, 0), "EINVAL"),
    ("sched_setattr", attr(pid=99), "ESRCH"),
    ("sched_setattr", (0, UNMAPPED, 0), "EFAULT"),
    ("sched_getattr", after(reset_on_fork, args=(0, BUF, 48, 0)), lambda g, r: g.load(BUF, 24) == RESET_FIFO_5),
    ("sched_getattr", after(nice_7, reset_on_fork, args=(0, BUF, 48, 0)), lambda g, r: g.load(BUF, 24) == RESET_FIFO_5),
    ("sched_getattr", (0, BUF, 47, 0), "EINVAL"),
    ("sched_getattr", (0, BUF, 4097, 0), "EINVAL"),
    ("sched_getattr", (0, BUF, 48, 1), "EINVAL"),
    ("sched_getattr", (0, 0, 48, 0), "EINVAL"),
    ("sched_getattr", (99, BUF, 48, 0), "ESRCH"),
    ("sched_getattr", (0, UNMAPPED, 48, 0), "EFAULT"),
    ("restart_syscall", (), "EINTR"),
    ("sched_rr_get_interval", (0, BUF), lambda g, r: r == 0 and g.word_at(BUF + 8) == 10_000_000),
    ("sched_rr_get_interval", (-1, BUF), "EINVAL"),
    ("sched_rr_get_interval", (99, BUF), "ESRCH"),
    ("sched_rr_get_interval", (0, UNMAPPED), "EFAULT"),
    ("getcpu", (BUF, BUF + 4, 0), 0),
    ("getcpu", (0, 0, 0), 0),
    ("getcpu", (UNMAPPED, 0, 0), "EFAULT"),
    ("getcpu", (0, UNMAPPED, 0), "EFAULT"),
    ("setpriority", (0, 0, 5), lambda g, r: r == 0 and g.call("getpriority", 0, 0) == 15),
    ("setpriority", (0, 0, -99), lambda g, r: r == 0 and g.call("getpriority", 0, 0) == 40),
    ("setpriority", (1, 0, 5), lambda g, r: r == 0 and g.call("getpriority", 1, 0) == 15),
    ("setpriority", (2, 0, 5), lambda g, r: r == 0 and g.call("getpriority", 2, 0) == 15),
    ("setpriority", (3, 0, 5), "EINVAL"),
    ("setpriority", (0, 99, 5), "ESRCH"),
    ("setpriority", after(user, args=(0, 0, -1)), "EACCES"),
    ("setpriority", after(child, user, args=(0, 2, 5)), "EPERM"),
    ("getpriority", (0, 0), 20),
    ("getpriority", (1, 0), 20),
    ("getpriority", lambda g: (1, group(g)), 20),
    ("getpriority", (2, 0), 20),
    ("getpriority", (2, 77), "ESRCH"),
    ("getpriority", (3, 0), "EINVAL"),
    ("getpriority", (0, 99), "ESRCH"),
    # limits
    ("prlimit64", (0, 7, 0, BUF), lambda g, r: r == 0 and g.word_at(BUF) == 1024),
    ("prlimit64", data("QQ", 100, 200, before=(0, 7), rest=(0,)), lambda g, r: g.task.process.rlimits[7] == [100, 200]),
    ("prlimit64", data("QQ", 3, 2, before=(0, 7), rest=(0,)), "EINVAL"),
    ("prlimit64", data("QQ", 3, INFINITY, before=(0, 7), rest=(0,)), "EPERM"),
    ("prlimit64", after(user, args=data("QQ", 0, 1 << 30, before=(0, 6), rest=(0,))), "EPERM"),
    ("prlimit64", after(child, user, args=(2, 7, 0, BUF)), "EPERM"),
    ("getrlimit", (3, BUF), lambda g, r: r == 0 and g.word_at(BUF) == 8 << 20),
    ("getrlimit", (16, BUF), "EINVAL"),
    ("getrlimit", (3, UNMAPPED), "EFAULT"),
    ("setrlimit", data("QQ", 1 << 20, INFINITY, before=(3,)), 0),
    ("setrlimit", data("QQ", 3, 2, before=(3,)), "EINVAL"),
    ("setrlimit", (16, BUF), "EINVAL"),
    ("setrlimit", (3, UNMAPPED), "EFAULT"),
    ("setrlimit", after(user, args=data("QQ", 0, 1 << 30, before=(6,))), "EPERM"),
    ("getrusage", (0, BUF), 0),
    ("getrusage", (-1, BUF), 0),
    ("getrusage", (1, BUF), 0),
    ("getrusage", (2, BUF), "EINVAL"),
    ("getrusage", (0, UNMAPPED), "EFAULT"),
    ("times", (BUF,), "ok"),
    ("times", (0,), "ok"),
    ("times", (UNMAPPED,), "EFAULT"),
    # the system
    ("uname", (BUF,), lambda g, r: g.load(BUF, 6) == b"Linux\0"),
    ("sysinfo", (BUF,), 0),
    ("sysinfo", (UNMAPPED,), "EFAULT"),
    ("getrandom", (BUF, 16, 0), 16),
    ("getrandom", (BUF, 0, 0), 0),
    ("getrandom", (TEXT, 16, 0), "EFAULT"),
    ("sethostname", name("box", 3), 0),
    ("sethostname", (UNMAPPED, 3), "EFAULT"),
    ("sethostname", (BUF, -1), "EINVAL"),
    ("sethostname", (BUF, 65), "EINVAL"),
    ("sethostname", after(user, args=(BUF, 3)), "EPERM"),
    ("setdomainname", name("dom", 3), 0),
    ("setdomainname", (UNMAPPED, 3), "EFAULT"),
    ("setdomainname", (BUF, 65), "EINVAL"),
    ("setdomainname", after(user, args=(BUF, 3)), "EPERM"),
]
