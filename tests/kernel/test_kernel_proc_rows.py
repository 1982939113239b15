"""Rows of /proc: names and order are those of Linux 6.12 (fs/proc/array.c, fs/proc/meminfo.c, mm/vmstat.c, block/
genhd.c, with riscv's configuration); values agree with each other.
"""

from __future__ import annotations

import math
import re
import struct
from pathlib import Path

import pytest
from kernel_fake import BSS, Guest

from emu.errors import EmuError
from emu.kernel import Mount, tunables
from emu.kernel.proc import meminfo
from emu.kernel.proc.status import bitmap, bitmap_list
from emu.kernel.siginfo import SigInfo
from emu.kernel.sigsend import send

PAGE, BUF = 4096, BSS + 0x800
STATUS = """
    Name Umask State Tgid Ngid Pid PPid TracerPid Uid Gid FDSize Groups NStgid NSpid NSpgid NSsid Kthread
    VmPeak VmSize VmLck VmPin VmHWM VmRSS RssAnon RssFile RssShmem VmData VmStk VmExe VmLib VmPTE VmSwap
    HugetlbPages CoreDumping THP_enabled untag_mask Threads SigQ SigPnd ShdPnd SigBlk SigIgn SigCgt CapInh
    CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp Seccomp_filters Speculation_Store_Bypass
    SpeculationIndirectBranch Cpus_allowed Cpus_allowed_list Mems_allowed Mems_allowed_list
    voluntary_ctxt_switches nonvoluntary_ctxt_switches
"""
MEMINFO = """
    MemTotal MemFree MemAvailable Buffers Cached SwapCached Active Inactive Active(anon) Inactive(anon)
    Active(file) Inactive(file) Unevictable Mlocked SwapTotal SwapFree Dirty Writeback AnonPages Mapped Shmem
    KReclaimable Slab SReclaimable SUnreclaim KernelStack PageTables SecPageTables NFS_Unstable Bounce
    WritebackTmp CommitLimit Committed_AS VmallocTotal VmallocUsed VmallocChunk Percpu AnonHugePages
    ShmemHugePages ShmemPmdMapped FileHugePages FilePmdMapped CmaTotal CmaFree HugePages_Total HugePages_Free
    HugePages_Rsvd HugePages_Surp Hugepagesize Hugetlb
"""
NODE = """
    nr_inactive_anon nr_active_anon nr_inactive_file nr_active_file nr_unevictable nr_slab_reclaimable
    nr_slab_unreclaimable nr_isolated_anon nr_isolated_file workingset_nodes workingset_refault_anon
    workingset_refault_file workingset_activate_anon workingset_activate_file workingset_restore_anon
    workingset_restore_file workingset_nodereclaim nr_anon_pages nr_mapped nr_file_pages nr_dirty nr_writeback
    nr_writeback_temp nr_shmem nr_shmem_hugepages nr_shmem_pmdmapped nr_file_hugepages nr_file_pmdmapped
    nr_anon_transparent_hugepages nr_vmscan_write nr_vmscan_immediate_reclaim nr_dirtied nr_written
    nr_throttled_written nr_kernel_misc_reclaimable nr_foll_pin_acquired nr_foll_pin_released nr_kernel_stack
    nr_page_table_pages nr_sec_page_table_pages nr_iommu_pages nr_swapcached pgdemote_kswapd pgdemote_direct
    pgdemote_khugepaged
"""
ZONE = """
    pages boost min low high promo spanned present managed cma protection: nr_free_pages nr_zone_inactive_anon
    nr_zone_active_anon nr_zone_inactive_file nr_zone_active_file nr_zone_unevictable nr_zone_write_pending
    nr_mlock nr_bounce nr_free_cma pagesets cpu: count: high: batch: vm node_unreclaimable: start_pfn:
"""

# of a node: what zoneinfo and meminfo call it
SAME = """
    nr_active_anon=Active(anon) nr_inactive_anon=Inactive(anon) nr_active_file=Active(file)
    nr_inactive_file=Inactive(file) nr_unevictable=Unevictable nr_anon_pages=AnonPages nr_mapped=Mapped
    nr_file_pages=Cached nr_dirty=Dirty nr_shmem=Shmem nr_slab_unreclaimable=SUnreclaim
    nr_slab_reclaimable=SReclaimable
"""


