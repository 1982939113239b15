"""Runs random programs on the machine and on Unicorn until they differ; shrinks and shows what does.

python tools/lockstep.py                       RV64 and RV32, for ever
python tools/lockstep.py --programs 100000 --seed 7 --xlen 32 --timing off
python tools/lockstep.py --smoke               a second's worth
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "machine")]

from machine_lockstep import Judge, Ours, compare, report  # noqa: E402 - found by the path above
from machine_programs import generate  # noqa: E402 - found by the path above

SHAPES = (
    {},
    {"l1d.write_through": True, "l2.write_through": True, "cache.line": 32},
    {"l1d.write_allocate": False, "l2.write_allocate": False, "l2.inclusive": False},
    {"cache.line": 256, "l1i.size": 256, "l1i.ways": 1, "l1d.size": 256, "l1d.ways": 1},
)


def main() -> int:
    """Exit code 1 if a program differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--xlen", type=int, choices=(32, 64), help="one width only")
    parser.add_argument("--programs", type=int, help="how many for each width")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first program")
    parser.add_argument("--size", type=int, default=40, help="instructions in a program")
    parser.add_argument("--timing", choices=("off", "simple", "full"), default="full")
    parser.add_argument("--smoke", action="store_true", help="200 programs for each width")
    options = parser.parse_args()
    count = 200 if options.smoke else options.programs
    pairs = [
        (Ours(xlen, timing=options.timing, **shape), Judge(xlen))
        for xlen in ([options.xlen] if options.xlen else (64, 32))
        for shape in SHAPES
    ]
    start = shown = time.monotonic()
    for done in itertools.count() if count is None else range(count):
        seed = options.seed + done
        for ours, judge in pairs[done % len(SHAPES) :: len(SHAPES)]:
            program = generate(seed, ours.xlen, size=options.size)
            if compare(program, ours, judge):
                print(f"seed {seed}, RV{ours.xlen}, {options.timing}: {report(program, ours, judge)}")
                return 1
        if time.monotonic() - shown > 5:
            shown = time.monotonic()
            print(f"{done + 1} programs, {(done + 1) / (shown - start):.0f} a second", file=sys.stderr)
    print(f"{count} programs a width from seed {options.seed}: no difference")
    return 0


if __name__ == "__main__":
    sys.exit(main())
