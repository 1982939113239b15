"""A session on disk: what was typed, what the user changed, where in time it was, and what the session itself wants
kept. Nothing of the program's state.

The file is JSON. To load one is to run the same program again from the beginning, which the state's digests prove.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from emu.debug.engine.change import Change
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.engine.engine import Engine

FORMAT, VERSION = "emu-session", 2
LARGEST = 256 << 20
T = TypeVar("T")
STATE = ("system", "streams", "checkpoints", "start_tick", "end_tick", "stood", "changes", "archive")  # of an engine
FIELDS = {"format": str, "version": int, "start": str, "end": str, "tick": int, "typed": list, "changes": list,
          "session": dict}  # fmt: skip


def write(engine: Engine, path: str, more: dict[str, Any]) -> None:
    """Write the session, and `more`. EmuError when a change of the user can't be put in words, or the host refuses."""
    lost = [change.tick for change in engine.changes if not change.complete and change.tick <= engine.tick]
    if lost:
        raise EmuError(
            f"the session can't be saved: at tick {lost[0]:,} more was changed than registers, memory and tunables",
            hint=f"goto tick {max(0, lost[0] - 1)}, and save there",
        )
    here, end = engine.tick, engine.state_hash()
    engine.goto(engine.start_tick)
    start = engine.state_hash()
    engine.goto(here)
    data = {
        "format": FORMAT, "version": VERSION, "start": start, "end": end, "tick": here,
        "typed": [base64.b64encode(chunk).decode() for chunk in engine.streams.chunks],
        "changes": [as_dict(change) for change in engine.changes if change.tick <= here], "session": more,
    }  # fmt: skip
    try:
        Path(path).write_text(json.dumps(data) + "\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        raise EmuError(f"can't write {path!r}: {getattr(error, 'strerror', None) or error}") from None


def as_dict(change: Change) -> dict[str, Any]:
    """For JSON."""
    return {name: value for name, value in asdict(change).items() if name != "complete"}


def read(engine: Engine, path: str, understand: Callable[[Any], T]) -> T:
    """Be where the file says. EmuError if it is no such file, or of another program.

    understand(what was given to `write`) is asked first; its answer is returned.
    """
    data = parse(path)
    typed, changes = decode(data, path)
    try:
        more = understand(data["session"])
    except (ValueError, TypeError, KeyError, AttributeError, EmuError):
        raise EmuError(f"{path!r} is damaged: its breakpoints or displays can't be read") from None
    here = engine.tick
    engine.goto(engine.start_tick)
    if engine.state_hash() != data["start"]:
        engine.goto(here)
        raise EmuError(
            f"{path!r} was saved from another program, or with other options",
            hint="start emu debug with the same program, arguments and options, then load",
        )
    engine.goto(here)
    kept = {name: getattr(engine, name) for name in STATE}
    engine.restart(typed)
    try:
        replay(engine, changes, data["tick"])
        right = engine.tick == data["tick"] and engine.state_hash() == data["end"]
    except (ValueError, IndexError, KeyError, TypeError, OverflowError):
        right = False
    if not right:
        for name, value in kept.items():
            setattr(engine, name, value)
        raise EmuError(
            f"the run that {path!r} describes comes out differently here",
            hint="the file was changed, or a mounted folder of the host was",
        )
    return more


def replay(engine: Engine, changes: list[Change], tick: int) -> None:
    """Run, making the changes on the way."""
    for change in changes:
        engine.goto(change.tick)
        if engine.tick != change.tick:
            raise ValueError(change.tick)
        engine.intervene(lambda change=change: change.apply(engine.system))
    engine.goto(tick)


def parse(path: str) -> dict[str, Any]:
    """The file as far as its form can be checked."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise ValueError("too long")
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError("not a session")
    except OSError as error:
        raise EmuError(f"can't read {path!r}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise EmuError(f"{path!r} is no session of emu debug", hint="save FILE makes one") from None
    if data.get("version") != VERSION:
        raise EmuError(f"{path!r} has format version {data.get('version')!r}; this emu reads version {VERSION}")
    for name, kind in FIELDS.items():
        if type(data.get(name)) is not kind:
            raise EmuError(f"{path!r} is damaged: {name!r} is missing or not a {kind.__name__}")
    return data


def decode(data: dict[str, Any], path: str) -> tuple[list[bytes], list[Change]]:
    """What was typed, and the changes. EmuError."""
    try:
        typed = [base64.b64decode(chunk, validate=True) for chunk in data["typed"]]
        return typed, [one_change(row) for row in data["changes"]]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise EmuError(f"{path!r} is damaged: a change or an input in it can't be read") from None


def one_change(row: dict[str, Any]) -> Change:
    """A change, every number of which is one."""
    if not row.keys() <= {"tick", "words", "sysctl", "tasks"}:
        raise KeyError(row)
    words = {str(name): numbers(part, 1 << 64) for name, part in row["words"].items()}
    tasks = {int(pid): registers(fields) for pid, fields in row["tasks"].items()}
    sysctl = {str(name): whole(value, 1 << 62) for name, value in row["sysctl"].items()}
    return Change(whole(row["tick"], 1 << 62), words, sysctl, tasks)


def numbers(part: dict[str, Any], limit: int) -> dict[int, int]:
    """{"12": 7} as numbers."""
    return {int(at): whole(value, limit) for at, value in part.items() if int(at) >= 0}


def whole(value: Any, limit: int) -> int:
    """An integer within bounds."""
    if type(value) is not int or not 0 <= value < limit:
        raise ValueError(value)
    return value


def registers(fields: dict[str, Any]) -> dict[str, Any]:
    """Registers of a task."""
    out: dict[str, Any] = {}
    for name, value in fields.items():
        if name in ("regs", "fregs"):
            if len(value) != 32 or not all(type(each) is int and -(1 << 63) <= each < 1 << 64 for each in value):
                raise ValueError(name)
            out[name] = list(value)
        elif name in ("pc", "fcsr"):
            if type(value) is not int or not -(1 << 63) <= value < 1 << 64:
                raise ValueError(name)
            out[name] = value
        elif name == "reload" and type(value) is bool:
            out[name] = value
        else:
            raise ValueError(name)
    return out