def read_file(guest: Guest, path: str) -> str:
    """The whole of a file, at most 64 kB."""
    fd, area = guest.open(path), guest.mmap(16 * PAGE)
    text = guest.load(area, guest.ok("read", fd, area, 16 * PAGE))
    guest.ok("munmap", area, 16 * PAGE)
    guest.ok("close", fd)
    return text.decode()


def values(text: str) -> dict[str, int]:
    """`name number` and `Name: number kB` lines."""
    return {m[1]: int(m[2]) for m in re.finditer(r"^ *([\w()]+):?\s+(\d+)", text, re.MULTILINE)}


def test_status_rows(guest: Guest) -> None:
    """Every row of Linux's, in its order, with a tab behind the colon."""
    lines = read_file(guest, "/proc/self/status").splitlines()
    assert [line.split(":\t")[0] for line in lines] == STATUS.split()
    rows = dict(line.split(":\t") for line in lines)
    assert rows["HugetlbPages"] == "       0 kB"
    assert rows["untag_mask"] == f"{(1 << guest.xlen) - 1:#x}"
    assert (rows["CapInh"], rows["CapEff"]) == ("0" * 16, "000001ffffffffff")
    assert (rows["Cpus_allowed"], rows["Cpus_allowed_list"], rows["Mems_allowed"]) == ("1", "0", "1")
    assert (rows["NStgid"], rows["NSpid"], rows["NSpgid"], rows["NSsid"]) == ("1", "1", "1", "1")
    assert (rows["Speculation_Store_Bypass"], rows["SpeculationIndirectBranch"]) == ("unknown", "unsupported")


def test_status_signals_and_rights(guest: Guest) -> None:
    """Queued signals are counted for the user; who gives up uid 0 gives up the capabilities."""
    guest.task.blocked = 1 << 9
    send(guest.kernel, guest.task, SigInfo(10))
    text = read_file(guest, "/proc/self/status")
    assert "SigQ:\t1/4096\n" in text
    assert "ShdPnd:\t0000000000000200\n" in text
    guest.ok("setresuid", 5, 5, 5)
    text = read_file(guest, "/proc/self/status")
    assert "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\n" in text


def test_a_name_can_not_fake_a_row(guest: Guest) -> None:
    """A newline in the name is shown as \\n."""
    guest.task.comm = "a\nPid:\t7"
    assert read_file(guest, "/proc/self/status").startswith("Name:\ta\\nPid:\t7\nUmask:\t0022\n")


def test_bitmaps() -> None:
    """%*pb and %*pbl: as many digits as there are bits, groups of 32; ranges."""
    assert [bitmap(1, 1), bitmap(5, 4), bitmap(1, 8), bitmap(1, 33)] == ["1", "5", "01", "0,00000001"]
    assert [bitmap_list(mask) for mask in (0, 1, 0b1011, 0xFF)] == ["", "0", "0-1,3", "0-7"]


def test_meminfo_rows(guest: Guest) -> None:
    """Every row of Linux's, in its order and width."""
    lines = read_file(guest, "/proc/meminfo").splitlines()
    assert [line.split(":")[0] for line in lines] == MEMINFO.split()
    assert all(re.fullmatch(r".{16} *\d+( kB)?", line) and len(line.removesuffix(" kB")) >= 24 for line in lines)


def test_anon_pages_are_frames(guest: Guest) -> None:
    """A page that parent and child share counts once."""
    area = guest.mmap(8 * PAGE)
    for n in range(8):
        guest.store(area + n * PAGE, b"x")
    before = values(read_file(guest, "/proc/meminfo"))["AnonPages"]
    guest.fork()
    assert values(read_file(guest, "/proc/meminfo"))["AnonPages"] - before <= 8


def test_zoneinfo_rows(guest: Guest) -> None:
    """The node's counters once, each zone with Linux's rows; zones without memory end at `protection`."""
    blocks = re.split(r"(?m)^Node 0, zone +", read_file(guest, "/proc/zoneinfo"))[1:]
    names = [block.split("\n")[0] for block in blocks]
    assert names == (["DMA32", "Normal", "Movable"] if guest.xlen == 64 else ["Normal", "Movable"])
    rows = [line.split()[0] for line in blocks[0].splitlines()[1:]]
    assert rows == ["per-node", *NODE.split(), *ZONE.split()]
    for block in blocks[1:]:
        assert [line.split()[0] for line in block.splitlines()[1:]] == ZONE.split()[:11]


