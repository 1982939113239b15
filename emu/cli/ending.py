"""What is said when a run ends: why, if not by itself; the fault card; the report."""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from emu.cli.launch import Run

REASONS = {
    "max-insns": "the limit --max-insns was reached",
    "max-cycles": "the limit --max-cycles was reached",
    "max-output": "the limit --max-output was reached",
    "stopped": "Ctrl-C",
    "deadlock": "every process waits for another one, for ever",
}

# what shells say of a signal (strsignal(3)); one that comes of a fault has a card instead
MEANINGS = {
    1: "hangup",
    2: "interrupt",
    3: "quit",
    4: "illegal instruction",
    5: "trace/breakpoint trap",
    6: "aborted",
    7: "bus error",
    8: "floating point exception",
    9: "killed",
    10: "user defined signal 1",
    11: "segmentation fault",
    12: "user defined signal 2",
    13: "broken pipe",
    14: "alarm clock",
    15: "terminated",
    24: "CPU time limit exceeded",
    25: "file size limit exceeded",
    31: "bad system call",
}


def died_of(number: int) -> str:
    """`SIGABRT: aborted`."""
    from emu.kernel.signal import name_of

    return ": ".join(filter(None, (name_of(number), MEANINGS.get(number, ""))))


def ending(run: Run, plain: bool) -> str:
    """The kernel's messages, the fault card in place of its line in them, then why the run was stopped if it was."""
    card = run.exit.card
    lines = [f"kernel: {line}" for line in run.exit.log if card is None or card.headline not in line]
    if card is not None:
        lines.append(card.render().rstrip("\n"))
    elif run.exit.signal:
        lines.append(died_of(run.exit.signal))
    if run.exit.reason in REASONS and not run.broken:
        lines.append(f"stopped: {REASONS[run.exit.reason]}; {where(run)}")
    if run.broken and run.write_error != errno.EPIPE:
        lines.append(f"error: the output cannot be written: {os.strerror(run.write_error).lower()}")
    return "".join(f"{line}\n" for line in lines) + proc_files(run, plain)


def proc_files(run: Run, plain: bool) -> str:
    """The files of --proc, each under its name; plain: the name before each line."""
    found = []
    for path, text in run.kernel.captures.texts.items():
        lines = text.splitlines()
        if plain:
            found += [f"/proc/{path}: {line}" for line in lines]
        else:
            found += [f"==> /proc/{path} <==", *lines, ""]
    found += [f"/proc/{path}: there was no such process" for path in run.kernel.captures.never_seen()]
    return "".join(f"{line}\n" for line in found)


def where(run: Run) -> str:
    """How far a run came that was stopped."""
    harts = run.machine.harts
    insns, cycles = sum(hart.instret for hart in harts), max(hart.cycle for hart in harts)
    busiest = max(harts, key=lambda hart: hart.instret)
    return f"{insns:,} instructions, {cycles:,} cycles, {run.seconds:.2f} s, pc = {busiest.pc:#x}"


def report(document: dict[str, Any], plain: bool, stream: TextIO, hart: int | None = None) -> str:
    """The tables as text that suits a stream: ruled, coloured on a terminal unless NO_COLOR says otherwise."""
    from emu.report import render, stat_view

    tables = stat_view.tables(document, hart)
    if plain:
        return render.plain(tables)
    colour = stream.isatty() and not os.environ.get("NO_COLOR")
    width = shutil.get_terminal_size((100, 24)).columns if stream.isatty() else 100
    return render.ruled(tables, width=width, colour=colour)
