"""What a request holds, read so that a mistake in it is told in words."""

from __future__ import annotations

from typing import Any

from emu.errors import EmuError


def whole(arguments: dict[str, Any], name: str, default: int | None = None) -> int:
    """A whole number. EmuError for another thing, and for none without a default."""
    value = arguments.get(name, default)
    if type(value) is not int:
        raise EmuError(f"{name} must be a whole number, not {value!r}" if name in arguments else f"{name} is missing")
    return value


def address(text: Any, name: str) -> int:
    """An address as text: 0x10148. EmuError."""
    try:
        return int(text, 0)
    except (TypeError, ValueError):
        raise EmuError(f"{name}: {text!r} is no address", hint="such as 0x10148") from None


def reference(arguments: dict[str, Any]) -> int:
    """memoryReference and its offset. EmuError."""
    return address(arguments.get("memoryReference"), "memoryReference") + whole(arguments, "offset", 0)
