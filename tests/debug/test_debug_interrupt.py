"""Ctrl-C ends what takes long, forwards and backwards, leaves a place to go on from, and no later command hears it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch):
    """A conversation about fib, at its 1,500th instruction."""
    monkeypatch.chdir(ROOT)
    spec = importlib.util.spec_from_file_location("debugger_docs_interrupt", ROOT / "tools" / "debugger_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    talk = module.Transcript("programs/fib.s")
    talk.type("goto insn 1500")
    return talk


def test_a_jump_back_can_be_stopped(talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the search is interrupted, nothing has happened."""
    session = talk.shell.session
    begin, real = session.engine.tick, session.position

    def position(pid: int):
        session.engine.interrupt()
        return real(pid)

    monkeypatch.setattr(session, "position", position)
    assert talk.type("back 1400").splitlines()[0] == "interrupted"
    monkeypatch.undo()
    assert session.engine.tick == begin
    assert "fib.s" in talk.type("back 1400")
    assert session.engine.insns < 150


def test_a_long_way_back_can_be_stopped(talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands somewhere between, and goes on from there both ways."""
    session, seen = talk.shell.session, 0
    engine, real = session.engine, session.position
    begin = engine.tick

    def position(pid: int):
        nonlocal seen
        seen += 1
        if seen == 100:
            engine.interrupt()
        return real(pid)

    monkeypatch.setattr(session, "position", position)
    assert talk.type("reverse-nexti 1400").splitlines()[0] == "interrupted"
    monkeypatch.undo()
    tick = engine.tick
    assert engine.start_tick < tick <= begin
    talk.type("stepi")
    assert engine.tick == tick + 1
    talk.type("stepi -1")
    assert engine.tick == tick
    assert talk.errors == []
