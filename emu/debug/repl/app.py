"""The loop of the prompt."""

from __future__ import annotations

from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.output.color_depth import ColorDepth

from emu.debug.interrupt import on_ctrl_c
from emu.debug.printer import Printer, is_dumb, terminal_size
from emu.debug.render import visible
from emu.debug.repl import pager
from emu.debug.repl.completer import ShellCompleter
from emu.debug.repl.history import open_history
from emu.debug.repl.keys import in_block, run_bindings
from emu.debug.repl.lexer import STYLE, CommandLexer, formatted
from emu.debug.shell import Shell
from emu.debug.starter import Starter
from emu.debug.status import spans, status
from emu.debug.stdin import GuestInput
from emu.debug.view import View
from emu.errors import EmuError

PROMPT = [("class:emu.key", "(emu) ")]
HELLO = "help lists commands, Tab completes, Enter repeats, Ctrl-C stops, Ctrl-D leaves"


class Terminal(Printer):
    """The face of the prompt: pages long answers, knows the full screen."""

    shell: Shell
    screen: Printer | None = None  # the full screen, while it is on
    input = GuestInput(None)

    def guest(self, data: bytes, stream: str = "stdout") -> None:
        (super() if self.screen is None else self.screen).guest(data, stream)

    def show(self, view: View, style: str, line: str) -> None:
        text = self.rendered(view, style, line)
        rows = terminal_size(self.out).lines
        if self.settings.on("page") and not is_dumb() and self.out.isatty() and text.count("\n") >= rows:
            self.write("")
            pager.page(text, self.out)
        else:
            self.write(text)

    def fullscreen(self, panes: list[str]) -> None:
        if is_dumb():
            raise EmuError("full screen needs a terminal whose cursor moves: TERM is dumb", hint="TERM=xterm-256color")
        from emu.debug.tui.app import run_full_screen

        run_full_screen(self.shell, self, panes)


class Repl:
    """Reads lines until the user leaves. The session may still be in the making."""

    def __init__(self, shell: Shell, face: Terminal, starter: Starter) -> None:
        self.shell, self.face, self.starter = shell, face, starter
        face.shell = shell
        self.prompt: PromptSession[str] = PromptSession(
            lexer=CommandLexer(shell),
            completer=ShellCompleter(shell),
            complete_while_typing=False,
            enable_history_search=True,
            history=open_history(),
            key_bindings=run_bindings(),
            multiline=in_block,
            prompt_continuation="    > ",
            bottom_toolbar=self.bar if face.settings["format"] == "text" else None,
            style=STYLE,
            color_depth=None if face.colour else ColorDepth.DEPTH_1_BIT,
        )

    def bar(self) -> StyleAndTextTuples:
        """The status bar."""
        width = terminal_size(self.face.out).columns
        if self.starter.failure is not None and not self.prompt.app.is_done:
            self.prompt.app.exit(exception=self.starter.failure)
        if not self.starter.ready:
            return formatted([(self.starting(), "warn")])
        try:
            return formatted(spans(status(self.starter.session), width))
        except EmuError as error:
            return formatted([(error.message, "warn")])

    def starting(self) -> str:
        """What is shown until there is a session."""
        done = self.starter.fraction
        return f"compiling the machine (once per version): {done:.0%}" if done else "starting …"

    def loop(self) -> None:
        """Until Quit is raised or the input ends."""
        while True:
            try:
                text = self.prompt.prompt(PROMPT, refresh_interval=0 if self.starter.ready else 0.25)
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            for line in text.replace("\\\n", " ").split("\n"):
                self.run(line)

    def run(self, line: str) -> None:
        """One line, with Ctrl-C stopping the program."""
        if self.starter.ready:
            self.starter.session.engine.was_interrupted()  # a Ctrl-C that came too late for the last line
        with on_ctrl_c(self.stop):
            try:
                self.shell.type(line)
            except KeyboardInterrupt:
                self.face.write("interrupted\n")

    def stop(self) -> None:
        """Ctrl-C."""
        if not self.starter.ready:
            raise KeyboardInterrupt
        self.starter.session.engine.interrupt()
        self.face.input.interrupt()


def run_prompt(shell: Shell, face: Terminal, starter: Starter, hello: str = "", panes: Any = None) -> None:
    """Greet, then read lines; with panes (a list, may be empty) in full screen first."""
    repl = Repl(shell, face, starter)
    if hello:
        face.write(f"{visible(hello)}\n{HELLO}\n")
    if panes is not None:
        repl.run("layout " + " ".join(panes))
    repl.loop()
