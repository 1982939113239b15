"""One line of where the program is: hart, process, pc, symbol, source line, cycle, and whether this is the past."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from emu.debug.view import Span
from emu.errors import EmuError


@dataclass(slots=True)
class Status:
    """What the status bar shows; `state` is live, replay, or how the program ended."""

    hart: int
    pid: int
    pc: int | None
    symbol: str
    source: str
    cycle: int
    tick: int
    state: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def status(session: Any) -> Status:
    """Where the session is. Looks change nothing."""
    engine = session.engine
    pc = counter(session)
    place = session.source(pc) if pc is not None else None
    symbol = session.symbolize(pc) if pc is not None else ""
    source = f"{place[0].rpartition('/')[2]}:{place[1]}" if place else ""
    return Status(session.hart, session.pid, pc, symbol, source, engine.cycle, engine.tick, state(session))


def counter(session: Any) -> int | None:
    """The selected task's program counter; None when it is gone."""
    from emu.debug.look.regfile import registers_of

    try:
        return registers_of(session).pc
    except EmuError:
        return None


def state(session: Any) -> str:
    """live: the newest moment; replay: an earlier one; else how it ended."""
    engine = session.engine
    if engine.tick < engine.end_tick:
        return "replay"
    ended = session.kernel.exit
    if ended is None:
        return "live"
    return f"killed by signal {ended.signal}" if ended.signal else f"exited with {ended.status}"


def spans(now: Status, width: int) -> list[Span]:
    """The bar; the less important parts give way when the screen is narrow."""
    parts: list[list[Span]] = [[("hart ", "dim"), (str(now.hart), "")], [("pid ", "dim"), (str(now.pid), "")]]
    if now.pc is not None:
        parts.append([(f"{now.pc:#x} ", "addr"), (now.symbol, "symbol")])
    if now.source:
        parts.append([(now.source, "")])
    parts += [[("cycle ", "dim"), (f"{now.cycle:,}", "")], [(now.state, "good" if now.state == "live" else "warn")]]
    if width >= 100:
        parts.append([("tick ", "dim"), (f"{now.tick:,}", "dim")])
    line: list[Span] = []
    for part in parts:
        size = sum(len(text) for text, _ in line)
        if line and size + 3 + sum(len(text) for text, _ in part) > width:
            break
        line += [("  │  " if width >= 100 else " │ ", "dim")] * bool(line) + part
    return line