def test_zoneinfo_agrees_with_meminfo(guest: Guest) -> None:
    """The sums over frames are the counters kept elsewhere."""
    area = guest.mmap(6 * PAGE)
    for n in range(6):
        guest.store(area + n * PAGE, b"x")
    guest.ok("mlock", area, 2 * PAGE)
    fd = guest.open("/tmp/f", 0o102)
    guest.ok("write", fd, area, 3 * PAGE)
    zone, memory = read_file(guest, "/proc/zoneinfo"), values(read_file(guest, "/proc/meminfo"))
    mine = values(zone.split("  pages free")[0])
    for name, other in (pair.split("=") for pair in SAME.split()):
        assert mine[name] * 4 == memory[other], name
    assert mine["nr_page_table_pages"] == guest.kernel.pages.nr_table_pages
    assert (mine["nr_dirtied"], values(zone.split("Node")[1])["nr_mlock"]) == (3, 2)


def test_stat_adds_up(guest: Guest) -> None:
    """intr: the sum, then each number's count, where /proc/interrupts has it; ctxt: every switch of every task."""
    guest.kernel.irqs.counts["vda"][0] += 3
    guest.kernel.irqs.ipis[1][0] += 2
    before = guest.kernel.sched.nr_left
    guest.kernel.sched.preempt(guest.kernel.cpu)
    guest.kernel.sched.fill_idle_harts()
    text = read_file(guest, "/proc/stat")
    intr = [int(n) for n in re.search(r"^intr (.*)$", text, re.MULTILINE)[1].split()]
    assert intr[0] == sum(intr[1:])
    assert (intr[1 + 8], intr[1 + 11]) == (3, 2)
    assert values(text)["ctxt"] == before + 1
    assert len(re.search(r"^softirq (.*)$", text, re.MULTILINE)[1].split()) == 11
    assert values(read_file(guest, "/proc/self/status"))["nonvoluntary_ctxt_switches"] == 1


def test_diskstats(guest: Guest) -> None:
    """17 numbers a disk; a write-back is counted when the disk is done, with the time it took."""
    fd = guest.open("/tmp/f", 0o102)
    guest.ok("write", fd, BUF, 100)
    disk = guest.kernel.disk
    disk.submit(2)
    asked = read_file(guest, "/proc/diskstats").splitlines()[0].split()
    assert asked[:3] == ["254", "0", "vda"]
    assert len(asked[3:]) == 17
    assert asked[3 + 8] == "1"
    disk.complete(disk.free_at)
    done = [int(n) for n in read_file(guest, "/proc/diskstats").splitlines()[0].split()[3:]]
    spent = disk.write_done.cycles * 1000 // guest.kernel.options.clock_hz
    assert done[4:10] == [1, 0, 16, spent, 0, done[9]]
    assert done[9] <= done[10]
    assert done[11:] == [0] * 6


def test_drop_caches_at_boot_is_refused() -> None:
    """There is nothing to drop yet, and it says so."""
    with pytest.raises(EmuError, match="nothing is cached yet"):
        tunables.parse("vm.drop_caches", "3")


def test_vmstat_rows(guest: Guest) -> None:
    """Zones, nodes, thresholds and events in Linux's order; each event that happens is counted."""
    text = read_file(guest, "/proc/vmstat")
    names = [line.split()[0] for line in text.splitlines()]
    zone, node = ZONE.split()[11:], NODE.split()
    of_zone = zone[zone.index("nr_free_pages") : zone.index("pagesets")]
    assert names[: len(of_zone) + len(node)] == [*of_zone, *node]
    assert len(set(names)) == len(names)
    before = values(text)
    assert before["pgalloc_normal"] + before.get("pgalloc_dma32", 0) - before["pgfree"] == sum(
        zone.managed - zone.free for zone in guest.kernel.pages.zones
    )
    addr = guest.mmap(4 * PAGE)
    guest.store(addr, b"x")
    guest.ok("munmap", addr, 4 * PAGE)
    fd = guest.open("/proc/sys/vm/drop_caches", 1)
    guest.store(guest.buffer, b"3")
    guest.ok("write", fd, guest.buffer, 1)
    after = values(read_file(guest, "/proc/vmstat"))
    assert after["drop_slab"] == after["drop_pagecache"] == 1
    assert after["pgfree"] > before["pgfree"]


