"""`emu run`: run a program. Its output is the guest's; what emu has to say goes to stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from emu.cli import strace as log
from emu.cli import tracing
from emu.cli.job import GUEST_ARGS, Job, job_options

if TYPE_CHECKING:
    from emu.cli.launch import Run


@click.command("run", cls=log.StraceCommand, context_settings=GUEST_ARGS)
@job_options
@log.OPTIONS[0]
@log.OPTIONS[1]
@tracing.OPTION
@click.option("--stat", is_flag=True, help="At the end, print what the run cost (to stderr).")
@click.option("--events", metavar="KINDS", help="At the end, print hardware events, like bus,walk or all (to stderr).")
@click.option("--plain", is_flag=True, help="Reports without colour and tables, one fact a line.")
@click.option("--json", "as_json", is_flag=True, help="At the end, print the report as one JSON object (to stderr).")
def command(
    job: Job,
    strace: str | None,
    output: str | None,
    trace: str | None,
    stat: bool,
    events: str | None,
    plain: bool,
    as_json: bool,
) -> int:
    """Run PROG with ARGS: an ELF, assembly or C source as it is, a script. What follows PROG belongs to the guest."""
    from emu.cli.ending import ending, report
    from emu.cli.launch import launch

    with log.logging(strace, output) as attach:
        run = launch(job, events=event_kinds(events), prepare=tracing.listener(trace, attach))
    if as_json:
        click.echo(json.dumps(run.document()), err=True)
        return run.code
    text = ending(run, plain)
    if events:
        text += event_log(run)
    if stat:
        text += report(run.document(), plain, sys.stderr)
    click.echo(text, nl=False, err=True)
    return run.code


def event_kinds(text: str | None) -> tuple[str, ...]:
    """The kinds that --events names."""
    from emu.machine.kinds import parse_kinds

    return parse_kinds(text) if text else ()


def event_log(run: Run) -> str:
    """The events that the ring still holds, and how many it has lost."""
    from emu.report.events import lines

    events = run.machine.events()
    lost = int(run.machine.state.event_count) - len(events)
    note = f"({lost:,} earlier events are lost: the ring holds {len(events):,})\n" if lost else ""
    return note + "".join(f"{line}\n" for line in lines(events))
