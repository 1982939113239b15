"""Hostile guests: random system calls with random arguments never raise, hang or break an invariant."""

from __future__ import annotations

import random

import pytest
from kernel_fake import BASE, BSS, DATA, Asleep, Dead, Guest

CALLS = 1500
DEADLY = {"exit", "exit_group", "kill", "tkill", "tgkill", "rt_sigreturn"}


def argument(rng: random.Random, guest: Guest) -> int:
    """Small numbers, pointers of all kinds, boundaries."""
    return rng.choice(
        (
            rng.randrange(8),
            rng.randrange(-3, 70),
            rng.choice((BSS, BSS + 0x7FC, BSS + 0xFFD, DATA, BASE, 0x600000, guest.mm.vdso)),
            guest.mm.task_size - rng.randrange(1, 5000),
            rng.choice((0, 1, 4096, 8192, 1 << 20, 1 << 31, (1 << 31) - 1, 1 << 32, 1 << 47, 1 << 62, (1 << 63) - 1)),
            -rng.choice((1, 2, 100, 4096, 1 << 31, 1 << 32, 1 << 62, 1 << 63)),
            rng.getrandbits(64) - (1 << 63),
            rng.choice((0x22, 0x32, 2, 1, 0x100022, 0x4022)),
        )
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("xlen", [64, 32])
def test_random_calls(xlen: int, seed: int) -> None:
    """A storm of calls over the whole table, known and unknown, deadly ones left out."""
    rng = random.Random(seed * 100 + xlen)
    guest = Guest(xlen, ram=8 << 20)
    known = [entry.name for entry in guest.kernel.syscalls.values() if entry.name not in DEADLY]
    for _ in range(CALLS):
        name = rng.choice(known)
        number = guest.numbers[name] if rng.random() < 0.98 else rng.randrange(-5, 600)
        if number in (guest.numbers[n] for n in DEADLY):
            continue
        try:
            if rng.random() < 0.3:
                guest.store(BSS, rng.randbytes(64))
            guest.call_number(number, *(argument(rng, guest) for _ in range(6)))
        except (Dead, Asleep):
            guest.check()
            guest = Guest(xlen, ram=8 << 20)
    guest.check()
