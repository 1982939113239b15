"""Colours of the line that is being typed, and spans in prompt_toolkit's terms."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style

from emu.debug.highlight import coloured, command_line
from emu.debug.render import visible
from emu.debug.shell import Shell
from emu.debug.style import LOOKS, prompt_style
from emu.debug.view import Span
from emu.nearest import NEAREST

STYLE = Style.from_dict(
    {f"emu.{name.lower()}": prompt_style(name) for name in LOOKS}
    | {
        "bottom-toolbar": "noreverse bg:default",
        "completion-menu": "bg:ansiblack fg:ansigray",
        "completion-menu.completion.current": "noreverse bg:ansiblue fg:ansiwhite",
        "completion-menu.meta.completion": "bg:ansiblack fg:ansibrightblack",
        "completion-menu.meta.completion.current": "bg:ansiblue fg:ansiwhite",
    }
)


def css(style: str) -> str:
    """A style's name as prompt_toolkit wants it."""
    return f"class:emu.{style.lower()}" if style else ""


def formatted(spans: Iterable[Span]) -> StyleAndTextTuples:
    """Spans as prompt_toolkit draws them; code gets its colours, control characters are shown."""
    return [(css(style), shown(visible(text))) for text, style in coloured(spans)]


def shown(text: str) -> str:
    """Text in signs that the terminal has."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text if encoding.lower().startswith("utf") else text.encode(encoding, NEAREST).decode(encoding)


class CommandLexer(Lexer):
    """Commands as emu.debug.highlight sees them."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        def line(number: int) -> StyleAndTextTuples:
            text = document.lines[number] if number < len(document.lines) else ""
            spans = command_line(text, self.shell.registry) if text else []
            return [(css(style), text) for text, style in spans]

        return line
