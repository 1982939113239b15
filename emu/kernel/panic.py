"""A broken invariant of the kernel itself: a bug of the emulator, never of the guest."""

from __future__ import annotations


class KernelPanic(Exception):
    """Says which invariant broke and the state that broke it."""


def bug_on(broken: bool, what: str, *state: object) -> None:
    """Linux's BUG_ON: stop the world when `broken`."""
    if broken:
        raise KernelPanic(": ".join([what, *(repr(s) for s in state)]))
