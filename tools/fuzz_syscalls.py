"""Hostile processes make random system calls: a million of them without an exception, a hang or a leak of the host's.

    python tools/fuzz_syscalls.py                          a million calls
    python tools/fuzz_syscalls.py --calls 50000 --seed 7   so many, from the world of seed 7 on
    python tools/fuzz_syscalls.py --state 500              so many random histories of address spaces, against a model
    python tools/fuzz_syscalls.py --smoke                  a few seconds of both

A world is a kernel with little memory on a machine without a CPU (tests/kernel/kernel_fake.py); its processes fork,
thread, signal, wait, map, swap and die. All invariants are checked every 500 steps and at its end. A failure names the
seed of its world and the last calls; the same seed fails again.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "kernel")]
STEPS = 4000  # of a world
LONGEST_SECONDS = 60  # that a world may take
MOST_MB = 1024  # of host memory


def rss_mb() -> int:
    """The most memory that this process ever had, in MB. (ru_maxrss counts its starter too, from before the exec.)"""
    status = Path("/proc/self/status")
    if status.exists():
        row = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(row.split()[1]) >> 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def fuzz_calls(calls: int, seed: int) -> int:
    """Play worlds until there were so many calls. The exit code."""
    import fuzz_world

    done, worlds, start = 0, 0, time.perf_counter()
    while done < calls:
        fuzz_world.watchdog(LONGEST_SECONDS)
        try:
            world = fuzz_world.play(seed + worlds, min(STEPS, 2 * (calls - done) + 10))
        except BaseException as error:  # what it is doesn't matter: nothing may come out of the kernel
            fuzz_world.watchdog(0)
            print(
                f"{type(error).__name__} in the world of seed {seed + worlds}",
                *getattr(error, "__notes__", ()),
                sep="\n",
            )
            raise
        done += sum(entry.count for entry in world.kernel.syscalls.values()) + sum(
            world.kernel.unknown_syscalls.values()
        )
        worlds += 1
        if worlds % 50 == 0:
            print(f"{done} calls, {rss_mb()} MB", file=sys.stderr)
    fuzz_world.watchdog(0)
    seconds = time.perf_counter() - start
    print(f"{done} calls in {worlds} worlds: no exception, no hang, no broken invariant")
    print(f"{done / seconds:,.0f} calls a second with the checks, {rss_mb()} MB of host memory at most")
    return 0 if rss_mb() <= MOST_MB else 1


def fuzz_states(histories: int) -> int:
    """Random histories of several address spaces against a model. The exit code."""
    import state_spaces

    start = time.perf_counter()
    state_spaces.run(histories)
    print(f"{histories} histories of each kind in {time.perf_counter() - start:.0f} s: as the model says")
    return 0


def main() -> int:
    """Exit code 1 when something went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1_000_000, help="how many system calls (default: a million)")
    parser.add_argument("--seed", type=int, default=0, help="of the first world")
    parser.add_argument(
        "--state", type=int, metavar="N", help="play N histories of each kind against the model instead"
    )
    parser.add_argument("--smoke", action="store_true", help="a few seconds of both")
    options = parser.parse_args()
    if options.state is not None:
        return fuzz_states(options.state)
    if options.smoke:
        return fuzz_calls(10_000, options.seed) or fuzz_states(2)
    return fuzz_calls(options.calls, options.seed)


if __name__ == "__main__":
    sys.exit(main())
