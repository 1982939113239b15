"""Changes by the user, and sessions on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emu.debug.engine import savefile
from emu.debug.engine.change import Recorder
from emu.errors import EmuError
from emu.kernel.services import UNKNOWN

if TYPE_CHECKING:
    from emu.debug.engine.engine import Engine

NO_ROOM = "no room for a copy of this system"
NO_ROOM_HINT = "it uses more memory than the debugger keeps copies of"


class Changer:
    """The part of an Engine that lets the user change things."""

    def intervene(self: Engine, action: Callable[[], Any]) -> Any:
        """Do something to the system. What was the future is forgotten; going back before this undoes it.

        Returns what the action returns.
        """
        self.begin()
        tick = self.tick
        before = self._take()
        if before is None:
            raise EmuError(NO_ROOM, hint=NO_ROOM_HINT)
        with self.quietly():
            recorder = Recorder(self.system, before)
            result = action()
            self.machine.end_turn()
            self.kernel.deadline = UNKNOWN
            if self.kernel.need_resched and self.kernel.exit is None:
                self.kernel.settle()
            self.system.touched()
            change = recorder.finish(tick)
        self.checkpoints.cut(tick)
        self.changes = [kept for kept in self.changes if kept.tick <= tick]
        self.changes.append(change)
        self.archive.cut(tick)
        self.streams.cut()
        self.checkpoint(pinned=True)
        self.end_tick = self.tick
        self.stand()
        return result

    def save(self: Engine, path: str, more: dict[str, Any] | None = None) -> None:
        """Write the session into a file: what was typed, what was changed, where we are, and more. EmuError."""
        self.begin()
        savefile.write(self, path, more or {})

    def load(self: Engine, path: str, understand: Callable[[Any], Any] = lambda more: more) -> Any:
        """Be where a file says; the program must be the same. EmuError, and then nothing has changed.

        Returns what `understand` makes of the more that was saved; it may raise first.
        """
        self.begin()
        return savefile.read(self, path, understand)
