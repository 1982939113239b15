"""Programs that the project did not write, compiled by clang -O2: Lua, under the kernel and on qemu-riscv64.

Rates are instructions a second of CPU time; `qemu` is how many times as long QEMU's user-mode translator needs, as a
whole process, for the same binary. Without the compiler or the sources there is a row that says so.
"""

from __future__ import annotations

import math
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from .ours import RAM_UNDER_KERNEL, Failed
from .peer_qemu import command
from .summary import goal

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "programs" / "bench" / "lua.lua"
OPTIMISE = ("-O2",)
FULL, SMOKE = 4, 1


class Measured(NamedTuple):
    """One run under the kernel."""

    seconds: float
    instructions: int
    output: str


def measure(repeats: int, size: int = FULL) -> list[dict[str, Any]]:
    """The rows."""
    row: dict[str, Any] = {"what": "lua", "rates": {}, "qemu_ratio": None, "error": ""}
    try:
        elf = executable()
        for timing in ("off", "full"):
            runs = sorted((run(elf, size, timing) for _ in range(repeats)), key=lambda one: one.seconds)
            middle = runs[len(runs) // 2]
            row["rates"][timing] = middle.instructions / max(middle.seconds, 1e-9)
        if command(64):
            theirs = sorted(on_qemu(elf, size, middle.output) for _ in range(repeats))[repeats // 2]
            row["qemu_ratio"] = theirs / middle.seconds
    except Exception as error:
        row["error"] = str(error).splitlines()[0]
    return [row]


def goals(rows: Iterable[dict[str, Any]], means: dict[str, float]) -> list[dict[str, Any]]:
    """No program may be slower than a third of the integer mean."""
    found = [(row["what"], row["rates"].get("full", math.nan) / means.get("full", math.nan)) for row in rows]
    return [goal(f"{what} under the kernel, of the integer mean", part, 0.333) for what, part in found if part == part]


def executable() -> bytes:
    """Lua, compiled. EmuError without the compiler or the sources."""
    from tools.corpus import build

    return build.for_the_emulator("lua", 64, OPTIMISE)


def run(elf: bytes, size: int, timing: str) -> Measured:
    """The script on Lua under the kernel."""
    from emu.kernel import Kernel, Options
    from emu.kernel.fs.console import Capture
    from emu.machine import Machine, load_config

    machine, out = Machine(load_config("small", {"ram": RAM_UNDER_KERNEL, "timing": timing}), 64, 1), Capture()
    kernel = Kernel(machine, Options(stdout=out, stdin=Capture(SCRIPT.read_bytes())))
    kernel.spawn(elf, "/lua", ["lua", "-", str(size)], {})
    begin = time.process_time()
    end = kernel.run()
    seconds = time.process_time() - begin
    if end.code:
        raise Failed(f"{end.reason}, code {end.code}")
    return Measured(seconds, machine.instructions, bytes(out.output).decode())


def on_qemu(elf: bytes, size: int, output: str) -> float:
    """CPU seconds of the whole process; it must print the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lua"
        path.write_bytes(elf)
        path.chmod(0o755)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        line = [command(64), str(path), "-", str(size)]
        done = subprocess.run(line, input=SCRIPT.read_bytes(), capture_output=True, check=True, timeout=600)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.stdout.decode() != output:
        raise Failed(f"QEMU prints {done.stdout.decode().strip()!r}, not {output.strip()!r}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
