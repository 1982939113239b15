"""System calls: `table` has the decorator that enters a function under Linux's name, `numbers` the names of all calls.

One file a theme, THEMES below. A function is named sys_ and the call, and its contract is the call's man page in
section 2: a docstring says only what goes beyond it. `fsize` and `itimerspec` are shared by several themes.
"""

from __future__ import annotations

from importlib import import_module

THEMES = (
    "absent attributes cachestat credentials descriptor directory epoll execve file futex hart identity info "
    "inotify itimer kill link lock memory message mmsg mqueue msg openat2 path pidfd pipe prctl process "
    "process_madvise process_vm sched sched_attr sem shm signal signalfd socket sockopt splice stat time timer "
    "timerfd transfer usage"
).split()


def load_all() -> None:
    """Import every theme, so that its calls stand in the table."""
    for theme in THEMES:
        import_module(f"emu.kernel.syscall.{theme}")
