"""The programs in programs/kernel/: what they print, how they end, and the accounts that make their point."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = sorted(path.name for path in (ROOT / "programs" / "kernel").glob("*.s"))
Figures = Mapping[str, int | range]
NO_FIGURES: Figures = MappingProxyType({})


class Case(NamedTuple):
    """A command line, what comes of it, and figures of the kernel's accounts: exact, or a range that they lie in.

    `out` may be one text for each width; `*` in it is any number, `…` anything; `err` must occur in what emu says.
    """

    program: str
    out: str | dict[int, str]
    code: int = 0
    figures: Figures = NO_FIGURES
    options: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    err: tuple[str, ...] = ()
    xlens: tuple[int, ...] = (32, 64)


TOUCHED = "32 MB asked for, and granted\n"
TEN_MAPPED = "10 pages mapped by the handler\n55 is the sum of what was stored\n"
NEAR_8MB = range(2040, 2070)
INTACT = TOUCHED + "8192 pages written\n8192 pages read again\n0 of them damaged\n"
ON_RV32 = {"futex": "futex_time64", "mmap": "mmap2"}
MANY, ENOUGH = range(20, 100_000), range(2000, 4000)
SMALL, EIGHT = ("--ram", "16M"), ("--ram", "8M")
NO_HUGE = "there are no huge pages: --huge-pages 2\n"

SEGV_KINDS = """\
read through a NULL pointer: si_code 1
write to my own instructions: si_code 2
write to a constant: si_code 2
execute data: si_code 2
read what belongs to the kernel: si_code 1
"""
BRK = """\
a heap of 64 pages
0 frames taken by asking
9 frames taken by touching 8 pages: one is their page table
0 frames left after moving the end back
"""
COW = """\
64 pages are written, now fork
{} frames for the child: its page tables, and what the parent wrote since
the child writes 10 pages: 10 frames, 10 faults
the same pages again: 0 faults
0 frames left after its end
0 frames for 10 pages that the parent writes: they are its own again
"""
ZOMBIE = """\
after its end, kill says 0
wait found my child: 1, with status 7
after wait, kill says -3
nobody left to wait for: -10
"""
ORPHAN = """\
grandchild: my parent is 2
process 1: 2 ended with status 2
grandchild: my parent is 1
process 1: 3 ended with status 3
"""
EXEC = """\
process 1: the variable is 1
process 1: the variable is 1
my argument came along
a file that isn't there: -2, and I am still here
"""
PIPE = """\
written: 200000
read:    200000, then 0
nobody reads: the child was killed by signal 13
nobody reads, SIGPIPE ignored: -32
"""
SIGNAL = """\
handler: signal 10 from process 1
registers after it: 832
ignored
the child was killed (2) by signal 10
"""

MMAP_KINDS = """\
at the address of the hint: 1, and its first word is 0
at the same address once more: 0
with MAP_FIXED_NOREPLACE: -17
with MAP_FIXED; what was there, 7, is now 0
0 is in the file after a store to a private mapping
115 after a store to a shared one; the private one has 112
behind the end of the file: signal 7
"""
FITS = """\
1024 pages
0 major faults in a round
0 major faults in a round
0 major faults in a round
0 pages lost
"""
THRASHES = """\
3072 pages
* major faults in a round
* major faults in a round
* major faults in a round
0 pages lost
"""
OOM = """\
child 3: killed by signal 9
child 5: killed by signal 9
child 2: ended by itself
child 4: ended by itself
"""
PAGE_CACHE = """\
100000 bytes
first reading, cycles:  *
second reading, cycles: *
major faults of a mapping: 0
"""
WRITE_BACK = """\
16 pages by write: no waiting
fsync: waited for the disk
fsync again: no waiting
fsync after a store to a mapping: waited for the disk
"""
MREMAP = """\
larger, at the same address: 1
no room above: -12
moved: 1, for less than 16 frames: 1
0 pages lost
"""
MADVISE = """\
0 of 16 pages in memory after mmap
8 after writing 8
4 frames freed by MADV_DONTNEED for 4 of them
4 in memory
0 is what the first holds now, 4 the fifth
"""
OVERCOMMIT = """\
at the beginning:  VSZ * kB, RSS 16 kB
64 MB asked for:   VSZ * kB, RSS 20 kB
1 MB of it used:   VSZ * kB, RSS 1044 kB
"""
SHM_SYSV = """\
found by its key, after its maker has ended: 77
removed, but still attached: 77
after the last one has left: -2
"""
MEMFD = "memfd: the child left 103\n/dev/shm: the child left 104\nread by its name: 104\n"
ALARM = "5 alarms while it computed\na sleep of 500 ms ended with -4\n"
FIFO = """\
reader: opens, and waits for a writer
writer: opens
reader: 100 bytes, then end of file
"""
RMAP = "frame *: mapped by 1\nframe *: mapped by 4\nframe *: mapped by 1\n"
LAZYFREE = """\
1000 of 1000 pages are as they were: there is memory enough
memory was short, pages are gone: 1
10 of the 10 that were written again are there
"""
BUDDY = "  * frames are free; huge pages to be had, of 4: {}\n"
FRAGMENTATION = {
    xlen: "".join(
        f"{when}\nNode 0, zone {zone}…\n{BUDDY.format(pages)}"
        for when, pages in zip(
            ("at the beginning", "14 MB in use", "every second page given back", "the others too"), found, strict=True
        )
    )
    for xlen, zone, found in ((64, "   DMA32", (4, 0, 0, 4)), (32, "  Normal", (3, 0, 0, 2)))
}
SOFTIRQS = "300 sleepers woken by 19 rounds of the TIMER softirq\n…TIMER:         19\n…"
EIGHT_MB = ("--ram", "8M", "--swap", "32M")

CASES = [
    Case("segv_kinds.s", SEGV_KINDS, figures={"faults.invalid": 5, "syscalls.rt_sigreturn": 5}),
    Case(
        "stack_growth.s", "256 calls deep: 257 faults\n256 calls deep: 0 faults\n", 0, {"faults.minor": range(257, 275)}
    ),
    Case("stack_overflow.s", "SIGSEGV when the stack had 8 MB\n", 3, {"faults.invalid": 1, "faults.minor": NEAR_8MB}),
    Case("stack_overflow.s", "", 139, {"faults.minor": NEAR_8MB}, args=("x",), err=("SIGSEGV",)),
    Case("brk.s", BRK, 139, {"faults.minor": range(8, 24)}, err=("SIGSEGV", "load page fault")),
    Case("cow.s", {32: COW.format(4), 64: COW.format(10)}, figures={"faults.cow": range(22, 34)}),
    Case("shared.s", "child:  private 2, shared 2\nparent: private 1, shared 2\n"),
    Case("zombie.s", ZOMBIE),
    Case("orphan.s", ORPHAN, figures={"syscalls.getppid": 2}),
    Case("exec.s", EXEC, figures={"syscalls.execve": 2}),
    Case("pipe.s", PIPE, figures={"context_switches": range(6, 40)}),
    Case("signal.s", SIGNAL, figures={"syscalls.rt_sigreturn": 1}),
    Case("segv_map.s", TEN_MAPPED, figures={"faults.invalid": 10, "syscalls.mmap": 10}),
    Case("mmap_kinds.s", MMAP_KINDS, figures={"faults.invalid": 1, "faults.cow": range(1, 9)}, err=("SIGBUS",)),
    Case("mremap.s", MREMAP, 139, {"faults.minor": range(64, 80), "faults.cow": 0}, err=("SIGSEGV",)),
    Case("madvise.s", MADVISE, figures={"faults.minor": range(9, 24), "syscalls.mincore": 3}),
    Case("write_barrier.s", "written: 4 16 32\n", figures={"faults.invalid": 3}),
    Case("threads.s", "4000\n", figures={"syscalls.futex": range(8, 10_000)}),
    Case("threads.s", "4000\n", figures={"syscalls.futex": range(8, 10_000)}, options=("--harts", "4")),
    Case("threads.s", "additions were lost\n", 1, args=("unlocked",)),
    Case(
        "touch8g.s",
        INTACT,
        figures={
            "swap_pages.out": range(4096, 40_000),
            "swap_pages.in": range(4096, 40_000),
            "faults.minor": range(8192, 16384),
            "faults.major": range(500, 8192),
            "memory_pages.max_rss": range(3000, 4096),
            "reclaim.oom_kills": 0,
        },
        options=(*SMALL, "--swap", "64M"),
        args=("32",),
    ),
    Case(
        "touch8g.s",
        TOUCHED,
        137,
        {"swap_pages.out": 0, "reclaim.oom_kills": 1, "memory_pages.max_rss": range(3800, 4096)},
        SMALL,
        ("32",),
        ("invoked oom-killer", "Killed process 1 (touch8g.s)"),
    ),
    Case("working_set.s", FITS, 0, {"swap_pages.in": 0, "faults.major": range(3)}, EIGHT_MB, ("4",)),
    Case(
        "working_set.s",
        THRASHES,
        figures={
            "swap_pages.out": range(2000, 20_000),
            "swap_pages.in": range(3000, 12_000),
            "faults.major": range(1000, 9000),
        },
        options=EIGHT_MB,
        args=("12",),
    ),
    Case("kswapd.s", "4096 pages written\n", 0, {"reclaim.freed_kswapd": ENOUGH, "reclaim.direct": 0}, EIGHT_MB),
    Case(
        "kswapd.s", "4096 pages written\n", 0, {"swap_pages.out": ENOUGH, "reclaim.direct": MANY}, EIGHT_MB, ("hurry",)
    ),
    Case(
        "oom.s",
        OOM,
        figures={"reclaim.oom_kills": 2, "swap_pages.out": 0, "memory_pages.max_rss": range(900, 1100)},
        options=("--ram", "8M"),
        err=("Killed process 3 (oom.s)", "Killed process 5 (oom.s)", "-1000 oom.s"),
    ),
    Case(
        "page_cache.s",
        PAGE_CACHE,
        figures={"disk_kb.in": range(100, 140), "memory_pages.page_cache": range(25, 50)},
        options=("--mount", "{tmp}:/here"),
        args=("/here/file",),
    ),
    Case("write_back.s", WRITE_BACK, figures={"file_pages.written": 17, "disk_kb.out": 68, "file_pages.dirty": 0}),
    Case("overcommit.s", OVERCOMMIT, figures={"faults.minor": range(256, 300)}, options=SMALL),
    Case(
        "overcommit.s",
        "at the beginning:  VSZ * kB, RSS 16 kB\n4 MB were granted, then -12\n",
        12,
        options=(*SMALL, "--sysctl", "vm.overcommit_memory=2"),
    ),
    Case("shm_sysv.s", SHM_SYSV, figures={"faults.cow": range(1, 6), "syscalls.shmat": 2}),
    Case("memfd.s", MEMFD, figures={"disk_kb.out": 0, "syscalls.memfd_create": 1}),
    Case("alarm.s", ALARM, figures={"interrupts.timer": range(6, 30), "softirqs.TIMER": range(6, 30)}),
    Case("fifo.s", FIFO, figures={"context_switches": range(1, 30), "disk_kb.out": 0}),
    Case("numa.s", "touched by hart 0: node 0\ntouched by hart 1: node 1\n", options=("--harts", "2", "--nodes", "2")),
    Case("rmap.s", RMAP, figures={"faults.cow": range(3, 30), "syscalls.clone": 3}),
    Case("lazyfree.s", LAZYFREE, figures={"swap_pages.out": 0, "reclaim.freed_kswapd": range(90, 900)}, options=EIGHT),
    Case("fragmentation.s", FRAGMENTATION, options=SMALL),
    Case(
        "huge_pages.s",
        {
            64: "small pages: 1025 faults, then * cycles a page\nhuge pages:  2 faults, then * cycles a page\n",
            32: "small pages: 1025 faults, then * cycles a page\nhuge pages:  1 faults, then * cycles a page\n",
        },
        options=("--huge-pages", "2"),
    ),
    Case("huge_pages.s", "small pages: 1025 faults, then * cycles a page\n" + NO_HUGE, 1),
    Case(
        "softirqs.s",
        SOFTIRQS,
        figures={"interrupts.timer": range(1, 40), "softirqs.TIMER": 19, "syscalls.clone": 300},
    ),
    Case("touch8g.s", "3008 MB granted, then no more: errno 12\n", 12, options=("--ram", "4G"), xlens=(32,)),
]


def name(case: Case) -> str:
    """The case in a few words."""
    return " ".join((case.program, *case.options, *case.args))


def figure(document: dict, path: str) -> int:
    """`faults.minor`: a figure of the kernel's accounts; a system call by its name as RV64 has it."""
    group, _, key = path.partition(".")
    if group == "syscalls" and document["program"]["xlen"] == 32:
        key = ON_RV32.get(key, key)
    found = document["kernel"][group]
    return found[key] if key else found


