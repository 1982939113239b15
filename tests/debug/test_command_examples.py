"""Every command's example runs without a mistake, in text, plain and JSON, and docs/debugger.md quotes it as it is."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

from emu.debug import render
from emu.debug.registry import registry

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "debugger.md"
BOXES = re.compile("[─-▟]")


def tool(name: str):
    """A module of tools/."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


debugger_docs, gen_docs = tool("debugger_docs"), tool("gen_docs")
WITH_EXAMPLE = [command for command in registry() if command.name != "layout"]


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Examples name programs from the project's folder."""
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("command", WITH_EXAMPLE, ids=lambda command: command.name)
def test_examples_are_as_the_document_says(command) -> None:
    """No mistakes, plain text without drawings, JSON. When the document differs: python tools/gen_docs.py."""
    assert command.example[1], "a command without an example"
    talk = debugger_docs.Transcript(command.example[0])
    section = debugger_docs.entry(command, talk)
    assert talk.errors == []
    for view in talk.views:
        assert json.loads(render.document(view))["name"]
        assert not BOXES.search(render.plain(view)), render.plain(view)
    assert f"\n{section}\n" in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("part", ["keys", "panes", "settings"])
def test_the_tables_are_current(part: str) -> None:
    """Keys, panes and settings."""
    assert f"<!-- debugger-{part} -->\n{gen_docs.debugger(part)()}\n<!-- /debugger-{part} -->" in DOCUMENT.read_text()


def test_the_tutorial_is_current() -> None:
    """The conversations of the part that is written by hand."""
    by_hand = DOCUMENT.read_text(encoding="utf-8").partition("<!-- debugger-reference -->")[0]
    assert gen_docs.CONSOLE.sub(gen_docs.console, by_hand) == by_hand
