"""Colours for what is typed and for code: text to spans, by small lexers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from emu.debug.registry import Registry
from emu.debug.view import Span
from emu.debug.words import split
from emu.errors import EmuError
from emu.isa.abi import FREG, XREG

REGISTERS = frozenset(XREG) | frozenset(FREG) | {"pc"}
CODE = re.compile(
    r"""(?P<macro>^\s*\#\s*(?:include|define|undef|if|ifdef|ifndef|elif|else|endif|pragma|error)\b)
      | (?P<comment>\#.*|//.*|/\*.*?(?:\*/|$))
      | (?P<string>"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)
      | (?P<label>^\s*[\w.$]+:)
      | (?P<directive>(?<![\w.])\.[a-z]\w*)
      | (?P<symbol><[^<>]*>)
      | (?P<number>(?<![\w.])-?(?:0x[0-9a-fA-F]+|\d+)\b)
      | (?P<word>[A-Za-z_][\w.]*)""",
    re.VERBOSE,
)
CODE_STYLES = {"comment": "comment", "string": "good", "label": "symbol", "directive": "level", "symbol": "symbol"}
CODE_STYLES |= {"number": "value", "macro": "level"}


@cache
def mnemonics() -> frozenset[str]:
    """Every instruction and pseudo-instruction."""
    from emu.isa.insns import BY_NAME
    from emu.isa.pseudo import PSEUDOS

    return frozenset(BY_NAME) | {row.name for row in PSEUDOS}


def code(text: str) -> list[Span]:
    """A line of assembly: mnemonics, registers, numbers, labels, comments. C comes out well enough."""
    spans, at = [], 0
    for found in CODE.finditer(text):
        if found.start() > at:
            spans.append((text[at : found.start()], ""))
        spans.append((found[0], style_of(found.lastgroup or "", found[0])))
        at = found.end()
    return [*spans, (text[at:], "")] if at < len(text) else spans


def style_of(kind: str, text: str) -> str:
    """The style of a piece of code."""
    if kind != "word":
        return CODE_STYLES[kind]
    if text in REGISTERS:
        return "operand"
    return "insn" if text.lower() in mnemonics() else ""


def coloured(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans with those of code cut into pieces of their own styles."""
    for text, style in spans:
        yield from code(text) if style == "insn" else ((text, style),)


ARGUMENT = re.compile(
    r"""(?P<value>\$[\w.]+)|(?P<dim>--[\w-]+)|(?P<good>"[^"]*"?|'[^']*'?)
      | (?P<operand>(?<![\w.])(?:0x[0-9a-fA-F]+|\d+)\b)|(?P<symbol>[A-Za-z_.][\w.]*)""",
    re.VERBOSE,
)


def command_line(text: str, registry: Registry) -> list[Span]:
    """A line that is being typed: the command's words (red where there is none), registers, numbers, names, options."""
    words = split(text)
    if not words:
        return [(text, "")]
    try:
        names = [words[0].text.partition("/")[0], *(word.text for word in words[1:])]
        _, used = registry.find(names)
        style, end = "insn", words[max(min(used, len(words)), 1) - 1].end
    except EmuError:
        typing = len(words) == 1 and bool(starts(registry, words[0].text))
        style, end = ("" if typing else "bad"), words[0].end
    spans, at = [(text[:end], style)], end
    for found in ARGUMENT.finditer(text, end):
        spans += [(text[at : found.start()], ""), (found[0], found.lastgroup or "")]
        at = found.end()
    return [span for span in [*spans, (text[at:], "")] if span[0]]


def starts(registry: Registry, typed: str) -> list[str]:
    """Commands that begin so."""
    return [name for name in [*registry.below([]), *registry.aliases] if name.startswith(typed)]
