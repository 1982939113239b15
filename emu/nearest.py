"""What is shown where a stream's encoding has no such character: the nearest one of ASCII, as wide; else its number."""

from __future__ import annotations

import codecs

NEAREST = "emu.nearest"
"""The name of the error handler, for `errors=` of a stream."""
SIGNS = str.maketrans("─━│┃┄→←↑↓…●•·×–—√", "-=||.><^v~**.x--V")


def nearest(error: UnicodeError) -> tuple[str, int]:
    """Stand in for the characters of an error of encoding."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end].translate(SIGNS)
    return signs.encode("ascii", "backslashreplace").decode(), error.end


codecs.register_error(NEAREST, nearest)
