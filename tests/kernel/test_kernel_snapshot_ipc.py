"""Sockets with bytes and descriptors under way, epoll, locks, timers: in a copied kernel they go on as before."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BSS, Guest
from rows_sockets import client, listener, message, pair, sun
from rows_waiting import event, lock, mask, sigevent, spec
from test_kernel_snapshot import twin_of

from emu.kernel import check

BUF = BSS + 0x800


def prepare(guest: Guest) -> dict[str, int]:
    """One of each, in the middle of what it does; descriptors by name."""
    one, two = pair(guest)
    guest.ok("sendmsg", one, message(guest, b"hello", (0,)), 0)
    server = listener(guest)
    waiting = client(guest)
    named = guest.ok("socket", 1, 2, 0)
    guest.ok("bind", named, *sun(guest, b"/tmp/name"))
    epoll = guest.ok("epoll_create1", 0)
    guest.ok("epoll_ctl", epoll, 1, two, event(guest, 1 << 31 | 1, 11))
    timer = guest.ok("timerfd_create", 1, 0o4000)
    wide = "" if guest.xlen == 64 else "64"
    guest.ok(f"timerfd_settime{wide}", timer, 0, spec(guest, interval=1), 0)
    guest.ok("timer_create", 1, sigevent(guest), BUF)
    guest.ok("rt_sigprocmask", 0, mask(guest, 10), 0, 8)
    signals = guest.ok("signalfd4", -1, mask(guest, 10), 8, 0o4000)
    guest.ok("kill", 1, 10)
    file = guest.open("/tmp/locked", 0o102)
    guest.ok("fcntl" + wide, file, 13, lock(guest))
    guest.ok("flock", file, 2)
    return {"one": one, "two": two, "server": server, "waiting": waiting, "named": named, "epoll": epoll,
            "timer": timer, "signals": signals, "file": file}  # fmt: skip


def go_on(guest: Guest, fd: dict[str, int]) -> list[object]:
    """Use all of it; what is seen."""
    seen: list[object] = [guest.ok("epoll_pwait", fd["epoll"], BUF, 8, 0, 0, 8), guest.load(BUF, 16)]
    seen += [guest.ok("recvmsg", fd["two"], message(guest, room=64), 0), guest.load(BUF, 5)]
    seen += [guest.ok("accept", fd["server"], 0, 0), guest.ok("write", fd["waiting"], BUF, 5)]
    other = guest.ok("socket", 1, 2, 0)
    seen += [guest.ok("connect", other, *sun(guest, b"/tmp/name")), guest.ok("write", other, BUF, 3)]
    guest.advance(2_500_000_000_000)
    seen += [guest.ok("read", fd["timer"], BUF, 8), struct.unpack("<Q", guest.load(BUF, 8))]
    seen += [guest.ok("read", fd["signals"], BUF, 128), guest.load(BUF, 4)]
    seen += [guest.errno("flock", guest.open("/tmp/locked", 2), 6), len(guest.kernel.tasks)]
    return seen


@pytest.mark.parametrize("xlen", [64, 32])
def test_copy_goes_on_as_the_original(xlen: int) -> None:
    """The same results from the same state, and no frame is lost in either."""
    guest = Guest(xlen, ram=2 << 20)
    descriptors = prepare(guest)
    twin = twin_of(guest)
    assert go_on(twin, descriptors) == go_on(guest, descriptors)
    for world in (guest, twin):
        world.ok("close_range", 0, 0xFFFFFFFF, 0)
        assert world.kernel.files_in_flight == 0
        check.check_all(world.kernel)
