"""/proc: Linux's own formats, read as a program reads them (proc(5))."""

from __future__ import annotations

import re
import struct

import pytest
from kernel_fake import BASE, BSS, DATA, Guest

PAGE = 4096
AT, BUF = -100, BSS + 0x800


def read(guest: Guest, path: str) -> str:
    """The whole of a file through system calls."""
    fd = guest.open(path)
    area = guest.mmap(16 * PAGE)
    text = b""
    while got := guest.ok("read", fd, area, 16 * PAGE):
        text += guest.load(area, got)
    guest.ok("munmap", area, 16 * PAGE)
    guest.ok("close", fd)
    return text.decode()


def table(text: str) -> dict[str, int]:
    """`Name:   123 kB` lines as a dict."""
    return {m[1]: int(m[2]) for m in re.finditer(r"^([\w()]+):?\s+(\d+)", text, re.MULTILINE)}


def test_maps(guest: Guest) -> None:
    """Each line has Linux's columns, the path at column 74."""
    text = read(guest, "/proc/self/maps")
    lines = text.splitlines()
    assert re.fullmatch(r"00010000-00011000 r-xp 00000000 00:0\d \d+ +/prog", lines[0])
    assert all(
        re.match(r"[0-9a-f]{8,}-[0-9a-f]{8,} [r-][w-][x-][ps] [0-9a-f]{8} \d\d:\d\d \d+ ", line) for line in lines
    )
    assert lines[0].index("/prog") == 73
    assert [line.split()[-1] for line in lines if "[" in line] == ["[vdso]", "[stack]"]
    assert text == read(guest, "/proc/1/maps")


def test_smaps_adds_up(guest: Guest) -> None:
    """The sum of Rss over areas is VmRSS, private and shared pages are told apart, swap is counted."""
    addr = guest.mmap(10 * PAGE)
    for n in range(7):
        guest.store(addr + n * PAGE, b"x")
    guest.fork()
    guest.store(addr, b"mine")
    text = read(guest, "/proc/self/smaps")
    blocks = re.split(r"(?m)^(?=[0-9a-f]{8,}-)", text)[1:]
    rss = sum(table(block)["Rss"] for block in blocks)
    rollup = table(read(guest, "/proc/self/smaps_rollup"))
    assert rss == rollup["Rss"]
    mine = next(
        block for block in blocks if int(block.split("-")[0], 16) <= addr < int(block.split("-")[1].split()[0], 16)
    )
    rows = table(mine)
    assert rows["Private_Dirty"] >= 4
    assert rows["Shared_Dirty"] >= 24
    assert "VmFlags: rd wr mr mw me ac" in mine


def test_status_and_statm(guest: Guest) -> None:
    """The figures agree with each other."""
    status = read(guest, "/proc/self/status")
    rows = table(status)
    assert "Name:\tprog\n" in status
    assert "State:\tR (running)\n" in status
    assert (rows["Pid"], rows["Tgid"], rows["Threads"]) == (1, 1, 1)
    assert rows["VmRSS"] == rows["RssAnon"] + rows["RssFile"] + rows["RssShmem"]
    size, resident = (int(n) for n in read(guest, "/proc/self/statm").split()[:2])
    assert size * 4 <= rows["VmPeak"]
    assert abs(resident * 4 - rows["VmRSS"]) <= 16


def test_stat_has_52_fields(guest: Guest) -> None:
    """Numbers stand where proc(5) says."""
    fields = read(guest, "/proc/self/stat").split()
    assert len(fields) == 52
    assert fields[:4] == ["1", "(prog)", "R", "0"]
    assert int(fields[25]) == BASE


