"""The commands that run no program: help, config, version, and how mistakes in calling them are answered."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from emu.cli import exitcodes
from emu.cli.group import COMMANDS
from emu.cli.progress import WHY
from emu.nearest import NEAREST

ROOT = Path(__file__).resolve().parents[2]


def test_no_arguments_shows_help(emu) -> None:
    """A lone `emu` is a question, answered on stderr with the usage code."""
    done = emu()
    assert (done.code, done.out) == (2, "")
    assert "Commands:" in done.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(emu, name: str) -> None:
    """Both ways to ask give the same text."""
    assert emu(name, "--help").code == 0
    assert f"Usage: emu {name}" in emu(name, "-h").out
    assert emu("help", name).out == emu(name, "--help").out


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (["rnu"], "no command 'rnu'", "did you mean 'run'?"),
        (["zzz"], "no command 'zzz'", "emu --help lists the commands"),
        (["README.md"], "no command 'README.md'", "to run a program: emu run README.md"),
        (["run"], "missing argument 'PROG'", "emu run --help"),
        (["run", "--time", "off", "x.s"], "no option --time", "did you mean '--timing'"),
        (["run", "--zzz", "x.s"], "no option --zzz", "emu run --help"),
        (["run", "--timing", "fast", "x.s"], "'fast' is not one of", "emu run --help"),
        (["run", "--xlen", "16", "x.s"], "'16' is not one of", ""),
        (["run", "--harts", "65", "x.s"], "65 is not in the range", ""),
        (["run", "--ram", "lots", "x.s"], "'lots' is not a size", ""),
        (["run", "--mount", "nowhere", "x.s"], "'nowhere' is not of the form HOST:GUEST", ""),
        (["run", "--mount", "/no/such:/x", "x.s"], "'/no/such' is not a folder", ""),
        (["run", "--mount", ".:x", "x.s"], "must be an absolute path", ""),
        (["run", "--env", "HOME", "x.s"], "'HOME' is not of the form KEY=VALUE", ""),
        (["run", "--set", "l1d.size", "x.s"], "'l1d.size' is not of the form KEY=VALUE", ""),
        (["run", "--max-insns", "0", "x.s"], "'0' is not a number like", ""),
        (["run", "--seed", "-1", "x.s"], "-1 is not in the range", ""),
        (["run", "--preset", "smal", "programs/hello.s"], "unknown preset 'smal'", "did you mean 'small'?"),
        (["run", "--set", "l1d.siz=1K", "programs/hello.s"], "unknown setting 'l1d.siz'", "did you mean 'l1d.size'"),
        (["config", "--set", "l1d.size=33"], "l1d.size = 33", ""),
        (["config", "--set", "l1d.ways=3"], "not a power of two", "change l1d.ways"),
        (["config", "tyo"], "unknown preset 'tyo'", "did you mean 'toy'?"),
        (["help", "inns"], "no help on 'inns'", "did you mean 'insn'?"),
        (["help", "addi"], "no help on 'addi'", "emu help insn addi"),
        (["help", "insn", "adi"], "no instruction 'adi'", "did you mean 'andi' or 'addi'"),
        (["help", "csr", "cycel"], "no CSR 'cycel'", "did you mean 'cycle'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_are_explained(emu, args: list[str], message: str, hint: str) -> None:
    """One message, with a hint, exit code 2, nothing on stdout."""
    done = emu(*args)
    assert (done.code, done.out) == (exitcodes.USAGE, "")
    assert message in done.err
    assert hint in done.err
    assert done.err.count("error:") == 1


def test_internal_errors_ask_for_a_report(emu, monkeypatch) -> None:
    """An exception that nobody foresaw is one line, and a traceback only with EMU_DEBUG."""
    monkeypatch.setattr("emu.cli.version.versions", lambda: 1 // 0)
    monkeypatch.delenv("EMU_DEBUG", raising=False)
    done = emu("version")
    assert done.code == exitcodes.INTERNAL
    assert done.err.splitlines()[0] == "internal error: ZeroDivisionError: integer division or modulo by zero"
    assert "report" in done.err


def test_internal_errors_show_the_traceback_on_request(capfd, monkeypatch) -> None:
    """EMU_DEBUG=1 is for those who mend emu."""
    from emu.cli.main import call

    monkeypatch.setattr("emu.cli.version.versions", lambda: 1 // 0)
    monkeypatch.setenv("EMU_DEBUG", "1")
    assert call(["version"]) == exitcodes.INTERNAL
    assert "Traceback" in capfd.readouterr().err


def test_version(emu) -> None:
    """Ours, Python's and those of the packages."""
    found = json.loads(emu("version", "--json").out)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.match(r"[\w-]+", row)[0] for row in project["dependencies"]}
    assert {"emu", "python", "host", *needed} <= set(found)
    assert all(found[name] == metadata.version(name) for name in needed)
    assert emu("--version").out.split() == ["emu,", "version", found["emu"]]


