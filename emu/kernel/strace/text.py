"""Strings, lists and structures as strace writes them."""

from __future__ import annotations

from collections.abc import Iterable

SHOWN = 32  # bytes of a string, elements of an array (strace -s 32)
_ESCAPES = {9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def quoted(data: bytes, limit: int = SHOWN) -> str:
    """`"hello\\n"`; octal for what can't be printed; `"..."...` for the start of a longer one."""
    shown = data[:limit]
    text = "".join(escaped(byte, shown[n + 1 : n + 2]) for n, byte in enumerate(shown))
    return f'"{text}"' + ("..." if len(data) > limit else "")


def in_hex(data: bytes, limit: int = SHOWN) -> str:
    """`"\\x12\\xff"`: bytes that are no text."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in data[:limit]) + '"' + ("..." if len(data) > limit else "")


def escaped(byte: int, following: bytes) -> str:
    """One byte of a string; an octal number has three digits only before a digit."""
    if byte in _ESCAPES:
        return _ESCAPES[byte]
    if 32 <= byte < 127:
        return chr(byte)
    return f"\\{byte:03o}" if following and following[0] in b"01234567" else f"\\{byte:o}"


def listed(items: Iterable[str], more: bool = False) -> str:
    """`[a, b]`; `...` where there are more."""
    return "[" + ", ".join([*items, *(["..."] if more else [])]) + "]"


def struct(*fields: str, **named: object) -> str:
    """`{a=1, b=2}`; positional fields are written as they are (`...`)."""
    return "{" + ", ".join([*(f"{name}={value}" for name, value in named.items()), *fields]) + "}"


def octal_text(value: int) -> str:
    """`0644`, `022`, `000`."""
    digits = f"{value:03o}"
    return digits if digits[0] == "0" else f"0{digits}"


def address(value: int) -> str:
    """A pointer."""
    return f"{value:#x}" if value else "NULL"
