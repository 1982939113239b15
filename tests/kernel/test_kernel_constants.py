"""Linux's numbers stand in one place each, and what strace calls a number is what the kernel means by it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import emu.kernel
from emu.kernel.strace import flags

KERNEL = Path(emu.kernel.__file__).parent
SHORT = {"futex.py"}  # names there stand without FUTEX_
NAMED = {name: value for table in (*flags.BITS.values(), *flags.CHOICES.values()) for value, name in table.items()}


def assigned(path: Path) -> Iterator[str]:
    """The constants that a module itself gives values to."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        for target in node.targets if isinstance(node, ast.Assign) else ():
            yield from (name.id for name in getattr(target, "elts", [target]) if isinstance(name, ast.Name))


@cache
def places() -> dict[str, dict[str, int]]:
    """Each constant that strace has a name for: the modules that define it, and the value there."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for path in sorted(set(KERNEL.rglob("*.py")) - {KERNEL / name for name in SHORT}):
        parts = path.relative_to(KERNEL).with_suffix("").parts
        for name in NAMED.keys() & set(assigned(path)):
            found[name]["/".join(parts)] = getattr(import_module(".".join(("emu.kernel", *parts))), name)
    return found


def test_strace_agrees() -> None:
    """A flag that strace names has the value that the system calls test."""
    assert len(places()) > 250
    assert {name: rows for name, rows in places().items() if set(rows.values()) != {NAMED[name]}} == {}


def test_each_stands_once() -> None:
    """Whoever else needs a constant imports it."""
    assert {name: rows for name, rows in places().items() if len(rows) > 1} == {}
