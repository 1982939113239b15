"""A guest whose system calls are logged, for tests of the strace log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kernel_fake import Guest

from emu.kernel.strace.log import Strace
from emu.kernel.strace.options import PLAIN


class Log:
    """A guest whose calls are logged."""

    def __init__(self, xlen: int = 64, harts: int = 1, **options: Any) -> None:
        self.guest, self.text = Guest(xlen, ram=4 << 20, harts=harts), ""
        self.strace = Strace(self.guest.kernel, self.write, replace(PLAIN, **options))
        self.strace.listen()

    def write(self, text: str) -> None:
        self.text += text

    def line(self, name: str, *args: Any) -> str:
        """What one call is logged as."""
        self.text = ""
        self.guest.call(name, *args)
        return self.text
