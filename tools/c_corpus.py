#!/usr/bin/env python3
"""Larger C programs that the project did not write: Lua, SQLite, zlib and minizip, cJSON, TinyCC, BusyBox, bash.

    python tools/c_corpus.py                   all of them
    python tools/c_corpus.py lua sqlite        only these
    python tools/c_corpus.py --xlen 32 lua     for RV32
    python tools/c_corpus.py --smoke           the quick ones
    python tools/c_corpus.py --record          writes down what they do on this host, for tests/c/test_c_corpus.py

Sources come from PyPI and Debian, with checksums (tools/corpus/sources.py), and are kept in emu's cache folder. Each
program is compiled by zig for RISC-V and for this host (BusyBox and bash are Debian's own static binaries, for RV64),
given the same to do on both, and must print the same, end the same, and write the same files. Exit code 1 where
something differs.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.corpus.judge import differences, on_this_host
from tools.corpus.programs import PROGRAMS
from tools.corpus.recorded import save

QUICK = ("lua", "cjson", "tcc", "busybox", "bash")


def main() -> int:
    """Exit code 1 if a program differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", choices=[*PROGRAMS, []], metavar="NAME", help=", ".join(PROGRAMS))
    parser.add_argument("--xlen", type=int, choices=(32, 64), default=64)
    parser.add_argument("--record", action="store_true", help="don't run the emulator")
    parser.add_argument("--smoke", action="store_true", help=f"only {', '.join(QUICK)}")
    options = parser.parse_args()
    failed = 0
    for name in options.programs or (QUICK if options.smoke else PROGRAMS):
        if options.xlen == 32 and PROGRAMS[name].built:
            continue
        begin = time.perf_counter()
        theirs = on_this_host(name)
        if options.record:
            save({name: theirs})
            continue
        found = differences(name, theirs, options.xlen)
        failed += bool(found)
        print(f"{name:10} {'differs' if found else 'the same':10} {time.perf_counter() - begin:6.1f} s", flush=True)
        for line in found:
            print(f"    {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
