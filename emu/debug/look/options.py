"""Options that arrive as text: --pid=2, --set=5."""

from __future__ import annotations

from emu.errors import EmuError


def small(text: str | None, name: str) -> int | None:
    """A number that is not negative; None where the option was left out. EmuError."""
    if text is None:
        return None
    try:
        value = int(text, 0)
    except ValueError:
        value = -1
    if not 0 <= value < 1 << 64:
        raise EmuError(f"--{name}={text}: not a number", hint=f"--{name}=0")
    return value


def pid_of(text: str | None) -> int | None:
    """--pid."""
    return small(text, "pid")
