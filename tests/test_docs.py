"""What the documents quote is what the commands print."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def load_tool():
    """tools/gen_docs.py as a module."""
    spec = importlib.util.spec_from_file_location("gen_docs", ROOT / "tools" / "gen_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gen_docs = load_tool()


@pytest.mark.parametrize("path", gen_docs.DOCUMENTS, ids=lambda path: path.name)
def test_documents_are_current(path: Path) -> None:
    """Run tools/gen_docs.py when this fails."""
    assert not gen_docs.stale(path), f"{path.name} is out of date: python tools/gen_docs.py"


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name
)
def test_links_lead_somewhere(path: Path) -> None:
    """Relative links name files that exist."""
    prose = re.sub(r"`[^`\n]*`", "", path.read_text(encoding="utf-8"))
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", prose)
    assert not [target for target in targets if not (path.parent / target).exists()]


def test_readme_names_every_dependency_with_a_reason() -> None:
    """Each run-time dependency of pyproject.toml has a row, and no row is left over."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.match(r"[\w-]+", requirement)[0] for requirement in project["dependencies"]}
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What it stands on")[2].partition("##")[0]
    rows = dict(re.findall(r"^\| ([\w-]+) \| (.{10,}) \|$", table, re.MULTILINE))
    assert set(rows) == names
    extras = {re.match(r"[\w-]+", req)[0] for reqs in project["optional-dependencies"].values() for req in reqs}
    assert not [name for name in extras - {"rvsim"} if name not in table.lower()]


def test_every_dependency_is_used() -> None:
    """Whatever is installed with emu is imported by it somewhere."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    modules = {re.match(r"[\w-]+", row)[0].replace("pyelftools", "elftools") for row in project["dependencies"]}
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "emu").rglob("*.py"))
    assert {name for name in modules if not re.search(rf"^\s*(?:import|from) {name}\b", source, re.MULTILINE)} == set()


def test_readme_begins_with_the_two_commands() -> None:
    """Install and run, install and test: before anything else."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert lines[3:5] == ["pip install . && emu run programs/hello.s", "pip install '.[test]' && pytest"]
