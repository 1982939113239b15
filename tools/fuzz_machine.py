"""Random worlds, garbage code and schedules on the machine, for as long as wanted; says which seed failed, and how.

    python tools/fuzz_machine.py                            all kinds, for ever
    python tools/fuzz_machine.py --kind wild --seeds 5000 --seed 100000
    python tools/fuzz_machine.py --smoke                    a few seeds of each kind

judged: garbage code against the naive machine of tests/naive; wild: everything is garbage, only crashes and broken
invariants count; worlds and schedule: sensible programs in random geometries against the naive machine. Each batch is a
process of its own: a crash of the host is found like any other failure.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "tests" / "naive" / "naive_fuzz.py"
KINDS = ("judged", "wild", "worlds", "schedule")


def batch(kind: str, first: int, count: int) -> str:
    """Run seeds in a child; what went wrong, or ''."""
    command = [sys.executable, "-X", "faulthandler", str(SCRIPT), kind, str(first), str(first + count)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60 + 10 * count, check=False)
    except subprocess.TimeoutExpired as hung:
        return f"{kind}: hangs, seed {(hung.stdout or b'').split()[-1:]}"
    if done.returncode == 0:
        return ""
    return f"{kind}: seed {done.stdout.split()[-1:]}, exit code {done.returncode}\n{done.stderr[-3000:]}"


def main() -> int:
    """Exit code 1 at the first failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=KINDS, help="one kind only")
    parser.add_argument("--seeds", type=int, help="how many of each kind")
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    parser.add_argument("--smoke", action="store_true", help="five seeds of each kind")
    options = parser.parse_args()
    total = 5 if options.smoke else options.seeds
    size = min(50, total or 50)
    for first in itertools.count(options.seed, size):
        if total is not None and first >= options.seed + total:
            break
        for kind in [options.kind] if options.kind else KINDS:
            if wrong := batch(kind, first, size):
                print(wrong)
                return 1
        print(f"seeds {first} to {first + size - 1}: well", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
