"""The arrows of docs/architecture.md, and who may import what: a floor looks only at the floors below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1] / "emu"
FLOORS = {"isa": 0, "machine": 1, "asm": 1, "kernel": 2, "debug": 3, "report": 3, "lab": 3, "cli": 4, "__main__": 5}
UNDER_ALL = {"errors", "cachedir", "nearest", "__version__"}
ONLY_IN = {
    "numba": {"machine"},
    "llvmlite": {"machine"},
    "numpy": {"machine", "kernel", "debug", "report", "lab"},
    "click": {"cli"},
    "rich": {"cli", "debug", "report", "lab"},
    "prompt_toolkit": {"debug/repl", "debug/tui"},
    "unicorn": set(),
    "capstone": set(),
}
MODULES = sorted(ROOT.rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything that a module imports, wherever in it."""
    package = path.relative_to(ROOT.parent).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = ".".join(package[: -node.level]) if node.level else ""
            base = ".".join(filter(None, (parent, node.module)))
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def room(path: Path) -> str:
    """The folder of emu/ that a module lives in; its own name for those beside them."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def corner(path: Path) -> str:
    """The folder within a room, like debug/repl; the room where there is none."""
    return "/".join(path.relative_to(ROOT).with_suffix("").parts[:2])


def complaint(here: str, name: str, within: str = "") -> str:
    """Why a module of room `here` (in its corner `within`) may not import `name`; empty if it may."""
    top, _, rest = name.partition(".")
    if top in ONLY_IN and not {here, within} & ONLY_IN[top]:
        return f"only {sorted(ONLY_IN[top]) or 'tests'} may import {top}"
    target = rest.partition(".")[0]
    if top != "emu" or target in UNDER_ALL or target == here:
        return ""
    if target not in FLOORS:
        return f"{target!r} is no floor"
    return "" if FLOORS.get(here, -1) > FLOORS[target] else f"{here} may not look at {target}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_arrows_point_down(path: Path) -> None:
    """No module imports from its own height or above, nor a package that its floor must not need."""
    found = [(line, name, complaint(room(path), name, corner(path))) for line, name in imports(path)]
    assert not [f"line {line}: {name}: {why}" for line, name, why in found if why]


def test_every_folder_has_a_floor() -> None:
    """A new folder under emu/ must be given its place among the floors."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    assert folders <= set(FLOORS)


@pytest.mark.parametrize(
    ("here", "name", "allowed"),
    [
        ("isa", "emu.errors.EmuError", True),
        ("isa", "emu.asm.assemble", False),
        ("machine", "emu.asm.assemble", False),
        ("kernel", "emu.machine.Machine", True),
        ("kernel", "emu.cli.main", False),
        ("report", "emu.debug.session", False),
        ("cli", "emu.kernel.Kernel", True),
        ("kernel", "numba", False),
        ("machine", "numba.core", True),
        ("errors", "emu.isa", False),
    ],
)
def test_the_judge_itself(here: str, name: str, allowed: bool) -> None:
    """The rule, on known cases."""
    assert (complaint(here, name) == "") is allowed
