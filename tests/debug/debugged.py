"""Sessions over the real engine, for tests: one machine a program, commands typed as a person would."""

from __future__ import annotations

from typing import Any

from look_world import PROGRAMS, build

from emu.asm import Source, assemble
from emu.debug.engine import Engine
from emu.debug.session import Session
from emu.debug.settings import Settings
from emu.debug.shell import Shell
from emu.debug.view import View, spell
from emu.kernel import Kernel, Options
from emu.machine import Machine
from emu.machine.config import load_config

ROOTS = (str(PROGRAMS.parent), str(PROGRAMS))


def debugged(
    name: str, *args: str, xlen: int = 64, harts: int = 1, knobs: dict[str, Any] | None = None, **options: Any
) -> Session:
    """A session on a program of programs/ before its first instruction."""
    return session_of(build(name, xlen), f"/programs/{name}", *args, xlen=xlen, harts=harts, knobs=knobs, **options)


def assembled(text: str, xlen: int = 64, **more: Any) -> Session:
    """A session on a program given as text."""
    return session_of(assemble([Source("test.s", text)], xlen=xlen), "/test.s", xlen=xlen, **more)


def session_of(
    data: bytes,
    path: str,
    *args: str,
    xlen: int = 64,
    harts: int = 1,
    knobs: dict[str, Any] | None = None,
    **options: Any,
) -> Session:
    """A session on an ELF."""

    def boot(stdin: Any, stdout: Any, stderr: Any) -> tuple[Any, Any]:
        machine = Machine(load_config("small", {"harts": harts, **(knobs or {})}), xlen=xlen)
        kernel = Kernel(machine, Options(stdin=stdin, stdout=stdout, stderr=stderr, **options))
        kernel.spawn(data, path, [path, *args], {"HOME": "/"})
        return machine, kernel

    session = Session(Engine(boot), ROOTS)
    session.engine.begin()
    return session


class Typist:
    """A face that remembers: type lines, get views; a mistake is raised."""

    def __init__(self, session: Session) -> None:
        self.settings, self.views, self.session = Settings(), [], session
        self.shell = Shell(session, self)

    def show(self, view: View, style: str, line: str) -> None:
        self.views.append(view)

    def error(self, error: Exception) -> None:
        raise error

    def fullscreen(self, panes: list[str]) -> None:
        raise AssertionError(panes)

    def __call__(self, *lines: str) -> View:
        """The last view that these lines led to."""
        for line in lines:
            self.shell.feed(line)
        return self.views[-1]


def text_of(view: View) -> str:
    """All that a person reads of a view."""
    parts: list[str] = []
    for block in view.blocks:
        if hasattr(block, "lines"):
            parts += [spell(line) for line in block.lines]
        elif hasattr(block, "columns"):
            parts += [" ".join(spell(cell) for cell in row) for row in block.rows]
        else:
            parts += [f"{name} {spell(line)}" for name, line in block.rows]
    return "\n".join([*parts, *view.notes])
