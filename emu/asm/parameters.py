"""Parameters and arguments of macros: declared, split, bound, put into the body. GNU as manual, ".macro".

In a body `\\name` is an argument, `\\()` nothing (it separates), `\\@` the number of the expansion.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from emu.asm.errors import Mistake
from emu.asm.limits import MAX_PARAMETERS
from emu.asm.source import Statement


class Parameter(NamedTuple):
    """A macro's parameter: `name`, `name=default`, `name:req`, `name:vararg`."""

    name: str
    default: str = ""
    required: bool = False
    vararg: bool = False


class Macro(NamedTuple):
    """A definition."""

    name: str
    parameters: tuple[Parameter, ...]
    body: list[Statement]

    def syntax(self) -> str:
        """How a call is written."""
        return f"{self.name} {', '.join(p.name for p in self.parameters)}".strip()


_NAME = r"[A-Za-z_.$][\w.$]*"
_PARAMETER = re.compile(rf"\s*,?\s*({_NAME})\s*(?::\s*(req|vararg)\b)?\s*(?:=\s*(\"(?:\\.|[^\"\\])*\"|[^\s,]*))?\s*")
_USE = re.compile(rf"\\(\(\)|@|\+|{_NAME})")
_OPERATORS = frozenset("+-*/%&|^~!<>=(")


def parse_parameters(text: str, column: int) -> tuple[Parameter, ...]:
    """The parameters of a .macro line, from the text after its name."""
    parameters, position = [], 0
    while text[position:].strip():
        match = _PARAMETER.match(text, position)
        if not match or match.end() == position:
            raise Mistake(
                "expected the name of a parameter", column + position, "write .macro name first, second=default"
            )
        name, kind, default = match.groups()
        if len(parameters) >= MAX_PARAMETERS:
            raise Mistake(f"a macro has at most {MAX_PARAMETERS} parameters", column + match.start(1))
        if any(p.name == name for p in parameters):
            raise Mistake(f"two parameters are called {name!r}", column + match.start(1))
        parameters.append(Parameter(name, unquote(default or ""), kind == "req", kind == "vararg"))
        position = match.end()
    return tuple(parameters)


def unquote(text: str) -> str:
    """An argument without the quotes around it."""
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] == '"' else text


_PIECE = re.compile(r'"(?:\\.|[^"\\])*"?|\'(?:\\.|[^\\])\'?|\s+|[^\s"\',()]+|.', re.DOTALL)


def split_arguments(text: str, limit: int | None = None) -> list[str]:
    """Arguments between commas, or blanks that no operator stands beside; brackets and strings are kept together.

    After `limit` arguments the rest is one, untouched, for a vararg.
    """
    arguments, current, depth = [], "", 0
    pieces = [(m.group(), m.start()) for m in _PIECE.finditer(text.strip())]
    for index, (piece, start) in enumerate(pieces):
        if limit is not None and len(arguments) == limit:
            return [*arguments, text.strip()[start:].strip()]
        depth += (piece == "(") - (piece == ")")
        if depth <= 0 and piece == ",":
            arguments.append(current)
            current = ""
        elif piece.isspace() and depth <= 0:
            if _separates(current, pieces[index + 1][0]):
                arguments.append(current)
                current = ""
            elif current:
                current += " "
        else:
            current += piece
    return [*arguments, current] if current or text.rstrip().endswith(",") else arguments


def _separates(before: str, after: str) -> bool:
    return bool(before) and before[-1] not in _OPERATORS | {","} and after[0] not in _OPERATORS | {",", ")"}


_NAMED = re.compile(rf"({_NAME})\s*=(?!=)\s*(.*)", re.DOTALL)


def bind(macro: Macro, text: str) -> dict[str, str]:
    """Parameter names to texts, for a call with `text` behind the macro's name."""
    parameters = macro.parameters
    limit = len(parameters) - 1 if parameters and parameters[-1].vararg else None
    values: dict[str, str] = {}
    free = list(parameters)
    for argument in split_arguments(text, limit):
        named = _NAMED.fullmatch(argument.strip())
        parameter = next((p for p in parameters if named and p.name == named[1]), None)
        if parameter is not None:
            argument = named[2]
        elif not free:
            raise Mistake(
                f"macro {macro.name} takes {len(parameters)} arguments at most", None, f"write: {macro.syntax()}"
            )
        else:
            parameter = free[0]
        free = [p for p in free if p is not parameter]
        values[parameter.name] = argument.strip() if parameter.vararg else unquote(argument.strip())
    return {p.name: _value(macro, p, values.get(p.name, "")) for p in parameters}


def _value(macro: Macro, parameter: Parameter, text: str) -> str:
    if not text and parameter.required:
        raise Mistake(f"macro {macro.name} needs {parameter.name!r}", None, f"write: {macro.syntax()}")
    return text or parameter.default


def substitute(text: str, values: dict[str, str], count: int) -> str:
    """A body line with its \\names replaced."""
    if "\\" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name == "()":
            return ""
        if name in "@+":
            return str(count)
        stem, dot, rest = name.partition(".")
        if name not in values and dot and stem in values:
            return values[stem] + dot + rest
        return values.get(name, match[0])

    return _USE.sub(replace, text)
