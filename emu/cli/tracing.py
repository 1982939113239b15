"""`emu run --trace KINDS`: what the kernel does, as it happens, on stderr."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from emu.errors import EmuError

OPTION = click.option(
    "--trace", metavar="KINDS", help="Log what the kernel does to stderr: entries, irq, memory, sched, all, or kinds."
)


def listener(kinds: str | None, other: Callable[[Any], None] | None) -> Callable[[Any], None] | None:
    """What to do with a kernel before it runs: hang the listener in, or what `other` (of --strace) does. EmuError."""
    if kinds is None:
        return other
    if other is not None:
        raise EmuError("--trace and --strace at once", hint="--trace sys_enter,sys_exit,… logs system calls too")
    from emu.report import trace

    chosen = trace.parse(kinds)
    return lambda kernel: attach(kernel, chosen)


def attach(kernel: Any, kinds: frozenset[str]) -> None:
    """Let the kernel tell stderr."""
    from emu.cli.streams import Output
    from emu.kernel.trace import Tracer
    from emu.report import trace

    stream = Output(2)
    stream.on_broken = kernel.machine.stop
    stream.write(trace.HEADING.encode())
    kernel.tracer = Tracer(lambda record: stream.write(trace.line(record).encode("utf-8", "backslashreplace")), kinds)