def test_config_lists_every_knob(emu) -> None:
    """As text and as JSON, with what --set changed."""
    knobs = json.loads(emu("config", "--json", "--set", "l1d.size=64K").out)
    assert knobs["l1d.size"] == 65536
    text = emu("config", "--set", "l1d.size=64K").out
    assert "l1d.size               =      64K" in text
    assert all(f"\n{key} " in text for key in knobs)


def test_config_presets_side_by_side(emu) -> None:
    """A column for each preset."""
    head, *rows = emu("config", "--all").out.splitlines()
    assert head.split() == ["toy", "small", "desktop"]
    assert all(len(row.split()) == 4 for row in rows)


def test_help_topics(emu) -> None:
    """Each topic of the overview has a text."""
    from emu.cli.help import TOPICS

    overview = emu("help").out
    for topic in TOPICS:
        assert topic in overview
        assert len(emu("help", topic).out.splitlines()) > 5


def test_help_insn(emu) -> None:
    """One card, and the list that `addi` is in."""
    assert "addi" in emu("help", "insn", "addi").out
    assert "rd = rs1 + imm" in emu("help", "insn", "addi").out
    assert " addi " in emu("help", "insn").out


def test_exit_codes_are_documented(emu) -> None:
    """`emu help exit-codes` and docs/cli.md say the same."""
    from pathlib import Path

    docs = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    text = emu("help", "exit-codes").out
    for code, meaning in exitcodes.TABLE:
        assert f"{code:>6}  {meaning}\n" in text
        assert "| " + code + " | " + meaning.replace("|", "\\|") + " |" in docs


@pytest.mark.parametrize(
    "line",
    [
        "config",
        "help insn",
        "dis programs/hello.s",
        "run programs/hello.s",
        "debug --batch -ex where programs/hello.s",
    ],
)
def test_a_full_disk(line: str) -> None:
    """Output that finds no room is the host's trouble, said in a line; no bug of emu's."""
    device = Path("/dev/full")
    if not device.exists():
        return
    with device.open("w") as full:
        command = [sys.executable, "-m", "emu", *line.split()]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, timeout=300)
    said = done.stderr.removeprefix(f"{WHY}…\n")  # a cold compile cache is no matter
    assert (done.returncode, said) == (74, "error: the output cannot be written: no space left on device\n")


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("a ── 1 → 2 …", "ascii", b"a -- 1 > 2 ~"),
        ("│ 3 × 4 · é", "latin-1", b"| 3 \xd7 4 \xb7 \xe9"),
        ("é \u4e2d ─", "ascii", b"\\xe9 \\u4e2d -"),
    ],
)
def test_signs_that_a_terminal_lacks(text: str, encoding: str, shown: bytes) -> None:
    """The nearest sign of the same width, else the character's number."""
    assert text.encode(encoding, NEAREST) == shown
