"""Memory pressure: swap, page-cache reclaim, second chance, kswapd. Nothing is ever lost."""

from __future__ import annotations

import random

import pytest
from kernel_fake import BSS, Dead
from kernel_pressure import PAGE, RAM, fill, pattern, small, verify

from emu.kernel.mm.lru import ACTIVE_ANON, INACTIVE_ANON

BUF = BSS + 0x800


@pytest.mark.parametrize("xlen", [64, 32])
def test_working_set_larger_than_ram(xlen: int) -> None:
    """Four times the memory there is: every page comes back as it was, several times over."""
    guest = small(xlen)
    addr = guest.mmap(1000 * PAGE)
    fill(guest, addr, 1000)
    guest.check()
    kernel = guest.kernel
    assert kernel.vm.pswpout > 700
    assert guest.mm.swapents > 700
    verify(guest, addr, 1000)
    assert kernel.vm.pswpin > 700
    assert guest.task.maj_flt > 50
    fill(guest, addr, 300)
    verify(guest, addr, 1000)
    guest.check()
    guest.ok("munmap", addr, 1000 * PAGE)
    guest.check()
    kernel.swap_disk.complete(1 << 60)
    assert kernel.swap.area.pages - 1 - kernel.swap.area.free <= 4  # of the stack and the data
    guest.check()


def test_clean_copy_is_not_written_twice() -> None:
    """A page that was only read since it came in leaves again without a write."""
    guest = small()
    addr = guest.mmap(600 * PAGE)
    fill(guest, addr, 600)
    verify(guest, addr, 600)
    out = guest.kernel.vm.pswpout
    verify(guest, addr, 600)
    verify(guest, addr, 600)
    assert guest.kernel.vm.pswpout - out < 300
    guest.check()


def test_fork_and_swap() -> None:
    """Pages on swap are shared by a child, and each side keeps its own after writing."""
    guest = small()
    addr = guest.mmap(400 * PAGE)
    fill(guest, addr, 400)
    parent, child = guest.task, guest.fork()
    guest.check()
    guest.become(child)
    for n in range(0, 400, 2):
        guest.store(addr + n * PAGE, b"child")
    guest.check()
    guest.become(parent)
    verify(guest, addr, 400)
    guest.become(child)
    for n in range(400):
        assert guest.load(addr + n * PAGE, 5) == (b"child" if n % 2 == 0 else pattern(n)[:5])
    with pytest.raises(Dead):
        guest.call("exit_group", 0)
    guest.become(parent)
    guest.check()
    verify(guest, addr, 400)


def test_shared_memory_swaps_too() -> None:
    """Shared anonymous pages go to swap and come back the same for both processes."""
    guest = small()
    addr = guest.mmap(500 * PAGE, 3, 0x21)
    fill(guest, addr, 500)
    guest.check()
    assert guest.kernel.vm.pswpout > 200
    parent, child = guest.task, guest.fork()
    guest.become(child)
    verify(guest, addr, 500)
    guest.store(addr, b"from the child")
    guest.become(parent)
    guest.check()
    assert guest.load(addr, 14) == b"from the child"


def test_page_cache_is_reclaimed_first() -> None:
    """A file larger than memory can be read; its clean pages are dropped, no anonymous page needs to leave."""
    guest = small(swap=0)
    fd = guest.open("/tmp/big", 0o102)
    area = guest.mmap(16 * PAGE)
    guest.kernel.fs.root.sb.free_blocks = 10000
    for n in range(60):
        guest.store(area, bytes([n]) * 16 * PAGE)
        assert guest.ok("write", fd, area, 16 * PAGE) == 16 * PAGE
    guest.check()
    for n in (0, 17, 59, 3):
        guest.ok("lseek", fd, n * 16 * PAGE, 0)
        assert guest.ok("read", fd, area, 16 * PAGE) == 16 * PAGE
        assert guest.load(area, 16) == bytes([n]) * 16
    guest.check()
    assert guest.kernel.vm.pswpout == 0


def test_mapped_file_larger_than_memory() -> None:
    """A shared file mapping survives pressure: dirty pages are written back and read in again."""
    guest = small()
    guest.kernel.fs.root.sb.free_blocks = 10000
    fd = guest.open("/tmp/map", 0o102)
    guest.ok("ftruncate", fd, 500 * PAGE)
    addr = guest.mmap(500 * PAGE, 3, 1, fd)
    fill(guest, addr, 500)
    guest.check()
    verify(guest, addr, 500)
    guest.ok("munmap", addr, 500 * PAGE)
    guest.ok("fsync", fd)
    guest.ok("lseek", fd, 123 * PAGE, 0)
    guest.ok("read", fd, BUF, 16)
    assert guest.load(BUF, 16) == pattern(123)
    guest.check()