@pytest.mark.parametrize(
    ("case", "xlen"), [pytest.param(case, xlen, id=f"{name(case)}-{xlen}") for case in CASES for xlen in case.xlens]
)
def test_kernel_program(run, tmp_path: Path, case: Case, xlen: int) -> None:
    """The program says what the row says, ends as it says, and the accounts show why."""
    report = tmp_path / "report"
    (tmp_path / "file").write_bytes(bytes(100_000))
    chosen = [option.replace("{tmp}", str(tmp_path)) for option in case.options]
    options = ("--timing", "off", "--json", "-o", str(report), *chosen)
    done = run(xlen, f"kernel/{case.program}", *case.args, options=options, stat=True)
    expected = case.out[xlen] if isinstance(case.out, dict) else case.out
    assert re.fullmatch(re.escape(expected).replace(r"\*", r"\d+").replace("…", r"[\s\S]*?"), done.out), done.out
    assert done.code == case.code, done.err
    for text in case.err:
        assert text in done.err
    assert bool(done.err) == bool(case.err), done.err
    document = json.loads(report.read_text())
    for path, wanted in case.figures.items():
        found = figure(document, path)
        assert found in wanted if isinstance(wanted, range) else found == wanted, (path, found)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_asks_a_question(program: str) -> None:
    """The first comment names the file, asks a question and says what to look at; and some row runs the program."""
    lines = (ROOT / "programs" / "kernel" / program).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"# {program}: ")
    assert lines[0].endswith("?")
    assert any(line.startswith("# Look at: ") for line in lines)
    others = (ROOT / "tests" / "programs" / "test_kernel_hardware.py").read_text(encoding="utf-8")
    assert program in {case.program for case in CASES} or f"kernel/{program}" in others


def test_the_document_lists_every_program() -> None:
    """docs/kernel-programs.md has a row for each, and none for a file that isn't there."""
    text = (ROOT / "docs" / "kernel-programs.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"^\| `(\w+\.s)", text, re.MULTILINE))) == PROGRAMS
