"""Runs a program on the emulator and on this host, in folders of the same contents, and tells what differs."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
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
    """What a run left: its streams, its exit code, and a digest of each file (of an empty or missing one: none)."""

    out: str
    err: str
    code: int
    files: dict[str, str]


def differences(name: str, theirs: list[Outcome], xlen: int = 64) -> list[str]:
    """What the emulator does otherwise, a line each; empty when nothing differs."""
    return [
        f"{name} run {number}: {line}"
        for number, (ours, other) in enumerate(zip(on_the_emulator(name, xlen), theirs, strict=True))
        for line in compare(ours, other)
    ]


def on_the_emulator(name: str, xlen: int = 64) -> list[Outcome]:
    """The outcome of every run of a program."""
    with tempfile.TemporaryDirectory() as folder:
        guest = Path(folder) / file_name(name, "guest")
        guest.write_bytes(build.for_the_emulator(name, xlen))
        runs = enumerate(PROGRAMS[name].runs)
        return [execute([*EMU], run, Path(folder) / str(number), str(guest)) for number, run in runs]


def file_name(name: str, other: str) -> str:
    """What the executable is called: BusyBox looks at that."""
    return name if PROGRAMS[name].built else other


def on_this_host(name: str) -> list[Outcome]:
    """The same, of the same sources compiled for this host."""
    with tempfile.TemporaryDirectory() as folder:
        host = Path(folder) / file_name(name, "host")
        host.write_bytes(build.for_this_host(name))
        host.chmod(0o755)
        runs = enumerate(PROGRAMS[name].runs)
        return [execute([str(host)], run, Path(folder) / str(number), "") for number, run in runs]


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
    done = subprocess.run(
        [*command, *mount, *args],
        input=run.stdin.encode(),
        capture_output=True,
        env=environment,
        cwd=folder,
        check=False,
    )
    files = {name: digest(folder / name) for name in run.compare}
    texts = [stream.decode("utf-8", "replace").replace(place, "{w}") for stream in (done.stdout, done.stderr)]
    return Outcome(neutral(texts[0]), neutral(texts[1]), done.returncode, files)


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    data = path.read_bytes() if path.exists() else b""
    return hashlib.sha256(data).hexdigest() if data else ""


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
