"""The shell without a machine: aliases, blocks, scripts, repeats, settings, help, leaving."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emu.cli.main import call
from emu.debug.command import Arg, Command
from emu.debug.complete import complete
from emu.debug.printer import Printer
from emu.debug.registry import GROUPS, Registry, registry
from emu.debug.shell import Quit, Shell
from emu.debug.view import Text, View
from emu.errors import EmuError


class Recorder:
    """A session that counts."""

    def __init__(self) -> None:
        self.ticks, self.breaks, self.pid = 0, [], 1

    def evaluate(self, text: str) -> int:
        if not text.strip().isdigit():
            raise EmuError(f"no symbol {text!r}")
        return int(text)


def tick(session: Recorder, count: int | None) -> View:
    """Counts, as stepi does."""
    session.ticks += count or 1
    return View("tick", session.ticks, [Text([f"tick {session.ticks}"])], again="tick 10" if count == 3 else "")


def broken(session: Recorder) -> View:
    """A handler with a bug."""
    raise ZeroDivisionError("by zero")


OWN = [command for command in registry() if "shell" in (command.extra or "")]
TICK = Command("tick", "Count.", tick, (Arg("count", "number", optional=True),), repeats=True)
COMMANDS = Registry([*OWN, TICK, Command("broken", "Fail.", broken)])


class Talk:
    """A shell whose words are kept."""

    def __init__(self) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.session = Recorder()
        self.shell = Shell(self.session, Printer(self.out, self.err), COMMANDS)

    def say(self, *lines: str) -> str:
        """What these lines are answered with."""
        self.out.seek(0), self.out.truncate(), self.err.seek(0), self.err.truncate()
        for line in lines:
            self.shell.type(line)
        return self.out.getvalue() + self.err.getvalue()


@pytest.fixture
def talk() -> Talk:
    """A fresh one."""
    return Talk()


def test_enter_repeats(talk: Talk) -> None:
    """Commands that step; a view may say what comes next; others do not repeat; a mistake forgets."""
    assert talk.say("tick 2", "", "") == "tick 2\ntick 4\ntick 6\n"
    assert talk.say("tick 3", "") == "tick 9\ntick 19\n"
    assert talk.say("echo x", "") == "x\n"
    talk.say("tick", "tikc")
    assert talk.say("") == ""
    talk.say("set repeat off", "tick")
    assert talk.say("") == ""


def test_aliases(talk: Talk) -> None:
    """Of the user's: with arguments, in chains, never in circles."""
    assert talk.say("alias t2 = tick 2", "alias tt = t2", "tt").endswith("tick 2\n")
    assert "t2" in talk.say("alias t2")
    assert "did you mean 't2'" in talk.say("alias t22")
    talk.say("alias za = zb", "alias zb = za")
    assert "no command" in talk.say("za")
    assert talk.say('alias both = "echo 1; echo 2"', "both").endswith("1\n2\n")
    assert "no command 'tt'" in talk.say("unalias tt", "tt")


def test_user_commands(talk: Talk) -> None:
    """define … end with arguments; nested blocks; recursion ends in an error."""
    assert talk.say("define twice", "tick $arg0", "tick $arg0", "end", "twice 4") == "tick 4\ntick 8\n"
    assert "tick $arg0" in talk.say("help twice")
    assert "call one another" in talk.say("define loop", "loop", "end", "loop")
    assert "is a command already" in talk.say("define tick", "end")


