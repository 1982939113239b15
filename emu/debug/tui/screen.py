"""The face of the full screen: what was said, what the program wrote, what is running. It draws nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from emu.debug import draw
from emu.debug.draw import Spans
from emu.debug.look.regfile import named, registers_of
from emu.debug.printer import Printer
from emu.debug.render import visible
from emu.debug.shell import Shell
from emu.debug.view import Text, View
from emu.errors import EmuError

MOST = 500  # answers that are kept
MOST_OUTPUT = 200_000  # characters of the program's output that are kept


class Screen(Printer):
    """Answers are kept as views, to be drawn anew for any width. `changed` counts what there is to redraw."""

    def __init__(self, shell: Shell, below: Printer) -> None:
        super().__init__(below.out, below.err)
        self.shell, self.below, self.settings = shell, below, shell.settings
        self.said: deque[View] = deque(maxlen=MOST)
        self.output = ""
        self.unseen: set[str] = set()
        self.changed, self.running, self.closing = 0, "", False
        self.memory_shown: tuple[int | None, bool] = (None, False)  # where the last `x` looked, and if that is physical
        self.memory_before: dict[int, bytes] = {}
        self.memory_now: dict[int, bytes] = {}
        self.registers_before: dict[str, int] = {}
        self.redraw: Callable[[], None] = lambda: None
        self.rearrange: Callable[[list[str]], None] = lambda panes: None
        self.activate: Callable[[Any], None] = lambda slot: None
        self.later: Callable[[Any, tuple], None] = lambda control, wanted: control.look(wanted)

    @property
    def session(self) -> Any:
        """The session."""
        return self.shell.session

    def show(self, view: View, style: str, line: str) -> None:
        if style != "text":
            view = View(view.name, view.data, [Text(self.rendered(view, style, line).splitlines())])
        if view.name == "memory":
            self.memory_shown = view.data["address"], line.startswith("xp")
        self.say(view)

    def error(self, error: EmuError) -> None:
        lines = visible(str(error)).splitlines()
        self.say(View("error", None, [Text([[(line, "" if index else "bad")] for index, line in enumerate(lines)])]))

    def guest_text(self, text: str, stream: str) -> None:
        self.output = (self.output + text)[-MOST_OUTPUT:]
        self.unseen.add("output")
        last = self.said[-1] if self.said else None
        if last is None or last.name != "guest":
            last = View("guest", "")
            self.said.append(last)
        last.data = (last.data + text)[-MOST_OUTPUT:]
        last.blocks = [Text([[(line, "guest")] for line in last.data.rstrip("\n").split("\n")])]
        self.touch()

    def say(self, view: View) -> None:
        """Another answer."""
        self.said.append(view)
        self.touch()

    def typed(self, line: str) -> None:
        """The line that is answered next."""
        self.say(View("typed", line, [Text([[("(emu) ", "key"), (line, "")]])]))

    def touch(self) -> None:
        """Something is to be redrawn."""
        self.changed += 1
        self.redraw()

    def transcript(self, width: int) -> list[Spans]:
        """Everything that was said, in lines that fit."""
        lines = [line for view in self.said for line in draw.lines(view, width)]
        return [part for line in lines[-2000:] for part in draw.wrap(line, max(width, 1))]

    def remember(self) -> None:
        """Registers and memory as they are before the program goes on."""
        self.memory_before, self.memory_now = self.memory_now, {}
        try:
            self.registers_before = named(registers_of(self.session))
        except EmuError:
            self.registers_before = {}

    def changed_bytes(self, address: int, data: bytes, physical: bool) -> set[int]:
        """Which of these bytes are not what they were when the last command began."""
        key = address | physical << 64
        before = self.memory_before.get(key, data)
        self.memory_now[key] = data
        return {index for index, byte in enumerate(data) if index < len(before) and before[index] != byte}

    def perform(self, line: str) -> None:
        """Run a line, in whatever thread. The panes follow when it has ended."""
        if line.strip():
            self.typed(line)
        self.remember()
        self.session.engine.was_interrupted()  # a Ctrl-C that came too late for the last line
        try:
            for each in line.replace("\\\n", " ").split("\n"):
                self.shell.type(each)
        finally:
            self.running = ""
            self.touch()

    def fullscreen(self, panes: list[str]) -> None:
        """`layout` within the full screen arranges it anew; `layout off` leaves it."""
        self.rearrange(panes)