def test_mountinfo(tmp_path: Path) -> None:
    """Each mount stands on another one and names its device; blanks are octal (proc_pid_mountinfo(5))."""
    (tmp_path / "a b").mkdir()
    guest = Guest(mounts=(Mount(str(tmp_path / "a b"), "/dev/x y"),))
    rows = [row.split() for row in read_file(guest, "/proc/self/mountinfo").splitlines()]
    at = {row[4]: row for row in rows}
    assert at["/dev/x\\040y"][1] == at["/dev"][0]
    assert at["/dev"][1] == at["/"][0]
    source = f"{tmp_path}/a b".replace(" ", "\\040")
    assert at["/dev/x\\040y"][3:] == ["/", "/dev/x\\040y", "ro,relatime", "-", "hostfs", source, "ro"]
    assert len({row[2] for row in rows}) == len({row[0] for row in rows}) == len(rows)
    table = [row.split() for row in read_file(guest, "/proc/self/mounts").splitlines()]
    assert [row[1] for row in table] == [row[4] for row in rows]
    assert read_file(guest, "/proc/mounts") == read_file(guest, "/proc/self/mounts")


@pytest.mark.parametrize(("seconds", "samples"), [(5, 0), (5.01, 1), (60, 11), (301, 60), (100_000, 20_000)])
def test_load_average_of_one_task_that_runs(guest: Guest, seconds: float, samples: int) -> None:
    """proc_loadavg(5): averages over 1, 5 and 15 minutes, a sample every 5 seconds; sysinfo has the same in 1/65536."""
    guest.kernel.harts[0].cycle += int(seconds * guest.kernel.options.clock_hz)
    expected = [1 - math.exp(-samples * 5 / 60 / minutes) for minutes in (1, 5, 15)]
    *averages, tasks, last = read_file(guest, "/proc/loadavg").split(" ")
    assert [float(text) for text in averages] == pytest.approx(expected, abs=0.011)
    assert all(len(text) == 4 for text in averages)
    assert (tasks, last) == ("1/1", "1\n")
    guest.ok("sysinfo", BUF)
    word, size = ("Q", 8) if guest.xlen == 64 else ("I", 4)
    loads = struct.unpack(f"<3{word}", guest.load(BUF + size, 3 * size))
    assert [load / 65536 for load in loads] == pytest.approx([float(text) for text in averages], abs=0.006)


def test_load_average_falls_while_all_sleep(guest64: Guest) -> None:
    """Samples are taken with the number of tasks that were active then: 15 minutes after it fell asleep 1 / e."""
    hart, hour = guest64.kernel.harts[0], 3600 * guest64.kernel.options.clock_hz
    hart.cycle += 10 * hour
    guest64.task.set_state("waiting")
    hart.cycle += hour // 4
    guest64.task.set_state("running")
    averages = [float(text) for text in read_file(guest64, "/proc/loadavg").split()[:3]]
    assert averages == pytest.approx([math.exp(-15), math.exp(-3), math.exp(-1)], abs=0.06)  # rounded down each time


def test_who_waits_for_a_disk_is_active(guest64: Guest) -> None:
    """Uninterruptible sleep counts as Linux counts it: state D."""
    kernel, task = guest64.kernel, guest64.task
    task.io_cause = 1
    task.set_state("waiting")
    kernel.harts[0].cycle += 5 * 3600 * kernel.options.clock_hz
    assert kernel.sched.load.text() == "1.00 1.00 1.00"
    kernel.sched.wake_up(task)
    kernel.sched.fill_idle_harts()


def test_sysinfo_and_meminfo_agree() -> None:
    """sysinfo(2): the same memory and swap, without the page that names the area."""
    guest = Guest(64, swap=1 << 20)
    guest.store(BUF, bytes(112))
    guest.ok("sysinfo", BUF)
    total, free, shared, _, swap, free_swap = struct.unpack("<6Q", guest.load(BUF + 32, 48))
    rows = values(meminfo.meminfo(guest.kernel).decode())
    names = ("MemTotal", "MemFree", "Shmem", "SwapTotal", "SwapFree")
    assert [n // 1024 for n in (total, free, shared, swap, free_swap)] == [rows[name] for name in names]
