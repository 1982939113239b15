"""What the C compiler says: passed on as it comes, read for what went wrong, and said again by later runs.

A compiler that takes an object from its cache is silent about it. So sources that it had something to say about are
remembered by their content, and are compiled afresh until they change.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

KEPT = 1 << 20  # bytes of messages that are looked at
COMPILES_NOT = re.compile(r"^.+:\d+:\d+: (fatal )?error: ", re.MULTILINE)
LINKS_NOT = re.compile(r"^ld\.lld: error: |^error: (undefined symbol|unable to find .*library)", re.MULTILINE)


def follow(command: Sequence[str], environment: Mapping[str, str], stdout: int | None) -> tuple[int, str]:
    """Run the compiler with its messages on stderr; its exit code and the messages. OSError if it can't be run."""
    heard = bytearray()
    with subprocess.Popen(command, env=environment, stdout=stdout, stderr=subprocess.PIPE, bufsize=0) as compiler:
        assert compiler.stderr is not None
        while piece := compiler.stderr.read(1 << 16):
            sys.stderr.flush()
            with contextlib.suppress(OSError):
                os.write(2, piece)
            heard += piece[: max(KEPT - len(heard), 0)]
    return compiler.returncode, heard.decode(errors="replace")


def colours() -> list[str]:
    """The option that keeps clang's colours on their way through a pipe to a terminal."""
    return ["-fdiagnostics-color=always"] if os.isatty(2) and not os.environ.get("NO_COLOR") else []


def verdict(messages: str) -> str:
    """What went wrong, in words that follow a file's name."""
    plain = re.sub(r"\x1b\[[\d;]*[mK]", "", messages)
    if COMPILES_NOT.search(plain):
        return "does not compile, see above"
    return "does not link, see above" if LINKS_NOT.search(plain) else "the compiler has failed, see above"


def spoken_of(sources: Sequence[str], messages: str) -> list[str]:
    """The sources that messages name; all, if they name none."""
    return [source for source in sources if source in messages] or (list(sources) if messages else [])


def remember(folder: Path, sources: Sequence[str]) -> None:
    """Keep in mind that the compiler had something to say about these. Nothing happens where that can't be written."""
    for mark in marks(folder, sources):
        with contextlib.suppress(OSError):
            mark.parent.mkdir(exist_ok=True)
            mark.touch()


def remembered(folder: Path, sources: Sequence[str]) -> bool:
    """Whether it had something to say about one of these, as they are now."""
    return any(mark.exists() for mark in marks(folder, sources))


def marks(folder: Path, sources: Sequence[str]) -> list[Path]:
    """The files that stand for sources with this content."""
    found = []
    for source in sources:
        with contextlib.suppress(OSError, ValueError):
            found.append(folder / "spoken-of" / hashlib.sha256(Path(source).read_bytes()).hexdigest())
    return found
