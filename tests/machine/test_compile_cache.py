"""The compile cache: found again, shared by processes that start together, and not needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
from emu.machine import Machine, load_config

compiled = []
machine = Machine(load_config("toy"))
machine.warm(lambda what, fraction: compiled.append(what))
machine.ram[0x1000:0x1008] = bytes.fromhex("1305a00273000000")  # li a0, 42; ecall
machine.harts[0].pc = 0x1000
machine.run(max_insns=10)
print(len(compiled) > 0, machine.harts[0].x[10], machine.harts[0].cause)
"""


def start(cache: Path) -> subprocess.Popen:
    """A process that compiles or loads the machine and runs two instructions."""
    environment = {**os.environ, "EMU_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", SCRIPT], env=environment, stdout=-1, stderr=-2, text=True)


def outcome(process: subprocess.Popen) -> list[str]:
    """Whether it compiled, a0, the cause of the trap."""
    text, _ = process.communicate(timeout=300)
    assert process.returncode == 0, text
    return text.split()


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    """A cache folder that two processes fill at once."""
    folder = tmp_path_factory.mktemp("cache")
    for process in [start(folder) for _ in range(2)]:
        assert outcome(process)[1:] == ["42", "8"]
    return folder


def test_the_second_start_compiles_nothing(cache):
    """What two processes left behind, racing on a cold cache, is whole: it loads, and runs."""
    assert outcome(start(cache)) == ["False", "42", "8"]


def test_two_processes_load_at_once(cache):
    """A warm cache serves processes that start together."""
    assert [outcome(p) for p in [start(cache) for _ in range(2)]] == [["False", "42", "8"]] * 2


def test_a_folder_that_cannot_be_made(tmp_path):
    """Where no cache can be kept the machine is compiled for this run."""
    (tmp_path / "file").write_text("in the way")
    assert outcome(start(tmp_path / "file" / "cache")) == ["True", "42", "8"]
