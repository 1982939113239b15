"""System calls: the decorated table, and the calls by theme."""

from __future__ import annotations


def load_all() -> None:
    """Import every theme, so that its calls stand in the table."""
    from emu.kernel.syscall import file, futex, identity, info, memory, path, pipe, process, signal, stat, time  # noqa: F401
