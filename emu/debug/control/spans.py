"""Lines of styled and of plain pieces."""

from __future__ import annotations

from emu.debug.view import Line, Span


def line(*parts: str | Span) -> Line:
    """A line; plain pieces get no style."""
    return [part if isinstance(part, tuple) else (part, "") for part in parts if part != ""]
