"""Whatever is typed, wherever the program stands: an answer or an explained mistake, never a bug."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

import pytest

from emu.debug.command import Command
from emu.debug.guard import InternalError
from emu.debug.registry import registry

ROOT = Path(__file__).resolve().parents[2]
ODD = (
    "-1", "0", "1", "99999999999999999999", "0x7fffffffffffffff", "$pc", "$sp", "$nothing", "*0", "main", "_start", "",
    "(", "1/0", "%", "a b", "-x", "--", "hello.s:1", ":", "🦜", "\x1b[2J", "[", "$a0 +", "u8", "*(u64 *) $sp", "''",
    "/proc/1/maps",
)  # fmt: skip
FITTING = {
    "expression": ("$pc", "$sp", "0", "-1", "$a0 + 8", "0xffffffffffffffff", "*$sp", "0x10100"),
    "location": ("_start", "*$pc", "*0", "hello.s:14", "+1", "14"),
    "number": ("0", "1", "-1", "3", "1000000000000"),
    "pid": ("1", "2", "0", "7"),
    "hart": ("0", "1", "63"),
    "register": ("a0", "$pc", "csr", "f", "all", "x99"),
    "breakpoint": ("1", "2", "x"),
    "file": ("/nonexistent/x", "/", "a-file"),
}
SLOW = {"quit", "layout", "continue", "reverse-continue", "restart", "run", "source"}


def load():
    """tools/debugger_docs.py."""
    spec = importlib.util.spec_from_file_location("debugger_docs_for_fuzz", ROOT / "tools" / "debugger_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Transcript = load().Transcript
PLACES = {
    "the start": ("programs/hello.s", ()),
    "the middle, 32 bits": ("--xlen 32 programs/sum_array.s", ("stepi 40",)),
    "after the end": ("programs/hello.s", ("continue",)),
    "after a crash": ("programs/null_deref.s", ("continue",)),
    "two harts, several processes": ("--harts 2 programs/kernel/cow.s", ("stepi 3000",)),
}


def lines_for(command: Command, rng: random.Random) -> list[str]:
    """Calls with fitting arguments, with odd ones, with too many and none."""
    name = command.name + (rng.choice(("", "/4gx", "/3i", "/99999999s", "/q")) if command.slash else "")
    fitting = [rng.choice((*FITTING.get(arg.kind, ODD), *arg.choices)) for arg in command.args]
    odd = [rng.choice(ODD) for _ in range(rng.randrange(4))]
    options = [
        f"--{key}{rng.choice(ODD) if key.endswith('=') else ''}" for key in command.options if rng.random() < 0.5
    ]
    return [" ".join([name, *words]) for words in ((), fitting, [*options, *fitting], odd, [*fitting, *odd])]


@pytest.mark.parametrize("place", PLACES)
def test_no_line_is_a_bug(place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every command, in every situation."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("EMU_DEBUG", raising=False)
    program, before = PLACES[place]
    rng, talk = random.Random(place), Transcript(program)
    for line in ("info time", *before):
        talk.type(line)
    monkeypatch.chdir(tmp_path)  # files that commands write
    bugs = []
    for command in registry():
        for line in lines_for(command, rng) if command.name not in SLOW else ():
            talk.type(line)
            talk.shell.block = None
            bugs += [f"{line!r}: {error.message}" for error in talk.errors if isinstance(error, InternalError)]
            talk.errors.clear()
    assert not bugs, "\n".join(bugs)
