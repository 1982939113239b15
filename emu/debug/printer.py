"""The face that writes to a stream: for scripts and pipes, and underneath the prompt."""

from __future__ import annotations

import codecs
import json
import os
import sys
from typing import TextIO

from emu.debug import render
from emu.debug.settings import Settings
from emu.debug.style import sgr
from emu.debug.view import View
from emu.errors import EmuError


class Printer:
    """Answers go to `out`, mistakes to `err`; what the guest writes stands between them, in its place."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.out, self.err = out or sys.stdout, err or sys.stderr
        self.settings = Settings()
        self.decoders: dict[str, codecs.IncrementalDecoder] = {}
        self.open_line = False

    @property
    def colour(self) -> bool:
        """Whether to use colours, by the setting, NO_COLOR, TERM and where the text goes."""
        wanted = self.settings["colour"]
        plain = os.environ.get("NO_COLOR") or is_dumb()
        return wanted == "on" or (wanted == "auto" and self.out.isatty() and not plain)

    @property
    def width(self) -> int:
        """Columns of the text."""
        return self.settings.width or (terminal_size(self.out).columns if self.out.isatty() else 100)

    def show(self, view: View, style: str, line: str) -> None:
        """An answer as text, plain or json."""
        self.write(self.rendered(view, style, line))

    def rendered(self, view: View, style: str, line: str) -> str:
        """The text of an answer."""
        if style == "json":
            return render.document(view, line) + "\n"
        return render.plain(view) if style == "plain" else render.text(view, width=self.width, colour=self.colour)

    def write(self, text: str) -> None:
        """Text that begins on a line of its own."""
        if text:
            self.out.write("\n" * self.open_line + text)
            self.open_line = False
            self.out.flush()

    def guest(self, data: bytes, stream: str = "stdout") -> None:
        """What the guest wrote. Its control characters are shown, not obeyed."""
        decoder = self.decoders.setdefault(stream, codecs.getincrementaldecoder("utf-8")("replace"))
        text = decoder.decode(bytes(data))
        if text and self.settings["format"] == "json":
            self.write(json.dumps({"name": "output", "data": {"stream": stream, "text": text}}) + "\n")
        elif text:
            self.guest_text(text, stream)

    def guest_text(self, text: str, stream: str) -> None:
        """The same as text."""
        begin = sgr("guest" if stream == "stdout" else "warn") if self.colour else ""
        self.out.write(f"{begin}{render.visible(text)}{render.RESET if begin else ''}")
        self.open_line = not text.endswith("\n")
        self.out.flush()

    def error(self, error: EmuError) -> None:
        """A mistake: its message, its line with a caret, a hint."""
        self.out.flush()
        if self.open_line:
            self.out.write("\n")
            self.open_line = False
            self.out.flush()
        text = render.visible(str(error))
        if self.settings["format"] == "json":
            place = error.place
            fields = {"message": error.message, "hint": error.hint, "column": place.column if place else 0}
            fields |= {"file": place.file, "line": place.line} if place and place.file else {}
            self.write(json.dumps({"name": "error", "data": fields}) + "\n")
        elif self.colour:
            self.err.write(text.replace("error:", f"{sgr('bad')}error:{render.RESET}", 1) + "\n")
        else:
            self.err.write(text + "\n")
        self.err.flush()

    def fullscreen(self, panes: list[str]) -> None:
        """There is no screen here."""
        raise EmuError("full screen needs a terminal", hint="start `emu debug` on one, without --batch")


def is_dumb() -> bool:
    """Whether the terminal says that it only takes text, line by line."""
    return os.environ.get("TERM") == "dumb"


def terminal_size(stream: TextIO) -> os.terminal_size:
    """Columns and rows of the terminal behind a stream, as they are now."""
    try:
        return os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return os.terminal_size((80, 24))
