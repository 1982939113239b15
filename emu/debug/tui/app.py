"""The full-screen application: panes, status bar, command line. Commands run in a thread, so that keys still work."""

from __future__ import annotations

from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import (
    CompletionsMenu,
    Dimension,
    Float,
    FloatContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    VSplit,
    Window,
)
from prompt_toolkit.layout.controls import BufferControl
from prompt_toolkit.layout.processors import BeforeInput
from prompt_toolkit.output.color_depth import ColorDepth

from emu.debug.repl.completer import ShellCompleter
from emu.debug.repl.history import open_history
from emu.debug.repl.lexer import STYLE, CommandLexer, formatted, shown
from emu.debug.shell import Shell
from emu.debug.status import spans, status
from emu.debug.stdin import Asking
from emu.debug.tui import keys
from emu.debug.tui.control import PaneControl
from emu.debug.tui.screen import Screen
from emu.debug.tui.slots import Slot, Split, arranged, named, slots_of
from emu.debug.tui.worker import Worker
from emu.errors import EmuError

LEAST = (40, 10)


class FullScreen(Worker):
    """The application around a Screen. `run` returns when the user leaves the full screen; Quit passes through."""

    def __init__(self, shell: Shell, below: Any, panes: list[str]) -> None:
        self.shell, self.screen, self.panes = shell, Screen(shell, below), panes
        self.active: Slot | None = None
        self.zoomed = self.looking = False
        self.queued = None
        self.size = (0, 0)
        self.controls: dict[int, PaneControl] = {}
        self.left: BaseException | None = None
        self.line = Buffer(
            completer=ShellCompleter(shell), history=open_history(), auto_suggest=AutoSuggestFromHistory(),
            accept_handler=self.accept, multiline=keys.in_block, enable_history_search=True,
        )  # fmt: skip
        self.body = FloatContainer(HSplit([]), [Float(CompletionsMenu(max_height=8, scroll_offset=1), True, True)])
        self.input = Window(
            BufferControl(self.line, lexer=CommandLexer(shell), input_processors=[BeforeInput(self.prompt)]),
            height=Dimension(min=1, max=5, preferred=1), dont_extend_height=True, wrap_lines=True,
        )  # fmt: skip
        self.app: Application[None] = Application(
            key_bindings=keys.bindings(self), full_screen=True, mouse_support=True, style=STYLE,
            before_render=self.before_render, refresh_interval=0.5,
            color_depth=None if below.colour else ColorDepth.DEPTH_1_BIT,
        )  # fmt: skip
        self.screen.redraw, self.screen.rearrange, self.screen.activate = (
            self.app.invalidate,
            self.arrange,
            self.activate,
        )
        self.screen.later = self.look_later
        self.asking = Asking(self.app.invalidate)
        self.arrange(panes)

    def run(self) -> None:
        """Until the user leaves."""
        before, self.shell.face = self.shell.face, self.screen
        below = self.screen.below
        below.screen, below.input.ask = self.screen, self.asking.read
        try:
            self.app.run(handle_sigint=False)
        finally:
            self.shell.face, below.screen, below.input.ask = before, None, None
        if self.left is not None:
            raise self.left

    def before_render(self, app: Any) -> None:
        """Another size asks for another arrangement, unless the user has named the panes."""
        size = app.output.get_size()
        if (size.columns, size.rows) != self.size:
            self.arrange(self.panes)

    def arrange(self, panes: list[str]) -> None:
        """Lay the panes out: those that are named, or those that fit."""
        if panes == ["off"]:
            self.app.exit()
            return
        size = self.app.output.get_size()
        self.size, self.panes, self.zoomed = (size.columns, size.rows), panes, False
        self.split = named(panes, size.columns) if panes else arranged(size.columns, size.rows - 2)
        self.slots = slots_of(self.split)
        self.active = next((slot for slot in self.slots if "answers" in slot.names), self.slots[0])
        self.build()

    def build(self) -> None:
        """Containers for the split, or for the one slot that is zoomed."""
        if self.size[0] < LEAST[0] or self.size[1] < LEAST[1]:
            text = f"at least {LEAST[0]} x {LEAST[1]} characters are needed"
            panes: Any = Window(FormattedTextControl(text), wrap_lines=True)
        else:
            panes = self.container(self.active if self.zoomed else self.split, 1)
        bar = Window(FormattedTextControl(self.bar), height=1, style="class:emu.bar")
        self.body.content = HSplit([panes, bar, self.input])
        self.app.layout = Layout(self.body, focused_element=self.input)
        self.app.invalidate()

    def container(self, part: Any, share: int) -> Any:
        """A split or a slot as a container that takes its share."""
        weight = Dimension(weight=share, preferred=1, min=1)
        if isinstance(part, Split):
            parts: list[Any] = []
            for index, (weight_, each) in enumerate(part.parts):
                if part.across and index:
                    parts.append(Window(width=1, char=shown("│"), style="class:emu.rule"))
                parts.append(self.container(each, weight_))
            return (
                VSplit(parts, height=weight, width=weight)
                if part.across
                else HSplit(parts, height=weight, width=weight)
            )
        control = PaneControl(self.screen, part, lambda slot: slot is self.active)
        self.controls[id(part)] = control
        return Window(control, width=weight, height=weight)

    def prompt(self) -> StyleAndTextTuples:
        """Before the input: the prompt, or that the program runs."""
        if self.asking.waiting:
            return formatted([("the program reads: ", "guest")])
        if self.screen.running:
            return formatted([("running: Ctrl-C stops ", "warn")])
        return formatted([("    > " if self.shell.block else "(emu) ", "key")])

    def bar(self) -> StyleAndTextTuples:
        """The status bar."""
        if self.screen.running:
            return formatted([(f" {self.screen.running} …", "warn")])
        try:
            return formatted([(" ", ""), *spans(status(self.screen.session), self.size[0] - 12), ("  F1 keys", "dim")])
        except EmuError as error:
            return formatted([(error.message, "warn")])

    def activate(self, slot: Slot) -> None:
        """Which slot the keys move."""
        self.active = slot

    def accept(self, buffer: Buffer) -> bool:
        """Enter: a line for the debugger, or for the guest if it waits for one."""
        if self.asking.waiting:
            self.screen.guest_text(f"{buffer.text}\n", "stdin")
            self.asking.answer(f"{buffer.text}\n".encode())
        else:
            self.perform(buffer.text)
        return False

    def app_exit(self) -> None:
        """Ctrl-D: the end of the guest's input if it waits for some; back to the prompt unless it runs."""
        if self.asking.waiting:
            self.asking.answer(b"")
        elif not self.screen.running:
            self.app.exit()

    def interrupt(self) -> None:
        """Ctrl-C: stop the program, or empty the line."""
        if self.asking.waiting:
            self.asking.stop()
        elif self.screen.running:
            self.screen.session.engine.interrupt()
        else:
            self.line.reset()


def run_full_screen(shell: Shell, below: Any, panes: list[str]) -> None:
    """Full screen until the user leaves it."""
    if shell.session is not None:  # it is waited for here, before the screen is taken
        FullScreen(shell, below, panes).run()
