"""What every test may take for granted, whoever runs it and wherever: the surroundings emu would follow are taken away,
and random examples are the same in every run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

FOLLOWED = """
    COLUMNS LINES TERM COLORTERM NO_COLOR FORCE_COLOR TTY_COMPATIBLE TTY_INTERACTIVE LC_ALL LC_CTYPE LANGUAGE
    PYTHONIOENCODING EMU_DEBUG
""".split()
"""Variables that change what emu, rich or click print."""

for name in FOLLOWED:
    os.environ.pop(name, None)
os.environ |= {"LANG": "C.UTF-8", "EMU_HISTORY": "none"}

settings.register_profile(
    "same everywhere",
    derandomize=True,  # tools/fuzz_*.py go new ways at each run
    database=None,
    deadline=None,  # a busy host is no fault
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same everywhere")


@pytest.fixture(scope="session", autouse=True)
def in_the_checkout() -> Iterator[None]:
    """Programs are named as in the documents, wherever pytest was started."""
    with chdir(ROOT):
        yield
