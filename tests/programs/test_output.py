"""Every program in programs/: what it prints and how it ends, as RV32 and as RV64. One row a case."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from float_texts import FP_ROUNDING, MANDELBROT, NBODY

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = sorted(path.relative_to(ROOT / "programs").as_posix() for path in (ROOT / "programs").glob("*.s"))
TIMED = {
    "sum_array.s", "stages.s", "tlb_reach.s", "cache_stride.s", "loop_order.s", "latency_ladder.s", "branches.s",
    "misaligned.s", "demand.s",
}  # fmt: skip
"""Programs that print cycles: tests/programs/test_figures.py looks at those."""


class Case(NamedTuple):
    """A command line and what comes of it; `out` may be one text for each width."""

    program: str
    out: str | dict[int, str]
    code: int = 0
    args: tuple[str, ...] = ()
    stdin: str = ""
    options: tuple[str, ...] = ()
    err: str = ""
    xlens: tuple[int, ...] = (32, 64)


FIB = {
    32: "45 1134903170\n46 1836311903\n47 2971215073\n48 512559680\n49 3483774753\n50 3996334433\n",
    64: "45 1134903170\n46 1836311903\n47 2971215073\n48 4807526976\n49 7778742049\n50 12586269025\n",
}
WALK = {
    32: "address 0x12345678\nPGD    72\nPTE   837\nbyte 1656\n",
    64: "address 0x123456789abc\nPGD    36\nPUD   209\nPMD   179\nPTE   393\nbyte 2748\n",
}
DIVISION = "7 / 0 = -1\n7 % 0 = 7\nsmallest / -1 = -{}\nsmallest % -1 = 0\n-7 / 2 = -3\n-7 % 2 = -1\n"
ATOMICS = "amoadd returned the old value 1\namomax returned 6\nsc after lr: 0\nsc without lr, refused: 1\n"
SPARSE = "touched 16 pages at a distance of {}\n"
ARGS = "argc 3\nargv programs/args.s\nargv one\nargv two words\nenv  HOME=/root\nenv  EMPTY=\npage size 4096\n"
ENVIRONMENT = ("--env", "HOME=/root", "--env", "EMPTY=")

CASES = [
    Case("hello.s", "hello, world\n"),
    Case("fib.s", FIB),
    Case("page_walk.s", WALK, 42),
    Case("sparse.s", SPARSE.format(4096)),
    Case("sparse.s", SPARSE.format(2097152), args=("2097152",)),
    Case("sparse.s", SPARSE.format(1073741824), args=("1073741824",), xlens=(64,)),
    Case("write_policy.s", "stores: 65536\n"),
    Case("write_policy.s", "stores: 65536\n", options=("--set", "l1d.write_through=on")),
    Case("self_modify.s", "1\n2\n"),
    Case("div_zero.s", {32: DIVISION.format(2**31), 64: DIVISION.format(2**63)}),
    Case("atomics.s", ATOMICS, 200),
    Case("fp_rounding.s", FP_ROUNDING),
    Case("nbody.s", NBODY),
    Case("mandelbrot.s", MANDELBROT),
    Case("brk_heap.s", "the heap grew by 65536\nits first byte: 0\nleft after shrinking: 0\n"),
    Case("mmap_file.s", {32: "ELF 1\neLF\n", 64: "ELF 2\neLF\n"}),
    Case("args.s", ARGS, args=("one", "two words"), options=ENVIRONMENT),
    Case("args.s", "argc 1\nargv programs/args.s\npage size 4096\n"),
    Case("echo.s", "good\nmorning", stdin="good\nmorning"),
    Case("echo.s", ""),
    Case("echo.s", "x" * 10_000, stdin="x" * 10_000),
    Case("cat.s", "", 2, args=("/etc/passwd",)),
    Case("cat.s", "", 22),
    Case("cat.s", "def\n", args=("/host/file",), options=("--mount", "{tmp}:/host")),
    Case("cat.s", "", 2, args=("/host/../etc/passwd",), options=("--mount", "{tmp}:/host")),
    Case(
        "two_files/main.s", "greeting 3\ngreeting 2\ngreeting 1\n", 3, options=("--with", "programs/two_files/greet.s")
    ),
    Case("null_deref.s", "following a NULL pointer\n", 139, err="SIGSEGV"),
    Case("write_text.s", "read my first instruction, now writing it\n", 139, err="SIGSEGV"),
    Case("exec_data.s", "jumping to the stack\n", 139, err="SIGSEGV"),
    Case("mmap_hole.s", "1 2\nthe outer pages are there, now the hole\n", 139, err="SIGSEGV"),
    Case("mprotect.s", "0 7 is still there, now writing\n", 139, err="SIGSEGV"),
    Case("illegal.s", "and now something that is no instruction\n", 132, err="SIGILL"),
    Case("spin.s", "", 124, options=("--max-insns", "100K"), err="stopped: the limit --max-insns was reached"),
    Case("spin.s", "", 124, options=("--max-cycles", "100K"), err="stopped: the limit --max-cycles was reached"),
]


def name(case: Case) -> str:
    """The case in a few words."""
    return " ".join((case.program, *case.options, *case.args))[:60]


@pytest.mark.parametrize(
    ("case", "xlen"), [pytest.param(case, xlen, id=f"{name(case)}-{xlen}") for case in CASES for xlen in case.xlens]
)
def test_output(run, tmp_path: Path, case: Case, xlen: int) -> None:
    """The same source at both widths prints what the row says, and ends as it says."""
    (tmp_path / "file").write_text("def\n")
    options = tuple(option.replace("{tmp}", str(tmp_path)) for option in case.options)
    done = run(xlen, case.program, *case.args, options=options, stdin=case.stdin)
    expected = case.out[xlen] if isinstance(case.out, dict) else case.out
    assert (done.out, done.code) == (expected, case.code), done.err
    assert case.err in done.err
    assert done.err if case.err else not done.err


@pytest.mark.parametrize("timing", ["off", "simple", "full"])
@pytest.mark.parametrize("preset", ["toy", "small", "desktop"])
def test_output_does_not_depend_on_the_machine(run, preset: str, timing: str) -> None:
    """Caches and clocks change what a run costs, never what it computes."""
    options = ("--preset", preset, "--timing", timing)
    assert run(64, "fib.s", options=options).out == FIB[64]
    assert run(32, "atomics.s", options=options).out == ATOMICS


def test_layout_is_random_by_seed(run) -> None:
    """The same seed gives the same addresses, another one others, --no-aslr always the same."""
    outputs = {seed: run(64, "layout.s", options=("--seed", seed)).out for seed in ("1", "2", "3")}
    assert len(set(outputs.values())) == 3
    assert run(64, "layout.s", options=("--seed", "1")).out == outputs["1"]
    fixed = {run(64, "layout.s", options=("--no-aslr", "--seed", seed)).out for seed in ("1", "2")}
    assert len(fixed) == 1


@pytest.mark.parametrize(("xlen", "top"), [(32, 3 << 30), (64, 1 << 47)])
def test_layout_is_in_order(run, xlen: int, top: int) -> None:
    """From low to high: text, rodata, data, bss, heap, mmap area, stack, and the stack below the top of user space."""
    rows = dict(line.split() for line in run(xlen, "layout.s").out.splitlines())
    addresses = {part: int(address, 16) for part, address in rows.items()}
    order = [addresses[part] for part in ("data", "bss", "heap", "mmap", "stack")]
    assert order == sorted(order)
    assert addresses["text"] < addresses["heap"]
    assert min(addresses.values()) >= 4096
    assert max(addresses.values()) < top


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_asks_a_question(program: str) -> None:
    """The first comment names the file, asks a question and says what to look at; and some test runs the program."""
    lines = (ROOT / "programs" / program).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"# {program}: ")
    assert lines[0].endswith("?")
    assert any(line.startswith("# Look at: ") for line in lines)
    assert program in TIMED | {"layout.s"} | {case.program for case in CASES}
