"""The debug console: lines of the prompt, and what the editor is told when they moved or changed something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.dap import running

if TYPE_CHECKING:
    from emu.debug.dap.adapter import Adapter


def line(adapter: Adapter, text: str) -> dict[str, Any]:
    """Run a line. `stopped` follows where time, task or hart is another, `invalidated` where only values are."""
    adapter.stops.clear()
    before, changes = where(adapter), marks(adapter)
    said = adapter.run_line(text)
    stop = adapter.stops[-1] if adapter.stops else None
    if stop is not None:
        adapter.after.append(lambda: running.report(adapter, stop))
    elif where(adapter) != before:
        adapter.after.append(lambda: moved(adapter))
    elif marks(adapter) != changes:
        adapter.after.append(lambda: invalidated(adapter))
    return {"result": said, "variablesReference": 0}


def where(adapter: Adapter) -> tuple[int, ...]:
    """What a stop tells: the time, and who is looked at."""
    session = adapter.session
    return session.engine.tick, session.hart, session.pid


def marks(adapter: Adapter) -> tuple[Any, ...]:
    """What differs when something was changed without time going on."""
    session = adapter.session
    changes, names = session.engine.changes, dict(session.scope.convenience)
    names.pop("_", None)  # what was printed last
    return len(changes), id(changes[-1]) if changes else 0, session.frame, names


def moved(adapter: Adapter) -> None:
    """Somewhere else, without a stop of its own."""
    adapter.handles.clear()
    running.tell(adapter, "goto")


def invalidated(adapter: Adapter) -> None:
    """Values are to be asked for again, by those who know the event."""
    if adapter.client.get("supportsInvalidatedEvent"):
        adapter.wire.event("invalidated", areas=["stacks", "variables"])