def test_pagemap(guest: Guest) -> None:
    """From a virtual page to its frame, as `getphys` does; nothing where nothing is mapped."""
    guest.store(DATA, b"here")
    fd = guest.open("/proc/self/pagemap")
    seek = (fd, DATA // PAGE * 8, 0)
    if guest.xlen == 64:
        guest.ok("lseek", *seek)
    else:
        guest.ok("llseek", fd, 0, DATA // PAGE * 8, BUF, 0)
    guest.ok("read", fd, BUF, 16)
    entry, _ = struct.unpack("<QQ", guest.load(BUF, 16))
    assert entry >> 63
    pfn = entry & (1 << 55) - 1
    assert bytes(guest.machine.ram[pfn * PAGE : pfn * PAGE + 4]) == b"here"
    assert guest.errno("read", fd, BUF, 7) == "EINVAL"


def test_meminfo(guest: Guest) -> None:
    """Linux's names in Linux's order and width; free and used add up."""
    text = read(guest, "/proc/meminfo")
    assert text.startswith("MemTotal:           4092 kB\n")
    assert all(re.fullmatch(r"[\w()]+: +\d+( kB)?", line) for line in text.splitlines())
    rows = table(text)
    assert rows["MemTotal"] == guest.kernel.pages.total_pages * 4
    assert 0 < rows["MemFree"] < rows["MemTotal"]
    assert rows["MemAvailable"] <= rows["MemTotal"]
    assert rows["PageTables"] <= guest.kernel.pages.nr_table_pages * 4 <= rows["PageTables"] + 8


def test_mlocked(guest: Guest) -> None:
    """Locked pages are counted, each frame once, until they are unlocked."""
    addr = guest.mmap(10 * PAGE)
    guest.ok("mlock", addr + PAGE, 3 * PAGE)
    assert table(read(guest, "/proc/meminfo"))["Mlocked"] == 12
    guest.fork()
    assert table(read(guest, "/proc/meminfo"))["Mlocked"] == 12
    guest.ok("munlock", addr + PAGE, PAGE)
    assert table(read(guest, "/proc/vmstat"))["nr_mlock"] == 2


def test_buddyinfo_and_zoneinfo(guest: Guest) -> None:
    """The blocks in buddyinfo are the free pages of the zone."""
    line = read(guest, "/proc/buddyinfo").splitlines()[0]
    counts = [int(n) for n in line.split()[4:]]
    assert line.startswith("Node 0, zone ")
    zone = guest.kernel.pages.zones[0]
    assert abs(sum(n << order for order, n in enumerate(counts)) - zone.nr_free) <= 16
    assert f"        low      {zone.low}\n" in read(guest, "/proc/zoneinfo")


def test_slabinfo(guest: Guest) -> None:
    """Areas and tasks are counted where Linux keeps them."""
    text = read(guest, "/proc/slabinfo")
    rows = {line.split()[0]: [int(n) for n in line.split()[1:6]] for line in text.splitlines()[2:]}
    assert rows["task_struct"][0] == 1
    before = rows["vm_area_struct"][0]
    guest.mmap(PAGE, 1)
    text = read(guest, "/proc/slabinfo")
    assert f"vm_area_struct    {before + 1:6d}" in text


@pytest.mark.parametrize(
    "name", ["vmstat", "stat", "uptime", "loadavg", "version", "cpuinfo", "interrupts", "softirqs"]
)
def test_the_others_read(guest: Guest, name: str) -> None:
    """They are there and not empty."""
    assert read(guest, f"/proc/{name}")


def test_extensions_are_those_that_hwprobe_knows(guest: Guest) -> None:
    """cpuinfo's isa, in the order of Linux."""
    guest.kernel.hwcap |= 1 << 5 | 1 << 3  # F and D
    isa = f"rv{guest.kernel.xlen}imafdc_zicond_zicsr_zifencei_zihintpause_zfa_zba_zbb_zbs"
    assert f"isa\t\t: {isa}\n" in read(guest, "/proc/cpuinfo")


def test_links(guest: Guest) -> None:
    """exe, cwd and fd/N name what they lead to, and can be opened."""
    for link, target in (("exe", b"/prog"), ("cwd", b"/"), ("root", b"/")):
        got = guest.ok("readlinkat", AT, guest.string(f"/proc/self/{link}"), BUF, 64)
        assert guest.load(BUF, got) == target
    fd = guest.open("/proc/self/exe")
    guest.ok("read", fd, BUF, 4)
    assert guest.load(BUF, 4) == b"\x7fELF"
    again = guest.open(f"/proc/self/fd/{fd}")
    assert again == fd + 1


def test_listing(guest: Guest) -> None:
    """getdents64 shows the processes and the files."""
    child = guest.fork()
    fd = guest.open("/proc", 0o200000)
    area = guest.mmap(4 * PAGE)
    names = []
    while got := guest.ok("getdents64", fd, area, 1000):
        data = guest.load(area, got)
        while data:
            size = struct.unpack_from("<H", data, 16)[0]
            names.append(data[19:size].split(b"\0")[0].decode())
            data = data[size:]
    assert names[:2] == [".", ".."]
    assert {"1", str(child.pid), "meminfo", "self", "sys"} <= set(names)
    assert guest.errno("getdents64", guest.open("/proc", 0o200000), area, 10) == "EINVAL"
    assert guest.errno("getdents64", guest.open("/prog"), area, 100) == "ENOTDIR"


def write(guest: Guest, path: str, text: str) -> str:
    fd = guest.open(path, 1)
    guest.store(BUF, text.encode())
    return guest.errno("write", fd, BUF, len(text))


def test_tunables(guest: Guest) -> None:
    """Values are stored when they are numbers in range, else EINVAL; drop_caches drops."""
    assert write(guest, "/proc/sys/vm/swappiness", "10\n") == "success 3"
    assert read(guest, "/proc/sys/vm/swappiness") == "10\n"
    assert guest.kernel.sysctl.swappiness == 10
    assert write(guest, "/proc/sys/vm/swappiness", "999") == "EINVAL"
    for text in ("junk", "1_0", "", "0x", "10 20"):
        assert write(guest, "/proc/sys/vm/swappiness", text or " ") == "EINVAL", text
    for text, value in (("0x10", 16), ("010", 8), (" 12 \n", 12), ("0", 0)):
        assert write(guest, "/proc/sys/vm/swappiness", text) == f"success {len(text)}"
        assert guest.kernel.sysctl.swappiness == value
    assert write(guest, "/proc/sys/vm/min_free_kbytes", "256") == "success 3"
    assert guest.kernel.pages.zones[0].min == 64
    fd = guest.open("/tmp/f", 0o102)
    guest.ok("write", fd, BUF, 100)
    guest.ok("fsync", fd)
    before = guest.kernel.vm.nr_file_pages
    assert write(guest, "/proc/sys/vm/drop_caches", "1") == "success 1"
    assert guest.kernel.vm.nr_file_pages < before


def test_oom_score_adj(guest: Guest) -> None:
    """It can be set from -1000 to 1000 and moves oom_score."""
    assert write(guest, "/proc/self/oom_score_adj", "500") == "success 3"
    assert int(read(guest, "/proc/self/oom_score")) > 900
    assert write(guest, "/proc/self/oom_score_adj", "1001") == "EINVAL"
    assert write(guest, "/proc/self/oom_score_adj", "-1000") == "success 5"
    assert read(guest, "/proc/self/oom_score") == "0\n"


def test_strange_names(guest: Guest) -> None:
    """Names that are nothing are ENOENT; nothing can be made in /proc."""
    for path in (
        "/proc/99999",
        "/proc/0",
        "/proc/-1",
        "/proc/1e5",
        "/proc/self/fd/99",
        "/proc/self/nothing",
        "/proc/sys/x",
    ):
        assert guest.errno("openat", AT, guest.string(path), 0, 0) == "ENOENT"
    assert guest.errno("mkdirat", AT, guest.string("/proc/new"), 0o755) == "ENOENT"
    assert guest.errno("openat", AT, guest.string("/proc/self/maps"), 1, 0) in ("EACCES", "success 3", "success 4")


def test_fdinfo(guest: Guest) -> None:
    """proc_pid_fdinfo(5): where the file stands, how it was opened, what it is; nothing of what is closed."""
    fd = guest.open("/tmp/f", 0o2102)
    guest.ok("write", fd, BUF, 5)
    guest.ok("fcntl" if guest.xlen == 64 else "fcntl64", fd, 2, 1)  # FD_CLOEXEC
    inode = guest.kernel.current.files.get(fd).inode
    rows = dict(line.split(":\t") for line in read(guest, f"/proc/self/fdinfo/{fd}").splitlines())
    assert list(rows) == ["pos", "flags", "mnt_id", "ino"]
    large = "1" if guest.xlen == 64 else "0"  # O_LARGEFILE
    assert (rows["pos"], rows["flags"].zfill(9), int(rows["ino"])) == ("5", f"02{large}02002".zfill(9), inode.ino)
    assert f"\n{rows['mnt_id']} " in "\n" + read(guest, "/proc/self/mountinfo")
    guest.ok("close", fd)
    assert guest.errno("openat", -100, guest.string(f"/proc/self/fdinfo/{fd}"), 0, 0) == "ENOENT"


def test_comm_is_written(guest: Guest) -> None:
    """proc_pid_comm(5): a process names itself, with 15 bytes."""
    fd = guest.open("/proc/self/comm", 1)
    guest.store(BUF, b"a name that is too long")
    assert guest.ok("write", fd, BUF, 23) == 23
    assert read(guest, "/proc/self/comm") == "a name that is \n"


@pytest.mark.parametrize(
    ("ratio", "other", "value"),
    [
        ("overcommit_ratio", "overcommit_kbytes", 4096),
        ("dirty_ratio", "dirty_bytes", 10 * PAGE),
        ("dirty_background_ratio", "dirty_background_bytes", 5 * PAGE),
    ],
)
def test_two_ways_to_say_it(guest: Guest, ratio: str, other: str, value: int) -> None:
    """sysctl/vm.rst: only one of a pair may be set at a time; the other reads as 0 then."""
    assert write(guest, f"/proc/sys/vm/{other}", str(value)) == f"success {len(str(value))}"
    assert [read(guest, f"/proc/sys/vm/{name}") for name in (ratio, other)] == ["0\n", f"{value}\n"]
    write(guest, f"/proc/sys/vm/{ratio}", "30")
    assert [read(guest, f"/proc/sys/vm/{name}") for name in (ratio, other)] == ["30\n", "0\n"]


def test_dirty_bytes(guest: Guest) -> None:
    """The thresholds in pages; the background's is half of the other when it isn't smaller."""
    write(guest, "/proc/sys/vm/dirty_bytes", str(20 * PAGE))
    write(guest, "/proc/sys/vm/dirty_background_bytes", str(5 * PAGE))
    rows = table(read(guest, "/proc/vmstat"))
    assert (rows["nr_dirty_threshold"], rows["nr_dirty_background_threshold"]) == (20, 5)
    write(guest, "/proc/sys/vm/dirty_background_bytes", str(30 * PAGE))
    assert table(read(guest, "/proc/vmstat"))["nr_dirty_background_threshold"] == 10


def test_dirty_writeback_centisecs(guest: Guest) -> None:
    """sysctl/vm.rst: 0 stops what is written from time to time; any other number starts it."""
    guest.ok("write", guest.open("/tmp/f", 0o102), BSS, 100)
    vm, centisecond = guest.kernel.vm, guest.kernel.options.clock_hz // 100
    write(guest, "/proc/sys/vm/dirty_writeback_centisecs", "0")
    guest.advance(1000 * centisecond)
    assert vm.nr_dirty
    write(guest, "/proc/sys/vm/dirty_writeback_centisecs", "50")
    guest.advance(40 * centisecond)
    assert vm.nr_dirty
    guest.advance(20 * centisecond)
    assert not vm.nr_dirty


def test_watermark_scale_factor(guest: Guest) -> None:
    """sysctl/vm.rst: in fractions of 10,000 the distance between a zone's watermarks."""
    zone = guest.kernel.pages.zones[0]
    assert write(guest, "/proc/sys/vm/watermark_scale_factor", "1000") == "success 4"
    assert [zone.low - zone.min, zone.high - zone.low] == [zone.managed // 10] * 2
    assert read(guest, "/proc/sys/vm/watermark_scale_factor") == "1000\n"
    assert write(guest, "/proc/sys/vm/watermark_scale_factor", "3001") == "EINVAL"
