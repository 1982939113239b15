"""Random walks through the debugger, forwards and backwards, for as long as one likes.

    python tools/fuzz_debugger.py --seconds 600
    python tools/fuzz_debugger.py --seed 1234 --steps 200      one seed again, on every program

Each walk types random commands: whatever a user does wrong must be a mistake that is told, and the state at a tick must
be the same wherever one came from. Walks with changes (set, kill) come in turn. Exit code 1 if anything is found.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "debug")]


def one(seed: int, steps: int) -> int:
    """A walk on every program, with and without changes; how many went wrong."""
    import test_debug_walks as walks
    from debugged import debugged

    rng, wrong = random.Random(seed), 0
    for program, harts in walks.PROGRAMS:
        for changes in ((), walks.CHANGES * 2):
            width, count = rng.choice((32, 64)), rng.choice((1, harts, 3))
            session = debugged(program, harts=count, xlen=width)
            try:
                walks.walk(session, rng.randrange(1 << 30), (*walks.RUN, *walks.LOOK, *walks.STOPS, *changes), steps)
            except Exception as error:
                wrong += 1
                what = f"{type(error).__name__}: {error}"
                print(f"seed {seed}: {program}, rv{width}, {count} harts, changes {bool(changes)}: {what}", flush=True)
    return wrong


def main() -> int:
    """As the document says."""
    parser = argparse.ArgumentParser(description="Random walks through the debugger.")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--steps", type=int, default=40, help="commands of a walk")
    parser.add_argument("--smoke", action="store_true", help="one seed, few steps")
    options = parser.parse_args()
    if options.smoke or options.seed is not None:
        return int(one(options.seed or 0, 4 if options.smoke else options.steps) > 0)
    begin, seed, wrong = time.monotonic(), 0, 0
    while time.monotonic() - begin < options.seconds:
        wrong += one(seed, options.steps)
        seed += 1
    print(f"{seed} seeds, {seed * 20} walks, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
