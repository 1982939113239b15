"""Floating-point instructions on random and corner operands, against every judge there is, until they differ.

python tools/lockstep_float.py                     all judges, both widths, for ever
python tools/lockstep_float.py --rounds 20 --seed 7 --xlen 32 --judge qemu
python tools/lockstep_float.py --smoke             a few seconds' worth

Judges: fractions (tests/naive/naive_float.py, exact and slow), unicorn, qemu (qemu-riscv64 and qemu-riscv32, where they
are installed). A round is every instruction, in every rounding mode, on some pairs of corners and on random operands.
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "machine"), str(ROOT / "tests" / "naive")]

from machine_float import NX, Answers, Case, Table, difference, rows  # noqa: E402 - found by the path above
from machine_float_judges import QemuTable, UnicornTable, for_unicorn  # noqa: E402 - found by the path above
from machine_float_operands import corner_cases, random_cases  # noqa: E402 - found by the path above
from naive_float import expected  # noqa: E402 - found by the path above

from emu.isa.insns import Insn  # noqa: E402 - found by the path above

COUNTS = {"fractions": 300, "unicorn": 6000, "qemu": 6000}  # random operands for an instruction, a mode and a judge
CORNERS = {"fractions": 300, "unicorn": 3000, "qemu": 3000}
Run = Callable[[Insn, int, list[Case], int], Answers]


def judges(xlen: int, wanted: str | None) -> dict[str, Run | None]:
    """What answers for each judge; the fractions have their own way."""
    found: dict[str, Run | None] = {"fractions": None, "unicorn": UnicornTable(xlen).run}
    if shutil.which(f"qemu-riscv{xlen}"):
        found["qemu"] = QemuTable(xlen).run
    if wanted and wanted not in found:
        sys.exit(f"lockstep_float: judge {wanted!r} is not here; there are {', '.join(found)}")
    return {name: run for name, run in found.items() if wanted in (None, name)}


def cases_for(insn: Insn, rm: int, judge: str, rng: random.Random, part: float) -> list[Case]:
    """Corners and random operands that the judge can judge."""
    pairs = list(corner_cases(insn, rm, rng.choice((0, NX)), rng))
    cases = rng.sample(pairs, min(int(CORNERS[judge] * part), len(pairs)))
    cases += random_cases(insn, rm, rng, int(COUNTS[judge] * part))
    return [case for case in cases if judge != "unicorn" or for_unicorn(insn, case)]


def one_round(xlen: int, wanted: str | None, rng: random.Random, part: float) -> Iterator[tuple[int, str]]:
    """(operands tried, '' or what differs) for each instruction, mode and judge."""
    table = Table(xlen)
    for judge, run in judges(xlen, wanted).items():
        for insn in rows(xlen, ("F", "D") if run else ("F", "D", "Zfa")):
            rounds = any(f.role == "rm" and f.allows(7) for f in insn.fields)
            for rm in range(5) if rounds else (0,):
                cases, constant = cases_for(insn, rm, judge, rng, part), rng.randrange(32)
                static = rng.choice((rm, 7)) if rounds else 7
                found = table.run(insn, static, cases, constant)
                if run:
                    answers = list(zip(*run(insn, static, cases, constant), strict=True))
                else:
                    answers = [expected(insn, rm, case, xlen, constant) for case in cases]
                text = difference(cases, found, answers)
                yield len(cases), text and f"{judge}, RV{xlen}, {insn.name}, mode {rm}: {text}"


def main() -> int:
    """Exit code 1 if an answer differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--xlen", type=int, choices=(32, 64), help="one width only")
    parser.add_argument("--judge", choices=tuple(COUNTS), help="one judge only")
    parser.add_argument("--rounds", type=int, help="how many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--smoke", action="store_true", help="one small round")
    options = parser.parse_args()
    rounds = 1 if options.smoke else options.rounds
    tried, start, shown = 0, time.monotonic(), 0.0
    for number in itertools.count() if rounds is None else range(rounds):
        rng = random.Random(options.seed + number)
        for xlen in (options.xlen,) if options.xlen else (64, 32):
            for count, text in one_round(xlen, options.judge, rng, 0.01 if options.smoke else 1):
                tried += count
                if text:
                    print(f"seed {options.seed + number}, {text}")
                    return 1
                if time.monotonic() - shown > 5:
                    shown = time.monotonic()
                    print(f"{tried} operands, {tried / (shown - start):.0f} a second", file=sys.stderr)
    print(f"{tried} operands in {rounds} rounds from seed {options.seed}: no difference")
    return 0


if __name__ == "__main__":
    sys.exit(main())
