"""What open files remember between two reads: the text of a /proc file, the names of a directory.

They may be large and the files many, so all of them together have a budget: the oldest are forgotten, and made anew by
the next read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emu.kernel.fs.file import File


class ProcTexts:
    """The files that remember something, the oldest first, with how many bytes that is."""

    def __init__(self, budget: int) -> None:
        self.budget, self.total = budget, 0
        self.files: dict[File, int] = {}

    def keep(self, file: File, what: Any, size: int) -> None:
        """Let a file remember this instead of what it remembered before."""
        self.forget(file)
        file.private = what
        self.files[file], self.total = size, self.total + size
        while self.total > self.budget and len(self.files) > 1:
            self.forget(next(iter(self.files)))

    def forget(self, file: File) -> None:
        """The file was closed: its text goes."""
        self.total -= self.files.pop(file, 0)
        file.private = None
