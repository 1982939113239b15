"""The kernel's options, files of /proc at the end, the table of processes, output that is held back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ORPHAN = "programs/kernel/orphan.s"
EMU = [sys.executable, "-m", "emu"]
WRITES = """
    .globl _start
_start:
    li   s0, 4
1:  li   a7, 64
    andi a0, s0, 1
    addi a0, a0, 1                  # stdout and stderr by turns
    la   a1, text
    add  a1, a1, s0
    li   a2, 1
    ecall
    addi s0, s0, -1
    bnez s0, 1b
    li   a0, 0
    li   a7, 93
    ecall
text: .ascii "_dcba"
"""
SLOW = """
    .globl _start
_start:
    li   a7, 64
    li   a0, 1
    la   a1, text
    li   a2, 6
    ecall
    j    .
text: .ascii "early\\n"
"""


@pytest.fixture(autouse=True)
def in_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_files_of_proc_at_the_end(emu) -> None:
    """Those of process 1 before its memory goes, those of the system, a tunable; each under its name."""
    done = emu("run", "--proc", "maps,meminfo,sys/vm/swappiness", "--sysctl", "vm.swappiness=7", "programs/hello.s")
    assert done.code == 0
    assert done.out == "hello, world\n"
    for heading in ("==> /proc/1/maps <==\n", "==> /proc/meminfo <==\nMemTotal:", "/vm/swappiness <==\n7\n"):
        assert heading in done.err
    assert "r-xp" in done.err
    assert "[stack]" in done.err


def test_files_of_every_process(emu) -> None:
    """Each as it was at that process's end; one can be named."""
    done = emu("run", "--plain", "--proc", "*/status,2/statm", ORPHAN)
    lines = done.err.splitlines()
    for pid in (1, 2, 3):
        assert f"/proc/{pid}/status: Pid:\t{pid}" in lines
    assert sum(line.startswith("/proc/2/statm: ") for line in lines) == 1


def test_files_of_a_process_that_is_not_there(emu) -> None:
    """It is said."""
    done = emu("run", "--proc", "7/maps", "programs/hello.s")
    assert (done.code, done.err) == (0, "/proc/7/maps: there was no such process\n")


def test_files_of_a_run_that_is_stopped(emu) -> None:
    """As they are then."""
    done = emu("run", "--proc", "stat", "--max-insns", "1000", "programs/spin.s")
    assert done.code == 124
    assert "==> /proc/stat <==\ncpu " in done.err


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (["--proc", "mapz"], "no file of /proc is called 'mapz'", "'maps'"),
        (["--proc", "1/meminfo"], "no file of /proc is called '1/meminfo'", "'meminfo'"),
        (["--proc", "sys/vm/swapiness"], "no file of /proc is called", "'sys/vm/swappiness'"),
        (["--sysctl", "vm.swapiness=1"], "no tunable is called 'vm.swapiness'", "'vm.swappiness'"),
        (["--sysctl", "vm.swappiness=201"], "--sysctl vm.swappiness=201: not a number from 0 to 200", ""),
        (["--sysctl", "vm.swappiness=many"], "not a number from 0 to 200", ""),
        (["--sysctl", "vm.swappiness"], "is not of the form KEY=VALUE", ""),
        (["--thp", "sometimes"], "'sometimes' is not one of", ""),
        (["--ram", "64K"], "64 kB of memory are too few: ", "--ram 256K"),
        (["--sysctl", "vm.min_free_kbytes=999999"], "vm.min_free_kbytes keeps 262140", "a smaller vm.min_free_kbytes"),
        (["--stack", "1"], "can't start", "a larger --stack"),
    ],
)
def test_what_is_refused(emu, options: list[str], message: str, hint: str) -> None:
    """What is wrong, and what was meant."""
    done = emu("run", *options, "programs/hello.s")
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert hint in done.err


def test_options_reach_the_kernel(emu) -> None:
    """Seen from the guest's side."""
    files = "sys/vm/nr_hugepages,limits,sys/kernel/pid_max"
    done = emu(
        "run", "--plain", "--proc", files, "--huge-pages", "3", "--stack", "1M", "--poison", "--thp", "always",
        "--sysctl", "kernel.pid_max=100", "programs/hello.s",
    )  # fmt: skip
    assert "/proc/sys/vm/nr_hugepages: 3\n" in done.err
    assert "/proc/sys/kernel/pid_max: 100\n" in done.err
    assert "Max stack size            1048576" in done.err