def test_second_chance_keeps_hot_pages() -> None:
    """Pages that are used all the time stay; a stream that is touched once passes by."""
    guest = small(ram=2 << 20)
    hot, cold = guest.mmap(64 * PAGE), guest.mmap(1500 * PAGE)
    fill(guest, hot, 64)
    for n in range(1500):
        guest.store(cold + n * PAGE, b"x")
        guest.load(hot + (n % 64) * PAGE, 4)
    lru = guest.kernel.pages.lru
    lru.drain()
    resident = sum(1 for n in range(64) if guest.mm.cells[guest.mm.pte_cell(hot + n * PAGE)] & 1)
    assert resident > 48
    assert lru.lists[ACTIVE_ANON].count + lru.lists[INACTIVE_ANON].count > 100
    guest.check()


def test_kswapd_and_direct_reclaim() -> None:
    """Both reclaimers work, the events and counters of each are there, and free memory ends near the high watermark."""
    guest = small(ram=4 << 20, swap=32 << 20)
    addr = guest.mmap(3000 * PAGE)
    fill(guest, addr, 3000)
    kernel = guest.kernel
    assert kernel.vm.pgsteal_kswapd > 0
    assert kernel.events.counts["kswapd"] > 0
    assert kernel.vm.pgscan_kswapd + kernel.vm.pgscan_direct >= kernel.vm.pswpout
    guest.check()


def test_waiting_for_the_disk_lets_others_run() -> None:
    """A process that waits for swap leaves the hart to another."""
    guest = small()
    addr = guest.mmap(600 * PAGE)
    fill(guest, addr, 600)
    parent, child = guest.task, guest.fork()
    assert parent.cpu == 0
    hart = guest.hart
    from emu.isa import causes

    hart.cause, hart.tval = causes.LOAD_PAGE_FAULT, addr
    guest.kernel.cpu = 0
    from emu.kernel import trap

    trap.handle_trap(guest.kernel, 0)
    assert parent.state == "waiting"
    assert parent.in_iowait
    guest.kernel.sched.fill_idle_harts()
    assert guest.kernel.sched.running[0] is child


def test_system_calls_reach_swapped_pages() -> None:
    """A buffer that is on swap is read in by the copy, synchronously."""
    guest = small()
    addr = guest.mmap(600 * PAGE)
    fill(guest, addr, 600)
    fd = guest.open("/tmp/f", 0o102)
    assert guest.ok("write", fd, addr, 600 * PAGE) == 600 * PAGE
    guest.ok("lseek", fd, 0, 0)
    other = guest.mmap(600 * PAGE)
    assert guest.ok("read", fd, other, 600 * PAGE) == 600 * PAGE
    verify(guest, other, 600)
    guest.check()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("xlen", [64, 32])
def test_random_pressure(seed: int, xlen: int) -> None:
    """Random writes, reads, forks, unmaps and exits under pressure agree with a dict, and every invariant holds."""
    rng = random.Random(seed)
    guest = small(xlen, ram=RAM, swap=16 << 20)
    addr = guest.mmap(500 * PAGE)
    init = guest.task
    memory: dict[object, dict[int, int]] = {init: {}}
    for step in range(1200):
        task = rng.choice(list(memory))
        guest.become(task) if task.state == "ready" else None
        if guest.task is not task:
            continue
        mine, n, action = memory[task], rng.randrange(500), rng.random()
        if action < 0.55:
            mine[n] = step + 1
            guest.store(addr + n * PAGE, (step + 1).to_bytes(4, "little"))
        elif action < 0.96:
            assert int.from_bytes(guest.load(addr + n * PAGE, 4), "little") == mine.get(n, 0)
        elif action < 0.98 and len(memory) < 4:
            memory[guest.fork()] = dict(mine)
        elif task is not init:
            with pytest.raises(Dead):
                guest.call("exit_group", 0)
            del memory[task]
            guest.task = init
            guest.sleep() if init.state == "waiting" else guest.become(init)
        if step % 200 == 0:
            guest.check()
    guest.check()


def test_timeline_of_kswapd() -> None:
    """It wakes below low and waits when what is free, or on its way to the disk, has reached high."""
    guest = small(ram=4 << 20, swap=32 << 20)
    kernel, zone = guest.kernel, guest.kernel.pages.zones[0]
    addr = guest.mmap(3000 * PAGE, flags=0x4022)
    fill(guest, addr, 3000)
    events = [event for event in kernel.events.ring if event.kind.startswith("kswapd_")]
    assert [event.kind for event in events[:2]] == ["kswapd_wake", "kswapd_sleep"]
    for wake, sleep in zip(events[::2], events[1::2], strict=False):
        assert wake.fields["free"] <= zone.low + zone.pcp_batch
        assert sleep.fields["free"] + sleep.fields["leaving"] >= zone.high
