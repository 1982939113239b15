"""`emu stat`: run a program for its report. The report is the output; what the guest prints goes to stderr."""

from __future__ import annotations

import json
import sys

import click

from emu.cli.job import GUEST_ARGS, Job, job_options


@click.command("stat", context_settings=GUEST_ARGS)
@job_options
@click.option("--hart", type=click.IntRange(0), help="Only this hart (default: the total of all).")
@click.option("--plain", is_flag=True, help="Without colour and tables, one fact a line.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; docs/stat.md lists its fields.")
@click.option("-o", "--output", metavar="FILE", help="Write the report to FILE, and leave stdout to the guest.")
def command(job: Job, hart: int | None, plain: bool, as_json: bool, output: str | None) -> int:
    """Run PROG with ARGS and report what it cost, by instruction kind, cache, TLB, fault, system call and cycle."""
    from emu.cli.ending import ending, report
    from emu.cli.files import write_bytes
    from emu.cli.launch import launch

    run = launch(job, stdout_to_stderr=output is None)
    document = run.document()
    if hart is not None and hart >= len(document["harts"]):
        raise click.UsageError(f"there is no hart {hart}: the machine has {len(document['harts'])}")
    text = (
        json.dumps(document, indent=2) + "\n" if as_json else report(document, plain or bool(output), sys.stdout, hart)
    )
    click.echo(ending(run, plain), nl=False, err=True)
    if output:
        write_bytes(output, text.encode())
    else:
        click.echo(text, nl=False)
    return run.code
