"""Each package's docstring is the map of its rooms: a module that it does not name is one that nobody finds."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")  # has the maps of isa and machine
WALKS = (ROOT / "docs" / "reading-guide.md").read_text(encoding="utf-8")
STATIONS = [
    (path, name)
    for path, several in re.findall(r"`([\w/]+\.py)`: ((?:`\w+`(?:, )?)+)", WALKS)
    for name in re.findall(r"\w+", several)
]
PACKAGES = sorted(path.parent for path in (ROOT / "emu").rglob("__init__.py") if path.parent.name != "emu")


def modules(package: Path) -> set[str]:
    """The names of its files and rooms."""
    files = {path.stem for path in package.glob("*.py")} - {"__init__"}
    return files | {path.parent.name for path in package.glob("*/__init__.py")}


def names(text: str) -> set[str]:
    """The words of a map; `softfloat*` stands for all that begin so."""
    return set(re.findall(r"\w+\*?", text))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_names_its_modules(package: Path) -> None:
    """In its docstring, or says that each file of a kind is one of many: those need no map."""
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""
    if re.search(r"[Oo]ne (file|module) (a|per)", text) and package.name != "cli":
        return
    known = names(text + FLOORS)
    missing = {
        name for name in modules(package) - known if not any(k.endswith("*") and name.startswith(k[:-1]) for k in known)
    }
    assert not missing, f"name them in emu/{package.relative_to(ROOT / 'emu')}/__init__.py"


def test_the_walks_lead_somewhere() -> None:
    """Every function and class that the reading guide names stands in the file that it names."""
    assert len(STATIONS) > 80
    lost = []
    for path, name in STATIONS:
        tree = ast.parse((ROOT / "emu" / path).read_text(encoding="utf-8"))
        defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        lost += [] if name in defined else [f"{path}: {name}"]
    assert lost == []
