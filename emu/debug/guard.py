"""Ways out of a command: leaving the debugger, and bugs, which become one line."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from emu.errors import EmuError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Quit(Exception):
    """The user wants to leave; `code` is the exit code."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(code)
        self.code = code


class InternalError(EmuError):
    """An exception that nobody foresaw: one line, and the traceback only for those who ask."""


@contextmanager
def guarded(name: str) -> Iterator[None]:
    """Whatever goes wrong within is an EmuError, but that the output can't be written."""
    try:
        yield
    except (EmuError, Quit, BrokenPipeError):
        raise
    except KeyboardInterrupt:
        raise EmuError(f"{name} was interrupted") from None
    except Exception as error:
        if os.environ.get("EMU_DEBUG") or getattr(error, "errno", None) in NO_ROOM:
            raise
        summary = " ".join(str(error).split())[:200]
        message = f"internal error in {name}: {type(error).__name__}: {summary}"
        hint = "this is a bug in emu, please report it; EMU_DEBUG=1 shows where"
        raise InternalError(message, hint=hint) from None
