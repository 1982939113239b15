"""Modules load in an order: what one imports when it is loaded never imports it in turn, not even in a long circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def name_of(path: Path) -> str:
    """emu.isa.paging for its file, emu.isa for a package's."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in (ROOT / "emu").rglob("*.py")}


def loaded(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run with a module: outside functions, and not for type checkers only."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from loaded(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from loaded([each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)])


def needs(path: Path) -> set[str]:
    """The modules of emu that a module names in those imports."""
    found = set()
    for node in loaded(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        else:
            assert not node.level, f"{path.name}:{node.lineno}: imports are written in full"
            found |= {
                full if (full := f"{node.module}.{alias.name}") in MODULES else node.module for alias in node.names
            }
    return found & MODULES.keys()


def order(graph: dict[str, set[str]]) -> list[str]:
    """An order in which modules can load. CycleError."""
    return list(TopologicalSorter(graph).static_order())


def test_nothing_loads_in_a_circle() -> None:
    """Over all of emu/; an import within a function is how two rooms that call each other say so."""
    assert len(order({name: needs(path) for name, path in MODULES.items()})) == len(MODULES)


def test_the_judge_sees_a_circle() -> None:
    """Three modules that need each other."""
    with pytest.raises(CycleError):
        order({"a": {"b"}, "b": {"c"}, "c": {"a"}})
