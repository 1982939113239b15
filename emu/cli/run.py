"""`emu run`: run a program. Its output is the guest's; what emu has to say goes to stderr."""

from __future__ import annotations

import json
import sys

import click

from emu.cli.job import GUEST_ARGS, Job, job_options


@click.command("run", context_settings=GUEST_ARGS)
@job_options
@click.option("--stat", is_flag=True, help="At the end, print what the run cost (to stderr).")
@click.option("--plain", is_flag=True, help="Reports without colour and tables, one fact a line.")
@click.option("--json", "as_json", is_flag=True, help="At the end, print the report as one JSON object (to stderr).")
def command(job: Job, stat: bool, plain: bool, as_json: bool) -> int:
    """Run PROG with ARGS: an ELF, or assembly source as it is. What follows PROG belongs to the guest."""
    from emu.cli.ending import ending, report
    from emu.cli.launch import launch

    run = launch(job)
    if as_json:
        click.echo(json.dumps(run.document()), err=True)
        return run.code
    text = ending(run, plain)
    if stat:
        text += report(run.document(), plain, sys.stderr)
    click.echo(text, nl=False, err=True)
    return run.code
