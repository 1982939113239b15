"""Lines to calls: abbreviations, aliases, formats, options, arguments by kind, and errors that point at the column."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emu.debug.command import Arg, Command
from emu.debug.parse import Parser, usage
from emu.debug.registry import Registry, registry
from emu.debug.value import Value
from emu.debug.view import View
from emu.debug.words import split, statements
from emu.errors import EmuError


def command(name: str, *args: Arg, **more) -> Command:
    """A command that does nothing."""
    return Command(name, f"does {name}", lambda session, **values: View(name, values), args, **more)


class Names:
    """A session that knows two values."""

    def evaluate(self, text: str) -> int:
        if text.strip() not in ("$sp", "$sp + 8"):
            raise EmuError(f"no value {text!r}")
        return 0x1000 + 8 * ("8" in text)

    def resolve(self, text: str) -> list[int]:
        return [0x10000 + len(text)]

    def value(self, text: str) -> Value:
        return Value(self.evaluate(text))


EXPRESSION, LOCATION = Arg("value", "expression"), Arg("place", "location")
COMMANDS = Registry(
    [
        command(
            "step", Arg("count", "number", optional=True), aliases=("s",), options={"stages": "all", "hart=": "one"}
        ),
        command("stepi"),
        command("stat"),
        command("x", Arg("at", "expression", optional=True), slash=True),
        command("break", LOCATION, Arg("condition", "rest", optional=True), aliases=("b", "br")),
        command("info breakpoints", aliases=("i b",)),
        command("info registers", Arg("names", "register", optional=True, many=True)),
        command("set", Arg("what", "rest")),
        command("set colour", Arg("value", "choice", choices=("auto", "on", "off"))),
        command("write", EXPRESSION, Arg("pid", "pid"), Arg("text", "rest", optional=True)),
    ]
)


def parse(line: str) -> tuple[str, dict]:
    """Name and arguments."""
    call = Parser(COMMANDS, Names, line).call()
    return call.command.name, call.arguments


FLAGS = {"stages": False, "hart": None}


@pytest.mark.parametrize(
    ("line", "name", "arguments"),
    [
        ("step", "step", {"count": None} | FLAGS),
        ("s 5", "step", {"count": 5} | FLAGS),
        ("step -3 --stages", "step", {"count": -3, "stages": True, "hart": None}),
        ("s --hart=1 10k", "step", {"count": 10_000, "stages": False, "hart": "1"}),
        ("s 0x10", "step", {"count": 16} | FLAGS),
        ("s 1_000", "step", {"count": 1000} | FLAGS),
        ("s $sp", "step", {"count": 0x1000} | FLAGS),
        ("stepi", "stepi", {}),
        ("x/16gx $sp + 8", "x", {"fmt": "16gx", "at": 0x1008}),
        ("x", "x", {"fmt": "", "at": None}),
        ("x/", "x", {"fmt": "", "at": None}),
        ("break main", "break", {"place": [0x10004], "condition": None}),
        ("b main if $a0 == 'x'", "break", {"place": [0x10004], "condition": "if $a0 == 'x'"}),
        ("br main", "break", {"place": [0x10004], "condition": None}),
        ("i b", "info breakpoints", {}),
        ("inf br", "info breakpoints", {}),
        ("info reg a0 a1", "info registers", {"names": ["a0", "a1"]}),
        ("info registers", "info registers", {"names": []}),
        ("set $a0 = 5", "set", {"what": "$a0 = 5"}),
        ("set c = 5", "set", {"what": "c = 5"}),
        ("write $sp 3 a  b", "write", {"value": 0x1000, "pid": 3, "text": "a  b"}),
    ],
)
def test_a_line_is_a_call(line: str, name: str, arguments: dict) -> None:
    """The command and the arguments by name."""
    assert parse(line) == (name, arguments)


@pytest.mark.parametrize(
    ("line", "message", "column", "hint"),
    [
        ("stop", "no command 'stop'", 1, "did you mean 'step'"),
        ("st", "'st' is ambiguous: stat, step, stepi", 1, "type more of it"),
        ("  $sp", "no command '$sp'", 3, "to see a value: print $sp"),
        ("info", "'info' needs a further word", 1, "one of breakpoints, registers"),
        ("info brk", "no command 'info brk'", 6, "breakpoints"),
        ("break", "place is missing", 6, "a symbol"),
        ("x $tp", "no value '$tp'", 3, ""),
        ("write $sp x", "'x' is no pid number", 11, ""),
        ("write $sp -1", "'-1' is no pid number", 11, ""),
        ("step 1 2", "step takes no '2'", 8, "usage: step"),
        ("step --stage", "step has no option --stage", 6, "did you mean 'stages'"),
        ("step --hart", "--hart needs a value", 6, "--hart=VALUE"),
        ("stepi/4", "stepi takes no /4", 1, "usage: stepi"),
        ("set colour of off", "set colour takes no 'off'", 15, "usage"),
        ("set colour o", "'o' is not one of auto, on, off", 12, "did you mean 'on'"),
        ("set colour green", "'green' is not one of auto, on, off", 12, ""),
    ],
)
def test_mistakes_point_at_the_column(line: str, message: str, column: int, hint: str) -> None:
    """What, where, and what was meant."""
    with pytest.raises(EmuError) as caught:
        parse(line)
    assert message in caught.value.message
    assert caught.value.place.column == column
    assert hint in caught.value.hint
    assert str(caught.value).startswith("error: ")


def test_every_command_takes_the_faces() -> None:
    """--json and --plain are for all."""
    assert Parser(COMMANDS, Names, "stepi --json").call().face == "json"
    assert Parser(COMMANDS, Names, "break main --plain").call().arguments == {"place": [0x10004], "condition": None}


def test_usage_lines() -> None:
    """Optional, many, formats, options."""
    assert [usage(COMMANDS.find(name.split())[0]) for name in ("x", "step", "info registers", "break")] == [
        "x/FMT [at]",
        "step [--stages] [--hart=VALUE] [count]",
        "info registers [names…]",
        "break place [condition]",
    ]


def test_two_commands_of_one_name_are_refused() -> None:
    """A declaration that nobody could reach."""
    with pytest.raises(ValueError, match="two commands"):
        Registry([command("a"), command("a")])


def test_statements() -> None:
    """Semicolons separate, except in quotes; # begins a comment."""
    assert statements("a; b 'x;y' ;c") == [("a", 0), (" b 'x;y' ", 2), ("c", 12)]
    assert statements("  # nothing; at all") == []
    assert [word.text for word in split("a [b c] 'd e' \"f\" (g h)+1")] == ["a", "[b c]", "d e", "f", "(g h)+1"]


@settings(deadline=None)
@given(st.text(max_size=80))
def test_no_line_is_a_traceback(line: str) -> None:
    """Whatever is typed is a call or an EmuError, for the real commands as for these."""
    for known in (COMMANDS, registry()):
        for text, _ in statements(line):
            if split(text):
                try:
                    Parser(known, Names, text).call()
                except EmuError as error:
                    assert str(error)


@settings(deadline=None)
@given(st.sampled_from(["step", "x/8gx", "break", "info", "set colour", "help", "alias"]), st.text(max_size=30))
def test_no_argument_is_a_traceback(name: str, rest: str) -> None:
    """The same behind a command."""
    for known in (COMMANDS, registry()):
        try:
            Parser(known, Names, f"{name} {rest}").call()
        except EmuError as error:
            assert str(error)
