"""`emu run --strace[=NAMES or options] [-o FILE]`: the option that may stand alone, and where the log goes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from emu.cli.files import reason
from emu.cli.streams import Output
from emu.errors import EmuError, Place

ALONE = {"--strace": "--strace=all"}
OPTIONS = (
    click.option(
        "--strace",
        metavar="[=NAMES]",
        help="Log system calls to stderr as strace does: all, =open,read,%file …, or with its options: ='-tt -T'.",
    ),
    click.option("-o", "--output", metavar="FILE", help="Write the log of --strace to FILE."),
)


class StraceCommand(click.Command):
    """A command whose option --strace may have a value, but only behind an equal sign."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give a bare --strace its value, up to PROG: what follows belongs to the guest."""
        takes_value = {name for param in self.params if not getattr(param, "is_flag", True) for name in param.opts}
        at = 0
        while at < len(args) and args[at].startswith("-") and args[at] not in ("-", "--"):
            alone = args[at] in ALONE
            args[at] = ALONE.get(args[at], args[at])
            at += 2 if args[at] in takes_value and not alone else 1
        return super().parse_args(ctx, args)


@contextmanager
def logging(told: str | None, output: str | None) -> Iterator[Callable[[Any], None] | None]:
    """What to do with a kernel before it runs, if there is to be a log. EmuError for unknown names or a bad FILE."""
    if told is None:
        if output is not None:
            raise EmuError("-o without --strace: there is no log to write", hint="emu run --strace -o FILE PROG")
        yield None
        return
    from emu.kernel.strace.options import parse

    options = parse(told)
    fd = open_log(output or options.output)
    stream = Output(fd)
    logs: list[Any] = []
    try:
        yield lambda kernel: logs.append(attach(kernel, stream, options))
    finally:
        for log in logs:
            log.finish()
        if fd != 2:
            os.close(fd)
    stream.check()


def open_log(output: str | None) -> int:
    """A descriptor for the log: a new file, or stderr."""
    try:
        return 2 if output is None else os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    except (OSError, ValueError) as error:
        raise EmuError(f"cannot be written: {reason(error)}", Place(str(output))) from None


def attach(kernel: Any, stream: Output, options: Any) -> Any:
    """Let the kernel's log go to a stream."""
    from emu.kernel.strace.log import Strace

    stream.on_broken = kernel.machine.stop
    log = Strace(kernel, lambda text: stream.write(text.encode("utf-8", "backslashreplace")), options)
    log.start()
    log.listen()
    return log
