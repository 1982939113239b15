"""Where emu keeps what took long to make: compiled machine code, C libraries, programs."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path


def cache_root() -> Path:
    """The user's cache folder for emu (EMU_CACHE_DIR, else the platform's habit); where that can't be written to, one
    of the user's own among the temporary files.
    """
    try:
        folder = wanted()
    except RuntimeError:  # a user without a home
        return temporary()
    return folder if writable(folder) else temporary()


def wanted() -> Path:
    """Where the cache belongs. RuntimeError if nobody can say."""
    if own := os.environ.get("EMU_CACHE_DIR"):
        return Path(own)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "emu"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "emu"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "emu"


def temporary() -> Path:
    """A folder that nobody else can write to: what is in it will be executed. A new one where somebody was faster, and
    one that can't be there where nothing can be written.
    """
    user = os.getuid() if hasattr(os, "getuid") else ""
    try:
        folder = Path(tempfile.gettempdir()) / f"emu-cache-{user}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        safe = stat.S_ISDIR(found.st_mode) and (user == "" or (found.st_uid == user and not found.st_mode & 0o022))
        return folder if safe else Path(tempfile.mkdtemp(prefix="emu-cache-"))
    except OSError:
        return Path(os.devnull) / "emu-cache"


def writable(folder: Path) -> bool:
    """Whether files can be made in a folder, which is made first if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
