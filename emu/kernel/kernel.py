"""The kernel as one object: boot, spawn the first process, then run → trap → handle → resume until it ends."""

from __future__ import annotations

from typing import Any

from emu.kernel.options import Exit, Limits, Options


class Kernel:
    """All state of the operating system hangs from this object; there are no globals, so a snapshot can copy it."""

    def __init__(self, machine: Any, options: Options | None = None) -> None:
        self.machine = machine
        self.options = options or Options()

    def spawn(self, data: bytes, path: str, argv: list[str], envp: dict[str, str] | None = None) -> Any:
        """Store `data` as the file `path`, make a process that executes it; the first one is pid 1. ElfError if it can't."""
        raise NotImplementedError

    def run(self, limits: Limits | None = None) -> Exit:
        """Run until the first process ends, a limit is met or the machine is stopped; may be called again after a stop."""
        raise NotImplementedError

    def stats(self) -> dict[str, Any]:
        """Accounting for `emu stat`: faults by kind, system calls by name, resident pages, frames."""
        raise NotImplementedError
