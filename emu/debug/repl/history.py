"""Where typed lines are kept from one session to the next: the user's data folder, or what EMU_HISTORY says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

NONE = ("none", "")


def data_folder() -> Path:
    """The platform's habit for files that a user wants to keep."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "emu"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "emu"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "emu"


def open_history() -> History:
    """The file of lines; memory only for EMU_HISTORY=none, and where no file can be written."""
    named = os.environ.get("EMU_HISTORY")
    if named in NONE:
        return InMemoryHistory()
    path = Path(named) if named else data_folder() / "debug-history"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab"):
            return FileHistory(str(path))
    except OSError:
        return InMemoryHistory()
