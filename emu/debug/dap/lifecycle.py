"""From initialize to disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.dap import running
from emu.debug.dap.points import FILTERS
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.dap.adapter import Adapter

CAN = (
    "ConfigurationDoneRequest", "FunctionBreakpoints", "ConditionalBreakpoints", "HitConditionalBreakpoints",
    "StepBack", "SetVariable", "RestartRequest", "EvaluateForHovers", "DisassembleRequest",
    "ReadMemoryRequest", "WriteMemoryRequest", "SteppingGranularity", "InstructionBreakpoints",
    "DataBreakpoints", "LoadedSourcesRequest", "TerminateRequest", "SetExpression",
    "BreakpointLocationsRequest", "ExceptionInfoRequest", "CompletionsRequest",
)  # fmt: skip


def initialize(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """What this adapter can do."""
    adapter.client = arguments
    return {f"supports{name}": True for name in CAN} | {"exceptionBreakpointFilters": FILTERS}


def launch(adapter: Adapter, arguments: dict[str, Any]) -> None:
    """Build the program, boot the machine; it starts to run at configurationDone."""
    if not isinstance(arguments.get("program"), str):
        raise EmuError('launch needs "program": the path of a source or an ELF')
    adapter.launched = arguments
    adapter.session, adapter.run_line = adapter.start(adapter, arguments)
    adapter.after.append(lambda: adapter.wire.event("initialized"))


def configuration_done(adapter: Adapter, arguments: dict[str, Any]) -> None:
    """Breakpoints are set: go on, or stand at the entry."""
    if adapter.session is None:
        raise EmuError("nothing was launched yet")
    if adapter.launched.get("stopOnEntry"):
        adapter.after.append(lambda: running.tell(adapter, "entry"))
    else:
        adapter.after.append(lambda: running.report(adapter, running.run(adapter)))


def restart(adapter: Adapter, arguments: dict[str, Any]) -> None:
    """From the beginning, with the same breakpoints."""
    adapter.session.goto("start")
    adapter.after.append(lambda: configuration_done(adapter, {}))
    adapter.handles.clear()


def disconnect(adapter: Adapter, arguments: dict[str, Any]) -> None:
    """The editor leaves."""
    adapter.finished = True


def terminate(adapter: Adapter, arguments: dict[str, Any]) -> None:
    """The program is to end; so does the conversation."""
    adapter.after.append(lambda: adapter.wire.event("terminated"))


REQUESTS = {
    "initialize": initialize,
    "launch": launch,
    "attach": launch,
    "configurationDone": configuration_done,
    "restart": restart,
    "disconnect": disconnect,
    "terminate": terminate,
}