def test_processes_in_the_report(emu) -> None:
    """A row for each, also for those that ended; the same in JSON."""
    done = emu("stat", "--json", "--proc", "uptime", ORPHAN)
    document = json.loads(done.out)
    rows = document["kernel"]["processes"]
    assert [(row["pid"], row["ppid"], row["status"]) for row in rows] == [(1, 0, 0), (2, 1, 2), (3, 1, 3)]
    for row in rows:
        assert row["state"] == "exited"
        assert 0 < row["rss_kb"] <= row["peak_rss_kb"] <= row["peak_vsz_kb"]
        assert row["minor_faults"] > 0 and row["cycles"] > 0 and row["page_tables_kb"] >= 8
    assert set(document["kernel"]["proc"]) == {"uptime"}
    assert document["kernel"]["memory_pages"]["max_page_tables"] >= 10
    text = emu("stat", "--plain", ORPHAN).out
    assert "processes: 2 orphan.s: parent 1, VSZ kB" in text
    assert "end status 3" in text


def test_a_killed_process_in_the_report(emu) -> None:
    """By which signal."""
    done = emu("stat", "--plain", "--ram", "8M", "programs/kernel/oom.s")
    assert done.out.count("end signal 9") == 2


def test_stdout_and_stderr_keep_their_order(tmp_path: Path) -> None:
    """Though both are held back."""
    source = tmp_path / "writes.s"
    source.write_text(WRITES)
    with (tmp_path / "both").open("w") as both:
        assert subprocess.run([*EMU, "run", str(source)], stdout=both, stderr=both, timeout=300).returncode == 0
    assert (tmp_path / "both").read_text().endswith("abcd")


def test_output_is_not_held_for_long(tmp_path: Path) -> None:
    """What was written is seen while the program computes."""
    source = tmp_path / "slow.s"
    source.write_text(SLOW)
    with subprocess.Popen([*EMU, "run", str(source)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert os.read(process.stdout.fileno(), 100) == b"early\n"
        process.kill()


def test_many_small_writes_are_collected(emu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of bytes into a file costs no host call for each."""
    source = tmp_path / "flood.s"
    source.write_text(SLOW.replace("li   a2, 6", "li   a2, 1").replace("j    .", "j    _start"))
    write, calls = os.write, []
    monkeypatch.setattr(os, "write", lambda fd, data: calls.append(fd) or write(fd, data))
    done = emu("run", "--max-output", "100K", source)
    assert (done.code, len(done.out)) == (124, 102_400)
    assert len(calls) < 10_000  # what is held goes out 20 times a second, however slow this host is


def test_the_ways_into_the_kernel_in_one_log(emu) -> None:
    """A system call, an exception, an interrupt with its bottom half, by their cycles."""
    done = emu("run", "--trace", "entries", "programs/kernel/alarm.s")
    heading, *rows = done.err.splitlines()
    assert heading.split() == ["cycle", "hart", "pid", "event"]
    events = [row.split()[3] for row in rows]
    assert {"sys_enter", "fault", "irq", "softirq"} <= set(events)
    at = events.index("irq")
    assert rows[at].endswith("irq irq=5 name=timer")
    assert rows[at + 1].endswith("softirq vec=1 name=TIMER items=1")
    cycles = [int(row.split()[0]) for row in rows]
    assert cycles == sorted(cycles)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--trace", "faultz"], "no tracepoint is called 'faultz'\n  hint: did you mean 'fault'"),
        (["--trace", "irq", "--strace"], "--trace and --strace at once"),
    ],
)
def test_traces_that_are_refused(emu, options: list[str], message: str) -> None:
    """With what would help."""
    done = emu("run", *options, "programs/hello.s")
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_every_group_names_tracepoints() -> None:
    """Each that is emitted somewhere has a row in the table, and each group consists of rows."""
    import re

    from emu.kernel.trace import KINDS
    from emu.report.trace import GROUPS

    source = "".join(path.read_text() for path in (ROOT / "emu" / "kernel").rglob("*.py"))
    emitted = set(re.findall(r'(?:\.trace\(|\.emit\(\s*[\w.]+, )"(\w+)"', source))
    assert emitted <= set(KINDS)
    assert all(set(kinds) <= set(KINDS) for kinds in GROUPS.values())
