"""`emu`: the entry point. Every way out of the process passes here and is one of `exitcodes.TABLE`.

Importing this module, and `emu --help`, must stay cheap: click and emu.errors, nothing else (tests/test_startup.py).
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import NoReturn

import click

from emu import __version__
from emu.cli import exitcodes
from emu.cli.group import LazyGroup
from emu.errors import EmuError, did_you_mean
from emu.nearest import NEAREST

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
REPORT_BUG = "this is a bug in emu, please report it"


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Start with: emu run programs/hello.s. Exit codes: emu help exit-codes.",
)
@click.version_option(__version__, prog_name="emu")
def cli() -> None:
    """A RISC-V machine you can see through: CPU, MMU, caches and a Linux-like kernel on one clock."""


def main() -> NoReturn:
    """Run the command line of this process and leave with its exit code.

    By the short way: all files are closed by now, and taking the compiled machine apart would cost a fifth of a start.
    """
    prepare_streams()
    code = call(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = code or exitcodes.PIPE
    except OSError as error:
        code = code or unwritable(error)
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


def prepare_streams() -> None:
    """Streams that the caller closed lead nowhere, not into the next file that is opened; any name can be printed."""
    for fd, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), fd)
            setattr(sys, name, open(fd, mode, closefd=False))  # noqa: SIM115 - for as long as the process lives
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors=NEAREST)


def call(args: list[str]) -> int:
    """Run one command line; returns the exit code, raises nothing."""
    try:
        result = cli.main(args, prog_name="emu", standalone_mode=False)
    except EmuError as error:
        return fail(str(error))
    except click.exceptions.NoArgsIsHelpError as error:
        return fail(error.format_message())
    except click.ClickException as error:
        return fail(usage_message(error))
    except (KeyboardInterrupt, click.Abort):
        return fail("stopped: Ctrl-C", exitcodes.INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # click turns the one into the other
        hush_stdout()
        return exitcodes.PIPE
    except OSError as error:
        return unwritable(error) if error.errno in FULL else internal(error)
    except Exception as error:
        return internal(error)
    return result if isinstance(result, int) else exitcodes.OK


def fail(message: str, code: int = exitcodes.USAGE) -> int:
    """Say what the host user did wrong, if stderr can take it; the exit code."""
    with suppress(OSError):
        click.echo(message, err=True)
    return code


def unwritable(error: OSError) -> int:
    """The host has no room for what emu prints."""
    return fail(f"error: the output cannot be written: {(error.strerror or str(error)).lower()}", exitcodes.UNWRITABLE)


def usage_message(error: click.ClickException) -> str:
    """A click error in the words of EmuError: one line of what, hints of how to fix it."""
    context = getattr(error, "ctx", None)
    where = context.command_path if context else "emu"
    hints = [getattr(error, "hint", ""), option_hint(error)]
    if not any(hints):
        hints = [f"{where} --help shows how it is used"]
    message = plain_message(error)
    lines = [f"error: {message[:1].lower()}{message[1:].rstrip('.')}", *(f"  hint: {hint}" for hint in hints if hint)]
    return "\n".join(lines)


def plain_message(error: click.ClickException) -> str:
    """The message without click's own guesses at an option's name: `option_hint` makes them."""
    if isinstance(error, click.NoSuchOption):
        return f"no option {error.option_name}"
    return error.format_message()


def option_hint(error: click.ClickException) -> str:
    """Which option of this command an unknown one may have meant."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return ""
    known = [name for param in error.ctx.command.params for name in param.opts if name.startswith("--")]
    return did_you_mean(error.option_name, [*known, "--help"])


def internal(error: Exception) -> int:
    """An exception nobody foresaw: one line, and the traceback only for those who ask."""
    if os.environ.get("EMU_DEBUG"):
        sys.excepthook(type(error), error, error.__traceback__)
    summary = " ".join(str(error).split())[:200]
    hint = f"  hint: {REPORT_BUG}; EMU_DEBUG=1 shows where it happened"
    return fail(f"internal error: {type(error).__name__}: {summary}\n{hint}", exitcodes.INTERNAL)


def hush_stdout() -> None:
    """Stdout's reader is gone: point it at /dev/null, so that the interpreter's last flush stays silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
