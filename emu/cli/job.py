"""What `emu run` and `emu stat` can be told: one dataclass, and one row for each option."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import click

from emu.cli.params import COUNT, KEY_VALUE, MOUNT, SIZE, SWAP, WORDS, Mount, SwapArea

MAX_HARTS = 64
MAX_NODES = 8
TIMINGS = ("off", "simple", "full")
THP = ("never", "madvise", "always")


@dataclass(frozen=True, slots=True)
class Job:
    """A program with its arguments, the machine it is to run on, what it is handed, and where it must stop."""

    program: str
    args: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    cflags: tuple[str, ...] = ()
    xlen: int | None = None
    preset: str = "small"
    knobs: tuple[tuple[str, str], ...] = ()
    ram: int | None = None
    harts: int | None = None
    timing: str | None = None
    swap: SwapArea | None = None
    nodes: int = 1
    thp: str = "never"
    huge_pages: int = 0
    poison: bool = False
    stack: int | None = None
    sysctls: tuple[tuple[str, str], ...] = ()
    proc: str | None = None
    seed: int = 0
    aslr: bool = True
    mounts: tuple[Mount, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    stdin: str | None = None
    max_insns: int | None = None
    max_cycles: int | None = None
    max_output: int | None = None
    max_ram: int | None = None


def xlen_option(function: Callable) -> Callable:
    """--xlen, for everything that assembles."""
    text = "Width of the registers that sources are assembled for (default 64); an ELF knows its own."
    return click.option("--xlen", type=click.Choice(["32", "64"]), callback=to_int, help=text)(function)


def to_int(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """A choice of numbers, as a number."""
    return None if value is None else int(value)


OPTIONS = (
    click.option(
        "--with", "sources", metavar="FILE", multiple=True, help="A further source or object to link with PROG."
    ),
    xlen_option,
    click.option("--cflags", type=WORDS, default="", help="Options for the compiler of C sources, like '-O2 -DN=9'."),
    click.option("--preset", default="small", show_default=True, help="The machine: toy, small or desktop."),
    click.option("--set", "knobs", type=KEY_VALUE, multiple=True, help="Change one knob of it, like l1d.size=64K."),
    click.option("--ram", type=SIZE, help="Physical memory, like 64M."),
    click.option("--harts", type=click.IntRange(1, MAX_HARTS), help="Number of harts (cores)."),
    click.option("--timing", type=click.Choice(TIMINGS), help="How much the clock takes into account."),
    click.option("--swap", type=SWAP, help="A swap area for pages that RAM has no room for, like 64M or 64M,FILE."),
    click.option("--nodes", type=click.IntRange(1, MAX_NODES), default=1, help="NUMA nodes that share the memory."),
    click.option("--thp", type=click.Choice(THP), default="never", help="Transparent huge pages."),
    click.option("--huge-pages", type=click.IntRange(0), default=0, help="Huge pages set aside for MAP_HUGETLB."),
    click.option("--stack", type=SIZE, help="RLIMIT_STACK of the program (default 8M)."),
    click.option("--poison", is_flag=True, help="Fill freed frames with 0x6b, so that a stale read shows."),
    click.option("--sysctl", "sysctls", type=KEY_VALUE, multiple=True, help="A tunable, like vm.swappiness=0."),
    click.option("--proc", metavar="FILES", help="At the end, print files of /proc: maps,meminfo (to stderr)."),
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, help="Of everything random: ASLR, getrandom."),
    click.option(
        "--no-aslr", "aslr", flag_value=False, default=True, help="Put stack, heap and mappings at fixed places."
    ),
    click.option(
        "--mount", "mounts", type=MOUNT, multiple=True, help="Hand a host folder to the guest (read-only without :rw)."
    ),
    click.option(
        "--env", type=KEY_VALUE, multiple=True, help="A variable of the guest's environment, which starts empty."
    ),
    click.option("--stdin", metavar="FILE", help="Let the guest read FILE as its standard input."),
    click.option("--max-insns", type=COUNT, help="Stop after so many instructions."),
    click.option("--max-cycles", type=COUNT, help="Stop after so many cycles."),
    click.option("--max-output", type=SIZE, help="Stop after so many bytes written to stdout and stderr."),
    click.option("--max-ram", type=SIZE, help="Bound for the memory that the guest may come to use."),
)


def job_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command PROG, ARGS and all of OPTIONS; it receives them as one `job`."""

    @functools.wraps(function)
    def packed(**values: Any) -> Any:
        chosen = {field.name: values.pop(field.name) for field in fields(Job)}
        return function(job=Job(**chosen), **values)

    packed = click.argument("args", nargs=-1, type=click.UNPROCESSED)(packed)
    packed = click.argument("program", metavar="PROG")(packed)
    return functools.reduce(lambda command, option: option(command), reversed(OPTIONS), packed)


GUEST_ARGS = {"allow_interspersed_args": False}
"""Context settings of such a command: what follows PROG belongs to the guest, also what begins with a dash."""
