#!/usr/bin/env python3
"""Instructions per second of CPU time, here and on peers: `python tools/bench.py --help`, docs/bench.md."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.bench.cli import main

if __name__ == "__main__":
    sys.exit(main())
