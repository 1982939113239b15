"""Runs both executables of a program in folders of the same contents, and tells what differs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tools.corpus import build
from tools.corpus.programs import PROGRAMS, Run

EMU = (sys.executable, "-m", "emu", "run")
ROOT = Path(__file__).resolve().parents[2]
GUEST = "/corpus-files"  # where a run's folder is in the guest
HOME = "HOME=/nowhere"
DATE = 1582979400  # of all files: archives hold it


class Outcome(NamedTuple):
    """What a run left: its streams, its exit code, the bytes of files; and how long it took."""

    out: str
    err: str
    code: int
    files: dict[str, bytes]
    seconds: float


def differences(name: str, xlen: int = 64) -> list[str]:
    """What differs between the emulator and this host, a line each; empty when nothing does."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        guest, host = Path(folder) / "guest", Path(folder) / "host"
        guest.write_bytes(build.for_the_emulator(name, xlen))
        host.write_bytes(build.for_this_host(name))
        host.chmod(0o755)
        for number, run in enumerate(PROGRAMS[name].runs):
            theirs = execute([str(host)], run, Path(folder) / f"host{number}", "")
            ours = execute([*EMU], run, Path(folder) / f"guest{number}", str(guest))
            found += [f"{name} run {number}: {line}" for line in compare(ours, theirs)]
    return found


def execute(command: list[str], run: Run, folder: Path, guest: str) -> Outcome:
    """One execution; `guest` is the executable that the emulator is to run, with the folder as its GUEST."""
    folder.mkdir()
    for name, data in run.files.items():
        (folder / name).write_bytes(data)
        os.utime(folder / name, (DATE, DATE))
    place = GUEST if guest else str(folder)
    mount = ["--env", HOME, "--mount", f"{folder}:{GUEST}:rw", guest] if guest else []
    args = [arg.replace("{w}", place) for arg in run.args]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)} if guest else dict([HOME.split("=")])
    begin = time.perf_counter()
    done = subprocess.run(
        [*command, *mount, *args],
        input=run.stdin.encode(),
        capture_output=True,
        env=environment,
        cwd=folder,
        check=False,
    )
    seconds = time.perf_counter() - begin
    files = {name: (folder / name).read_bytes() if (folder / name).exists() else b"" for name in run.compare}
    texts = [stream.decode("utf-8", "replace").replace(place, "{w}") for stream in (done.stdout, done.stderr)]
    return Outcome(neutral(texts[0]), neutral(texts[1]), done.returncode, files, seconds)


def neutral(text: str) -> str:
    """Without what emu says of itself, the program's own name, and what zlib says about the width it is built for."""
    text = re.sub(r"compile flags = 0x[0-9a-f]+", "compile flags", text)
    lines = [line for line in text.splitlines() if not line.startswith("compiling the machine")]
    return "\n".join(
        line.split(": ", 1)[-1] if line.startswith(("/tmp/", "guest:", "host:")) else line for line in lines
    )


def compare(ours: Outcome, theirs: Outcome) -> list[str]:
    """What two outcomes don't have in common."""
    found = [] if ours.code == theirs.code else [f"exit code {ours.code}, on the host {theirs.code}"]
    for stream in ("out", "err"):
        mine, other = getattr(ours, stream).splitlines(), getattr(theirs, stream).splitlines()
        for n in range(max(len(mine), len(other))):
            a, b = (lines[n] if n < len(lines) else "(nothing)" for lines in (mine, other))
            if a != b:
                found.append(f"std{stream} line {n + 1}: {a!r}, on the host {b!r}")
                break
    found += [f"file {name} differs" for name, data in theirs.files.items() if ours.files[name] != data or not data]
    return found
