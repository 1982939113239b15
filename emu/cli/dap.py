"""`emu dap`: the Debug Adapter Protocol on standard input and output. Editors start it; people rarely do."""

from __future__ import annotations

import os
import sys
from dataclasses import fields, replace
from typing import Any

import click

from emu.cli import exitcodes
from emu.cli.job import Job
from emu.cli.params import SIZE
from emu.errors import EmuError, did_you_mean

SIZES = ("ram", "max_ram", "max_output")
EDITOR = ("type", "request", "name", "stopOnEntry", "stayAtEnd", "noDebug", "cwd", "set")
"""What `launch` may hold beside the fields of a Job (docs/debugger.md)."""


@click.command("dap")
def command() -> int:
    """Serve an editor: Debug Adapter Protocol over stdin and stdout."""
    from emu.debug.dap.adapter import Adapter
    from emu.debug.dap.wire import Wire

    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may come between the messages
    Adapter(Wire(sys.stdin.buffer, sink), start).serve()
    return exitcodes.OK


def start(adapter: Any, arguments: dict[str, Any]) -> tuple[Any, Any]:
    """The session that `launch` asks for; what the guest writes goes to the editor's console."""
    from emu.cli.debugging import starter_for
    from emu.debug.complete import complete
    from emu.debug.lines import LineRunner

    if isinstance(arguments.get("cwd"), str):
        os.chdir(arguments["cwd"])
    face = LineRunner(lambda data, stream: adapter.say(data.decode("utf-8", "replace"), stream))
    starter, hello = starter_for(job_of(arguments), face)
    adapter.say(hello)
    session = starter()
    run_line = face.attach(session)
    adapter.stops = face.stops
    adapter.complete = lambda line: complete(face.shell, line)
    return session, run_line


def job_of(arguments: dict[str, Any]) -> Job:
    """The Job that the arguments of `launch` describe: the options of `emu run`, with _ for -. EmuError."""
    known = {field.name for field in fields(Job)}
    for name in arguments:
        if name not in known and name not in EDITOR and not name.startswith("__") and name != "internalConsoleOptions":
            raise EmuError(f"launch has no {name!r}", hint=did_you_mean(name, known))
    values = {name: converted(name, value) for name, value in arguments.items() if name in known}
    knobs = arguments.get("set") or {}
    job = replace(Job(program=arguments["program"], stdin=os.devnull), **values)
    return replace(job, knobs=(*job.knobs, *((str(key), str(value)) for key, value in knobs.items())))


def converted(name: str, value: Any) -> Any:
    """JSON to what the command line would have made of it."""
    if name in SIZES and isinstance(value, str):
        return SIZE.convert(value, None, None)
    if name == "env" and isinstance(value, dict):
        return tuple((str(key), str(each)) for key, each in value.items())
    if isinstance(value, list):
        return tuple(value)
    return value
