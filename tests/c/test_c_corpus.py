"""Lua, SQLite, zlib, minizip, cJSON and TinyCC, Debian's own BusyBox and bash, all unmodified: on the emulator they do
what they do on a host (recorded by tools/c_corpus.py --record; without options it compares with the host that it runs
on).
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from emu.errors import EmuError

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.corpus import sources
from tools.corpus.inputs import STATEMENTS, thousand_statements
from tools.corpus.judge import differences
from tools.corpus.programs import PROGRAMS
from tools.corpus.recorded import load


@pytest.mark.parametrize("name", PROGRAMS)
def test_same_as_on_a_host(name: str) -> None:
    """Output, exit code and files of every run; where its source can't be had, that is said with the address."""
    source = PROGRAMS[name].source
    try:
        sources.fetch(source)
    except EmuError as error:
        assert error.message.startswith(f"{sources.SOURCES[source].url} can't be fetched: ")
    else:
        assert differences(name, load()[name]) == []


def test_the_script_has_a_thousand_statements() -> None:
    """The SQL is what it says, and the same every time."""
    assert thousand_statements() == thousand_statements()
    assert thousand_statements().count(";\n") == STATEMENTS


def test_a_wrong_checksum_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What comes from the network is used only if it is what it should be."""
    package = tmp_path / "package.tar"
    package.write_bytes(b"something else")
    monkeypatch.setenv("EMU_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setitem(sources.SOURCES, "fake", sources.Source(package.as_uri(), "0" * 64))
    with pytest.raises(EmuError, match="has the checksum"):
        sources.fetch("fake")
