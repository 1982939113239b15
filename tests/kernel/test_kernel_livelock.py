"""Near the end of memory: who waited for a page gets to use it; reclaim that only turns pages round ends in a kill."""

from __future__ import annotations

import pytest
from kernel_fake import BASE, BSS, Asleep, Dead, Guest

from emu.isa import causes
from emu.isa.paging import PTE_V
from emu.kernel.mm.retry import GETTING_ON, MAX_RECLAIM_RETRIES, Retry

EVERYTHING = 10_000


def text_page(guest: Guest) -> int | None:
    """The frame of the program's code, if it is cached."""
    return guest.mm.vma_at(BASE).mapping.pages.get(0)


def squeeze(guest: Guest) -> None:
    """Reclaim looks at everything, again and again."""
    for _ in range(4):
        guest.kernel.reclaimer.shrink(EVERYTHING)


@pytest.mark.parametrize("xlen", [64, 32])
def test_an_awaited_page_stays_until_it_was_used(xlen: int) -> None:
    """The code was read for a task that waits: it outlives any reclaim until the task's pc has moved."""
    guest = Guest(xlen, ram=1 << 20, swap=4 << 20)
    squeeze(guest)
    assert text_page(guest) is None
    guest.hart.pc = BASE + 0x200
    with pytest.raises(Asleep):
        guest.trap(causes.INSN_PAGE_FAULT, BASE + 0x200)
    guest.sleep()
    pfn = text_page(guest)
    squeeze(guest)
    assert text_page(guest) == pfn is not None
    guest.trap(causes.INSN_PAGE_FAULT, BASE + 0x200)
    squeeze(guest)
    assert text_page(guest) == pfn
    guest.check()
    guest.hart.pc += 4
    squeeze(guest)
    assert text_page(guest) is None
    guest.check()


def test_code_and_data_of_one_instruction() -> None:
    """An instruction whose code and data are both away gets them both, however hard reclaim works in between."""
    guest = Guest(ram=1 << 20, swap=4 << 20)
    guest.store(BSS, b"kept")
    guest.hart.pc = BASE + 0x200
    squeeze(guest)
    guest.kernel.swap_disk.complete(1 << 60)
    for cause, addr in ((causes.INSN_PAGE_FAULT, BASE + 0x200), (causes.LOAD_PAGE_FAULT, BSS)):
        with pytest.raises(Asleep):
            guest.trap(cause, addr)
        squeeze(guest)
        guest.sleep()
        squeeze(guest)
        guest.trap(cause, addr)
    squeeze(guest)
    for addr in (BASE + 0x200, BSS):
        assert guest.mm.entry(addr) & PTE_V
    assert guest.load(BSS, 4) == b"kept"
    guest.check()


def test_all_awaited_pages_together_are_few() -> None:
    """Tasks that wait can't hold more than an eighth of memory; who came first is served; the dead hold nothing."""
    guest = Guest(ram=1 << 20)
    kernel = guest.kernel
    children = [guest.fork() for _ in range(20)]
    for n, child in enumerate(children):
        for k in range(6):
            kernel.awaited.add(child, 1000 + 10 * n + k)
    frames = kernel.awaited.frames()
    assert {1002, 1003, 1004, 1005} <= frames
    assert not {1000, 1001} & frames
    assert len(frames) <= kernel.pages.total_pages // 8
    guest.become(children[0])
    with pytest.raises(Dead):
        guest.call("exit", 0)
    assert children[0] not in kernel.awaited.of


def test_rounds_without_progress_end() -> None:
    """Sixteen rounds that freed too little while no task got on: it makes no sense to retry. Anything else does."""
    guest = Guest()
    retry = Retry(guest.kernel)
    for _ in range(2):
        assert [retry.should_reclaim_retry(1, 32) for _ in range(MAX_RECLAIM_RETRIES)] == [True] * (
            MAX_RECLAIM_RETRIES - 1
        ) + [False]
    for _ in range(4 * MAX_RECLAIM_RETRIES):
        guest.hart.instret += GETTING_ON
        assert retry.should_reclaim_retry(1, 32)
    for n in range(4 * MAX_RECLAIM_RETRIES):
        assert retry.should_reclaim_retry(32 if n % 8 == 0 else 0, 32)


def test_pages_that_only_turn_round_end_in_a_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every round frees one page, which comes back: after sixteen the largest process dies, pid 1 never; then it begins
    anew.
    """
    guest = Guest(ram=1 << 20)
    reclaimer, children = guest.kernel.reclaimer, [guest.fork() for _ in range(2)]
    monkeypatch.setattr(reclaimer, "shrink", lambda target: 1)
    for kills in (1, 2):
        for _ in range(MAX_RECLAIM_RETRIES - 1):
            assert reclaimer.direct(0)
        assert guest.kernel.vm.oom_kill == kills - 1
        assert reclaimer.direct(0)
        assert guest.kernel.vm.oom_kill == kills
    assert all(child.exit_code == 9 for child in children)
    assert guest.task.state == "running"
