"""MADV_FREE, and huge pages that processes share (madvise(2), mmap(2))."""

from __future__ import annotations

import pytest
from kernel_fake import Guest

from emu.kernel.mm import reclaim_many

PAGE = 4096
FREE, HUGETLB, SHARED_HUGETLB = 8, 0x40022, 0x40021


def store_all(guest: Guest, addr: int, pages: int) -> None:
    for n in range(pages):
        guest.store(addr + n * PAGE, (n + 1).to_bytes(4, "little"))


def values(guest: Guest, addr: int, pages: int) -> list[int]:
    return [guest.word_at(addr + n * PAGE, 4) for n in range(pages)]


def test_freed_pages_keep_their_contents_while_there_is_memory(guest: Guest) -> None:
    """Nothing is lost as long as nobody needs the frames."""
    addr = guest.mmap(20 * PAGE)
    store_all(guest, addr, 20)
    guest.ok("madvise", addr, 20 * PAGE, FREE)
    assert guest.kernel.vm.pglazyfree == 20
    assert values(guest, addr, 20) == list(range(1, 21))
    guest.check()


def test_under_pressure_they_are_dropped_but_for_the_rewritten_ones() -> None:
    """Without swap: what was freed makes room, reads as zeroes, and no page that was written again is lost."""
    guest = Guest(ram=1 << 20)
    addr = guest.mmap(100 * PAGE)
    store_all(guest, addr, 100)
    guest.ok("madvise", addr, 100 * PAGE, FREE)
    for n in range(0, 100, 10):
        guest.store(addr + n * PAGE, b"\xff\xff")
    more = guest.mmap(120 * PAGE)
    store_all(guest, more, 120)
    kept = values(guest, addr, 100)
    assert all(kept[n] & 0xFFFF == 0xFFFF for n in range(0, 100, 10))
    assert set(kept[1:10]) <= {0, *range(2, 11)}
    assert guest.kernel.vm.pglazyfreed >= kept.count(0) > 20
    assert guest.kernel.vm.pswpout == guest.kernel.vm.oom_kill == 0
    assert values(guest, more, 120) == list(range(1, 121))
    guest.check()


def test_freed_swap_entries_go_at_once() -> None:
    """What is on swap already is forgotten, and its slots are free."""
    guest = Guest(ram=1 << 20, swap=8 << 20)
    addr = guest.mmap(600 * PAGE)
    store_all(guest, addr, 600)
    before = guest.mm.swapents
    guest.ok("madvise", addr, 300 * PAGE, FREE)
    assert guest.mm.swapents < before - 200
    guest.check()


@pytest.mark.parametrize("xlen", [64, 32])
def test_refused(xlen: int) -> None:
    """EINVAL for shared memory and for locked pages."""
    guest = Guest(xlen)
    shared, locked = guest.mmap(PAGE, flags=0x21), guest.mmap(PAGE)
    guest.ok("mlock", locked, PAGE)
    assert guest.errno("madvise", shared, PAGE, FREE) == "EINVAL"
    assert guest.errno("madvise", locked, PAGE, FREE) == "EINVAL"


def test_a_page_that_a_child_shares_is_left_alone(guest: Guest) -> None:
    """Only pages with one mapping are marked."""
    addr = guest.mmap(4 * PAGE)
    store_all(guest, addr, 4)
    guest.fork()
    guest.ok("madvise", addr, 4 * PAGE, FREE)
    assert guest.kernel.vm.pglazyfree == 0
    guest.check()


# -- shared huge pages ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("xlen", [64, 32])
def test_shared_huge_pages(xlen: int) -> None:
    """Parent and child see each other's stores, whoever touched the page first; at the end the pool is whole again."""
    guest = Guest(xlen, ram=64 << 20, huge_pages=3)
    size, pool = 1 << guest.mm.pmd_shift, guest.kernel.huge_pool
    addr = guest.mmap(2 * size, flags=SHARED_HUGETLB)
    assert pool.reserved == 2
    guest.store(addr + 5, b"parent")
    parent, child = guest.task, guest.fork()
    guest.become(child)
    assert guest.load(addr + 5, 6) == b"parent"
    guest.store(addr + size + 7, b"child")
    guest.become(parent)
    assert guest.load(addr + size + 7, 5) == b"child"
    guest.check()
    guest.ok("munmap", addr, 2 * size)
    assert len(pool.free) == 1
    guest.become(child)
    assert guest.load(addr + 5, 6) == b"parent"
    guest.ok("munmap", addr, 2 * size)
    assert (len(pool.free), pool.reserved) == (3, 0)
    guest.become(parent)
    guest.check()


def test_a_mapping_that_fails_promises_nothing() -> None:
    """The reservation is taken back when there is no room at the address."""
    guest = Guest(ram=64 << 20, huge_pages=2)
    size = 1 << guest.mm.pmd_shift
    for flags in (HUGETLB, SHARED_HUGETLB):
        assert guest.errno("mmap", (1 << 47) - size, 2 * size, 3, flags | 0x10, -1, 0) == "ENOMEM"
        assert guest.errno("mmap", 0, 3 * size, 3, flags, -1, 0) == "ENOMEM"
        assert guest.kernel.huge_pool.reserved == 0
    guest.check()


# -- vectors and single pages -----------------------------------------------------------------------------------------
def pressure() -> tuple[list[int], dict[str, int], list[int]]:
    """A program that uses more memory than there is, in different ways: contents, counters, ledger."""
    guest = Guest(ram=2 << 20, swap=16 << 20)
    addr = guest.mmap(1500 * PAGE)
    store_all(guest, addr, 1500)
    for n in (*range(0, 1500, 3), *range(400, 700)):
        guest.load(addr + n * PAGE, 4)
    store_all(guest, addr, 200)
    seen = values(guest, addr, 1500)
    guest.check()
    vm = guest.kernel.vm
    return seen, {name: getattr(vm, name) for name in vm.__slots__}, list(guest.machine.harts[0].ledger)


def test_vectors_decide_as_single_pages_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reclaim in batches comes to the same pages, counters and cycles."""
    with_vectors = pressure()
    monkeypatch.setattr(reclaim_many, "sole", lambda mem_map, pages: None)
    assert pressure() == with_vectors
    assert with_vectors[0] == list(range(1, 1501))
    assert with_vectors[1]["pswpout"] > 1000
