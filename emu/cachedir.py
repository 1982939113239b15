"""Where emu keeps what took long to make: compiled machine code, C libraries, programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_root() -> Path:
    """The user's cache folder for emu (EMU_CACHE_DIR, else the platform's habit)."""
    if own := os.environ.get("EMU_CACHE_DIR"):
        return Path(own)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "emu"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "emu"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "emu"


def writable(folder: Path) -> bool:
    """Whether files can be made in a folder, which is made first if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
