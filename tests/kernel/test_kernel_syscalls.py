"""Every system call has rows: what succeeds, and each error of its man page that can happen here, at both widths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import rows_files
import rows_ipc
import rows_memory
import rows_paths
import rows_process
import rows_rights
import rows_signals
import rows_sockets
import rows_waiting
import test_kernel_errno
from kernel_fake import Asleep, Dead, Guest
from rows_common import Args, Expected, arguments, name_on

from emu.kernel.errno import NAMES as ERRNO_NAMES
from emu.kernel.syscall import table

TABLES = (
    rows_files,
    rows_ipc,
    rows_memory,
    rows_paths,
    rows_process,
    rows_rights,
    rows_signals,
    rows_sockets,
    rows_waiting,
)


def cases() -> Iterator[Any]:
    """(width, call, arguments, expected) of every row at the widths that have the call."""
    for module in TABLES:
        theme = module.__name__.removeprefix("rows_")
        for number, (call, args, expected) in enumerate(module.ROWS):
            for xlen in (64, 32):
                if name_on(call, xlen):
                    yield pytest.param(xlen, call, args, expected, id=f"rv{xlen}-{theme}{number}-{call}")


def outcome(guest: Guest, name: str, values: list[int]) -> int | str:
    """The result of a call: a number, an errno's name, "dead" or "asleep"."""
    try:
        result = guest.call(name, *values)
    except Dead:
        return "dead"
    except Asleep:
        return "asleep"
    return ERRNO_NAMES[-result] if -4096 < result < 0 else result


@pytest.mark.parametrize(("xlen", "call", "args", "expected"), list(cases()))
def test_row(xlen: int, call: str, args: Args, expected: Expected) -> None:
    """The call ends as its man page says, and leaves nothing that breaks an invariant."""
    guest = Guest(xlen, ram=1 << 20, swap=1 << 20)
    name = name_on(call, xlen)
    assert name
    found = outcome(guest, name, arguments(guest, args))
    if callable(expected):
        code = next((-n for n, text in ERRNO_NAMES.items() if text == found), found)
        assert expected(guest, code), f"{name}: {found}"
    elif expected == "ok":
        assert isinstance(found, int), f"{name}: {found}"
    else:
        assert found == expected, f"{name}: {found}"
    guest.check()


def test_every_call_has_rows() -> None:
    """No call of the table without a row."""
    known = {entry.name for xlen in (64, 32) for entry in table.build(xlen).values()}
    rows = [*test_kernel_errno.ROWS, *(row for module in TABLES for row in module.ROWS)]
    covered = {name_on(call, xlen) for call, _, _ in rows for xlen in (64, 32)}
    assert not known - covered
