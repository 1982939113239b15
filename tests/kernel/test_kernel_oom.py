"""The OOM killer: whom it chooses, what it says, who is spared."""

from __future__ import annotations

import re

import pytest
from kernel_fake import BSS, Dead
from kernel_pressure import PAGE, fill, small, verify

from emu.kernel.mm.oom import oom_badness

BUF = BSS + 0x800


def test_oom_without_swap() -> None:
    """Without swap the process that takes everything is killed, with the report in the log."""
    guest = small(swap=0)
    addr = guest.mmap(1000 * PAGE, 3, 0x4022)
    with pytest.raises(Dead):
        fill(guest, addr, 1000)
    log = "\n".join(guest.kernel.messages)
    assert guest.kernel.exit.signal == 9
    assert "invoked oom-killer" in log
    assert "Killed process 1 (prog)" in log
    for line in (
        r"active_anon:\d+ inactive_anon:\d+ isolated_anon:0",
        r"Node 0 DMA32 free:\d+kB boost:0kB min:\d+kB low:\d+kB high:\d+kB .*managed:\d+kB.*",
        r" mapped:\d+ shmem:\d+ pagetables:\d+",
        r"Node 0 active_anon:\d+kB inactive_anon:\d+kB .* pagetables:\d+kB sec_pagetables:0kB all_unreclaimable\? no",
        r"Node 0 DMA32: \d+\*4kB .* \d+\*4096kB( \(M\))? = \d+kB",
        r"\d+ total pagecache pages",
        r"\[  pid  \]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents .*",
        r"\[      1\]     0     1 +\d+ +\d+ +\d+ +\d+ +0 +\d+ +0 +0 prog",
        r"oom-kill:constraint=CONSTRAINT_NONE,nodemask=\(null\),.*,global_oom,task_memcg=/,task=prog,pid=1,uid=0",
    ):
        assert re.search(f"^{line}$", log, re.MULTILINE), line
    assert guest.kernel.vm.oom_kill == 1
    guest.check()


def test_oom_chooses_the_largest() -> None:
    """The largest process dies, not the one that asks; pid 1 is spared; the others go on."""
    guest = small(swap=0)
    init = guest.task
    hog, other = guest.fork(), guest.fork()
    guest.become(hog)
    addr = guest.mmap(150 * PAGE)
    fill(guest, addr, 150)
    guest.become(other)
    more = guest.mmap(150 * PAGE)
    fill(guest, more, 100)
    assert hog.state == "zombie"
    assert hog.exit_code == 9
    verify(guest, more, 100)
    guest.become(init)
    guest.check()


def test_oom_score_adj_exempts() -> None:
    """A process with -1000 is never chosen."""
    guest = small(swap=0)
    hog, other = guest.fork(), guest.fork()
    hog.process.oom_score_adj = -1000
    guest.become(hog)
    fill(guest, guest.mmap(150 * PAGE), 150)
    guest.become(other)
    with pytest.raises(Dead):
        fill(guest, guest.mmap(150 * PAGE), 150)
    assert other.exit_code == 9
    assert hog.state == "ready"
    guest.task = hog
    guest.check()


def test_swap_full_then_oom() -> None:
    """When swap is full too the killer comes."""
    guest = small(swap=1 << 20)
    addr = guest.mmap(1000 * PAGE, 3, 0x4022)
    with pytest.raises(Dead):
        fill(guest, addr, 1000)
    assert guest.kernel.exit.signal == 9
    guest.check()


@pytest.mark.parametrize(
    ("sysctl", "adj", "why"),
    [
        ({"vm.panic_on_oom": 1}, 0, "Out of memory: system-wide panic_on_oom is enabled"),
        ({"vm.panic_on_oom": 2}, 0, "Out of memory: compulsory panic_on_oom is enabled"),
        ({"vm.oom_dump_tasks": 0}, -1000, "System is deadlocked on memory"),
    ],
)
def test_nobody_to_kill(sysctl: dict[str, int], adj: int, why: str) -> None:
    """panic_on_oom, and a process that is exempt and alone: the system stops, in Linux's words, after the report."""
    guest = small(swap=0, sysctl=sysctl)
    guest.task.process.oom_score_adj = adj
    addr = guest.mmap(1000 * PAGE, flags=0x4022)
    with pytest.raises((Dead, AssertionError)):
        fill(guest, addr, 1000)
    log = guest.kernel.messages
    assert guest.kernel.exit.reason == "panic"
    assert log[-1] == f"Kernel panic - not syncing: {why}"
    assert log[1] == "Mem-Info:"
    assert ("Tasks state (memory values in pages):" in log) == ("vm.oom_dump_tasks" not in sysctl)


def test_asking_is_enough_to_be_killed() -> None:
    """oom_kill_allocating_task: whoever asked dies, though another has more; points are as Linux rounds them."""
    guest = small(swap=0, ram=4 << 20, sysctl={"vm.oom_kill_allocating_task": 1})
    large, asking = guest.fork(), guest.fork()
    guest.become(large)
    fill(guest, guest.mmap(600 * PAGE), 600)
    guest.become(asking)
    asking.process.oom_score_adj = 500
    points = oom_badness(guest.kernel, asking.process)
    assert points - 500 * (guest.kernel.pages.total_pages // 1000) == asking.mm.rss + asking.mm.nr_tables
    addr = guest.mmap(2000 * PAGE, flags=0x4022)
    with pytest.raises(Dead):
        fill(guest, addr, 2000)
    assert large.state != "zombie"
    assert any(line.startswith("Out of memory (oom_kill_allocating_task): Killed") for line in guest.kernel.messages)
