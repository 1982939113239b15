"""Going on, forwards and backwards. The response comes at once, the `stopped` event when the guest stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.control.stop import Stop
    from emu.debug.dap.adapter import Adapter

REASONS = {
    "step": "step", "finished": "step", "location": "step", "breakpoint": "breakpoint", "watchpoint": "data breakpoint",
    "catch": "exception", "interrupted": "pause", "goto": "goto", "start": "entry",
    "signal": "exception", "limit": "pause", "gone": "pause",
}  # fmt: skip


def run(adapter: Adapter) -> Stop:
    """Forwards to the next stop."""
    return adapter.session.cont()


def go(action: Callable[[Adapter, dict[str, Any]], Stop]) -> Callable[[Adapter, dict[str, Any]], dict[str, Any]]:
    """A handler that runs something after its response."""

    def handler(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
        choose_thread(adapter, arguments.get("threadId", adapter.session.pid))
        adapter.after.append(lambda: report(adapter, action(adapter, arguments)))
        return {"allThreadsContinued": True}

    return handler


def choose_thread(adapter: Adapter, pid: Any) -> None:
    """Select a task. EmuError if there is none; after the end the last one is still answered for."""
    session = adapter.session
    if type(pid) is not int or (pid not in session.kernel.tasks and pid != session.pid):
        raise EmuError(f"there is no thread {pid!r}", hint="threads shows them")
    if pid != session.pid:
        session.select_task(pid)


def steps(line: str, instruction: str, **how: bool) -> Callable[[Adapter, dict[str, Any]], Stop]:
    """A step of a line or, where the editor shows disassembly, of an instruction."""

    def action(adapter: Adapter, arguments: dict[str, Any]) -> Stop:
        name = instruction if arguments.get("granularity") == "instruction" else line
        return getattr(adapter.session, name)(1, **how)

    return action


def report(adapter: Adapter, stop: Stop) -> None:
    """Tell the editor why the guest stands still, or that it has ended."""
    adapter.handles.clear()
    adapter.last = stop
    if stop.reason in ("exit", "deadlock", "output"):
        ended(adapter, stop)
        return
    hit = [stop.breakpoint] if stop.breakpoint is not None else []
    tell(adapter, REASONS.get(stop.reason, "step"), pid=stop.pid, hit=hit, text=describe(stop))


def tell(adapter: Adapter, reason: str, pid: int | None = None, hit: list[int] | None = None, text: str = "") -> None:
    """The `stopped` event."""
    more = {"hitBreakpointIds": hit} if hit else {}
    more |= {"description": text, "text": text} if text else {}
    thread = adapter.session.pid if pid is None else pid
    adapter.wire.event("stopped", reason=reason, threadId=thread, allThreadsStopped=True, **more)


def describe(stop: Stop) -> str:
    """A catch or a watchpoint in a few words."""
    if stop.reason == "signal":
        return stop.detail["card"].headline
    if stop.reason not in ("catch", "watchpoint", "start"):
        return ""
    if stop.reason == "start":
        return "the beginning of the recorded time"
    detail = {key: value for key, value in stop.detail.items() if key not in ("cycle", "pid", "ended")}
    return " ".join(
        f"{key}={value:#x}" if key in ("address", "pc", "by") else f"{key}={value}" for key, value in detail.items()
    )


def ended(adapter: Adapter, stop: Stop) -> None:
    """exited, and a stop at the end of time: the editor can still look, and go back."""
    code = stop.exit.code if stop.exit is not None else 1
    if stop.exit is not None and stop.exit.card is not None:
        adapter.say(stop.exit.card.headline + "\n", "important")
    adapter.say(f"the program ended with {code}; step back to see how\n")
    if adapter.launched.get("stayAtEnd"):
        tell(adapter, "pause", text=f"the program ended with {code}")
        return
    adapter.wire.event("exited", exitCode=code)
    adapter.wire.event("terminated")


REQUESTS = {
    "continue": go(lambda adapter, arguments: run(adapter)),
    "next": go(steps("next", "nexti")),
    "stepIn": go(steps("step", "stepi")),
    "stepOut": go(lambda adapter, arguments: adapter.session.finish()),
    "stepBack": go(steps("next", "stepi", reverse=True)),
    "reverseContinue": go(lambda adapter, arguments: adapter.session.cont(reverse=True)),
    "pause": lambda adapter, arguments: None,
}
