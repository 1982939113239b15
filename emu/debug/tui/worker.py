"""What takes time is done in a thread, one thing at a time, so that the screen and its keys live on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from emu.debug.shell import Quit

if TYPE_CHECKING:
    from emu.debug.shell import Shell
    from emu.debug.tui.control import PaneControl
    from emu.debug.tui.screen import Screen


class Worker:
    """The part of the full screen that runs lines and asks costly panes."""

    app: Any
    shell: Shell
    screen: Screen
    looking: bool
    queued: str | None
    left: BaseException | None

    def perform(self, line: str) -> None:
        """Run a line in a thread; while a pane is being asked, as soon as it has answered."""
        if self.looking:
            self.queued = line
        elif not self.screen.running:
            self.screen.running = line.strip() or self.shell.again or " "
            self.app.create_background_task(self.work(line))

    def look_later(self, control: PaneControl, wanted: tuple) -> None:
        """Ask a costly pane in a thread; nothing else runs meanwhile."""
        if not self.screen.running:
            self.screen.running, self.looking = f"looking at {wanted[1]}", True
            self.app.create_background_task(self.look(control, wanted))

    async def look(self, control: PaneControl, wanted: tuple) -> None:
        """The thread, and the line that was typed meanwhile."""
        try:
            await asyncio.get_running_loop().run_in_executor(None, control.look, wanted)
        finally:
            self.screen.running, self.looking = "", False
            line, self.queued = self.queued, None
            self.app.invalidate()
            if line is not None:
                self.perform(line)

    async def work(self, line: str) -> None:
        """The thread, and what it may end with."""
        try:
            await asyncio.get_running_loop().run_in_executor(None, self.screen.perform, line)
        except (Quit, KeyboardInterrupt) as reason:
            self.left = reason
            self.app.exit()
