"""Long answers a screenful at a time, with the keys of `less` that fingers know."""

from __future__ import annotations

import sys
from typing import TextIO

from prompt_toolkit.input import create_input
from prompt_toolkit.keys import Keys

from emu.debug.printer import terminal_size

HELP = "-- more: Space page, Enter line, a all, q stop --"


def page(text: str, out: TextIO) -> None:
    """Print text; what is longer than the screen waits for keys."""
    lines = text.splitlines(keepends=True)
    rows = max(terminal_size(out).lines - 1, 5)
    step = rows
    while lines:
        out.write("".join(lines[:step]))
        del lines[:step]
        if not lines:
            return
        out.write(f"\x1b[7m{HELP}\x1b[0m")
        out.flush()
        answer = key()
        out.write("\r\x1b[K")
        out.flush()
        if answer == "q":
            return
        step = {"a": len(lines), "line": 1}.get(answer, rows)


def key() -> str:
    """What the user wants: q, a, line or page."""
    source = create_input(sys.stdin)
    with source.raw_mode():
        while not source.closed:
            wait(source.fileno())
            for press in source.read_keys() + source.flush_keys():
                if press.key in ("q", "Q", Keys.ControlC, Keys.ControlD, Keys.Escape):
                    return "q"
                if press.key in ("a", "G"):
                    return "a"
                return "line" if press.key in (Keys.ControlM, Keys.ControlJ, Keys.Down, "j") else "page"
    return "q"


def wait(fd: int) -> None:
    """Until a key comes. Windows' consoles can't be waited for: there `read_keys` is asked again and again."""
    if sys.platform == "win32":
        import time

        time.sleep(0.02)
    else:
        import select

        select.select([fd], [], [])