def test_comments_and_blocks_without_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`#` ends a line outside quotes; a block that nobody ends is a mistake; JSON says where in a script one was."""
    script = tmp_path / "x.dbg"
    script.write_text("define twice # a comment\necho a # b\nend # of it\ntwice\necho '# c'\nnosuch\n")
    assert call(["debug", "--batch", "--json", "-x", str(script), "programs/hello.s"]) == 2
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["data"].strip() for row in rows if row["name"] == "echo"] == ["a", "'# c'"]
    assert (rows[-1]["data"]["file"], rows[-1]["data"]["line"]) == (str(script), 6)
    for lines in (("define x",), ("define x", "echo 1")):
        words = [word for line in lines for word in ("-ex", line)]
        assert call(["debug", "--batch", *words, "programs/hello.s"]) == 2
        assert "has no `end`" in capsys.readouterr().err


def test_scripts(talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run to the first mistake, which is named with file, line and caret."""
    monkeypatch.chdir(tmp_path)
    script = Path("a.dbg")
    script.write_text("# a script\ntick; tick\n\n  tick nine\ntick\n")
    text = talk.say(f"source {script}")
    assert text.startswith("tick 1\ntick 2\n")
    assert f"{script}:4:" in text
    assert talk.session.ticks == 2
    script.write_text("define x\ntick\n")
    assert "has no `end`" in talk.say(f"source {script}")
    script.write_text(f"source {script}\n")
    assert "call one another" in talk.say(f"source {script}")
    assert "no such file" in talk.say("source b.dbg")
    assert "did you mean 'a.dbg'" in talk.say("source b.dbg")
    assert "is no file" in talk.say("source .")


def test_settings(talk: Talk) -> None:
    """Changed, shown, refused."""
    assert "\x1b[" in talk.say("set colour on", "show colour")
    talk.say("set colour off")
    assert '"width": "50"' in talk.say("set width = 50", "set format json", "show")
    talk.say("set format text")
    assert "did you mean 'colour'" in talk.say("show color")
    assert "below 10000" in talk.say("set width wide")
    assert "not one of" in talk.say("set page maybe")


def test_a_bug_is_one_line(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody foresaw."""
    monkeypatch.delenv("EMU_DEBUG", raising=False)
    text = talk.say("broken")
    assert text.startswith("error: internal error in broken: ZeroDivisionError: by zero\n")
    assert "report it" in text


def test_leaving(talk: Talk) -> None:
    """quit takes an exit code."""
    for line, code in (("quit", 0), ("q 3", 3), ("exit 257", 1)):
        with pytest.raises(Quit) as caught:
            talk.shell.type(line)
        assert caught.value.code == code


def test_full_screen_needs_a_terminal(talk: Talk) -> None:
    """And says so."""
    assert "full screen needs a terminal" in talk.say("layout")


def test_help_knows_every_command() -> None:
    """Each command has a group, a summary that is a sentence, and help by its name and aliases."""
    talk = Talk()
    talk.shell._registry = registry()
    overview = talk.say("help")
    for command in registry():
        assert command.group in GROUPS
        assert command.summary.endswith((".", "?")), command.name
        assert command.name in overview
        for name in (command.name, *command.aliases):
            assert command.summary in " ".join(talk.say(f"help {name}").split()), name
    assert "no command 'hlp'" in talk.say("help hlp")
    assert "tick" not in overview


def test_apropos(talk: Talk) -> None:
    """By words of the explanations."""
    assert "layout" in talk.say("apropos full screen")
    assert "nothing about" in talk.say("apropos nonsensical")


def test_the_lines_that_were_typed(talk: Talk) -> None:
    """show commands."""
    assert talk.say("tick", "show commands 1").endswith("2  show commands 1\n")


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("ti", "tick"),
        ("sho", "show"),
        ("show co", "commands"),
        ("show c", "colour"),
        ("set colour a", "auto"),
        ("set ", "colour"),
        ("help ti", "tick"),
        ("tick --j", "--json"),
        ("echo a; ti", "tick"),
        ("slo", ""),
        ("tck", "tick"),
        ("tikc", ""),
    ],
)
def test_completion(talk: Talk, line: str, first: str) -> None:
    """Commands, their further words, choices, options, after a semicolon; letters in order where nothing begins so."""
    found = [row.text for row in complete(talk.shell, line)]
    assert first in found if first else found == []


def test_completion_of_files(talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Host files where a file is wanted."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/first.dbg").write_text("")
    assert [row.text for row in complete(talk.shell, "source in/fi")] == ["in/first.dbg"]


@given(st.lists(st.text(max_size=40), max_size=4))
@settings(max_examples=60, deadline=None)
def test_nothing_typed_is_a_traceback(lines: list[str]) -> None:
    """Lines of anything: an answer, a message, or goodbye; completion never fails."""
    talk = Talk()
    for line in lines:
        complete(talk.shell, line)
        try:
            assert "Traceback" not in talk.say(line)
            assert "internal error" not in talk.say("")
        except Quit:
            return
