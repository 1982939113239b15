"""The programs in programs/c: what they print, how they end, and the figures that make their point."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "programs" / "c"
Emulate = Callable[..., tuple[int, str, str]]

MALLOC = """\
allocate 1 kB: brk                 heap of 16 kB
allocate 1 MB: mmap                heap of 16 kB
free 1 kB: kept                    heap of 16 kB
allocate 1 kB again: the same block, no call
free 1 MB: munmap                  heap of 16 kB
allocate 100 blocks of 500 bytes   heap of 64 kB
free all but the last: kept        heap of 64 kB
free the last: the heap shrinks    heap of  N kB
"""
COLLECTOR = """\
a list of 300:              300 objects
and a circle of two:        302 objects
the circle is dropped:      300 after a collection
100000 objects of garbage:  143 collections
the list is dropped:          0 after a collection
"""
COUNTER = "expected       20000\nwithout a lock {}\nwith a mutex   20000\natomic         20000\n"
TESTED = {
    "malloc.c", "libc_malloc.c", "counter.c", "producer_consumer.c", "false_sharing.c", "matmul.c", "mmap_edit.c",
    "fork_bomb.c", "collector.c", "sh.c",
}  # fmt: skip
WIDTHS = pytest.mark.parametrize("xlen", [64, 32])


@pytest.fixture
def program(emulate: Emulate) -> Callable[..., tuple[int, str, str]]:
    """`program(64, "sh.c", *args, options=…)`: compile and run one of them."""

    def run(xlen: int, name: str, *args: str, options: tuple[str, ...] = (), stdin: str = "") -> tuple[int, str, str]:
        return emulate(FOLDER / name, *args, options=("--xlen", str(xlen), *options), stdin=stdin)

    return run


def test_each_program_begins_with_a_question_and_what_to_look_at() -> None:
    """And each has a test here."""
    assert {path.name for path in FOLDER.glob("*.c")} == TESTED
    for path in FOLDER.glob("*.c"):
        comment = path.read_text().partition("*/")[0]
        assert "?" in comment.splitlines()[0], path.name
        assert "Look at" in comment and f"programs/c/{path.name}" in comment, path.name


@WIDTHS
def test_malloc(program: Emulate, xlen: int) -> None:
    """1 kB by brk, 1 MB by mmap, a free that keeps and one that gives back; strace shows exactly those calls."""
    code, out, err = program(xlen, "malloc.c", options=("--strace=brk,mmap,munmap",))
    assert (code, re.sub(r"heap of  \d kB", "heap of  N kB", out)) == (0, MALLOC)
    assert re.findall(r"^(\w+)\(", err, re.MULTILINE) == [
        "brk",
        "brk",
        "mmap" if xlen == 64 else "mmap2",
        "munmap",
        *["brk"] * 4,
    ]


def test_libc_malloc(program: Emulate) -> None:
    """A large block is a mapping that free unmaps; emu stat counts calls and bytes."""
    code, out, err = program(64, "libc_malloc.c", options=("--json",))
    heap = json.loads(err)["kernel"]["heap"]
    assert code == 0 and "again: the same block" in out
    assert heap["mmap_calls"] > 1 and heap["mmap_bytes"] > 1 << 20
    assert heap["munmap_bytes"] > 1 << 20 and heap["brk_calls"] >= 0


@WIDTHS
def test_counter(program: Emulate, xlen: int) -> None:
    """On two harts additions are lost without a lock; on one, none here."""
    assert program(xlen, "counter.c", options=("--harts", "2"))[:2] == (0, COUNTER.format("too few"))
    assert program(xlen, "counter.c", options=("--harts", "1"))[:2] == (0, COUNTER.format("all there"))


@WIDTHS
def test_producer_consumer(program: Emulate, xlen: int) -> None:
    """Everything that is produced is consumed once, on one hart and on three."""
    for harts in ("1", "3"):
        assert program(xlen, "producer_consumer.c", options=("--harts", harts))[:2] == (0, "1 + … + 100 = 5050\n")


@WIDTHS
def test_false_sharing(program: Emulate, xlen: int) -> None:
    """Counters in one line cost half as much again on two harts, and nothing on one."""
    assert program(xlen, "false_sharing.c", options=("--harts", "2"))[1].endswith("\nfalse sharing\n")
    assert program(xlen, "false_sharing.c", options=("--harts", "1"))[1].endswith("\nno false sharing\n")


def test_matmul(program: Emulate) -> None:
    """Both orders compute the same; i-j-k takes longer, by misses."""
    code, out, _ = program(64, "matmul.c")
    cycles = [int(n) for n in re.findall(r"(\d+) cycles", out)]
    assert code == 0 and len(set(re.findall(r"checksum (\w+)", out))) == 1
    assert cycles[0] > 1.15 * cycles[1] and out.endswith("i-k-j is faster\n")


@WIDTHS
def test_mmap_edit(program: Emulate, xlen: int, tmp_path: Path) -> None:
    """Stores into a mapping change the file: its own, and one of the host's."""
    assert program(xlen, "mmap_edit.c")[1] == "The dog sat on the mat.\nThe dog saw the rat.\n2 changes\n"
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "text").write_text("red, green, red\n")
    mount = ("--mount", f"{tmp_path / 'host'}:/host:rw")
    assert program(xlen, "mmap_edit.c", "/host/text", "red", "sad", options=mount)[1].endswith("2 changes\n")
    assert (tmp_path / "host" / "text").read_text() == "sad, green, sad\n"
    assert program(xlen, "mmap_edit.c", "/host/text", "red", "blue", options=mount)[0] == 2


@WIDTHS
def test_fork_bomb(program: Emulate, xlen: int) -> None:
    """The limit of 20 processes holds."""
    code, out, _ = program(xlen, "fork_bomb.c")
    assert (code, out) == (0, "fork number 20 failed: Resource temporarily unavailable\n")


@WIDTHS
def test_collector(program: Emulate, xlen: int) -> None:
    """What is reachable stays, what isn't goes, circles too."""
    assert program(xlen, "collector.c")[:2] == (0, COLLECTOR)


@WIDTHS
def test_shell(program: Emulate, xlen: int) -> None:
    """Pipes, redirections, background, exit codes, programs of its own and others."""
    script = "echo one two | cat > /tmp/x; cat < /tmp/x | wc; echo three >> /tmp/x & wait; cat /tmp/x"
    code, out, _ = program(xlen, "sh.c", "-c", script)
    assert (code, re.sub(r"\[\d+\]", "[pid]", out)) == (0, "1 2 8\n[pid]\none two\nthree\n")
    code, out, err = program(xlen, "sh.c", stdin="false; nosuch\n/proc/self/exe -c 'echo'\nexit 3\n")
    assert code == 3 and "sh: nosuch: No such file or directory" in err
    assert program(xlen, "sh.c", "-c", "echo a b c | cat | cat | wc ; exit")[1] == "1 3 6\n"
    code, out, err = program(xlen, "sh.c", "-c")
    assert (code, out, err) == (2, "", "usage: sh [-c COMMAND]\n")


def test_shell_leaves_its_input_to_the_commands(program: Callable) -> None:
    """A command reads from where the shell has stopped, one behind a pipe nothing but the pipe."""
    code, out, err = program(64, "sh.c", stdin="echo a b | wc\necho > \necho next\nwc\nthe rest\nis data\n")
    assert (code, out, err) == (0, "1 2 4\nnext\n2 4 17\n", "sh: a file name is missing\n")
