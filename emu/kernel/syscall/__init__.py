"""System calls: the decorated table, and the calls by theme."""

from __future__ import annotations

from importlib import import_module

THEMES = (
    "absent attributes credentials descriptor directory epoll execve file futex hart identity info inotify itimer "
    "kill link lock memory message mmsg mqueue msg path pidfd pipe prctl process process_vm sched sem shm signal "
    "signalfd socket sockopt splice stat time timer timerfd transfer usage"
).split()


def load_all() -> None:
    """Import every theme, so that its calls stand in the table."""
    for theme in THEMES:
        import_module(f"emu.kernel.syscall.{theme}")
