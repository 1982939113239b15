"""`emu gdb`: the program under a gdb server on loopback, for gdb and all that speak its remote protocol."""

from __future__ import annotations

import click

from emu.cli import exitcodes
from emu.cli.job import GUEST_ARGS, Job, job_options
from emu.errors import EmuError


@click.command("gdb", context_settings=GUEST_ARGS)
@job_options
@click.option("--port", type=click.IntRange(0, 65535), default=1234, show_default=True, help="On 127.0.0.1; 0: any.")
@click.option("--once", is_flag=True, help="Leave when the first gdb has left.")
def command(job: Job, port: int, once: bool) -> int:
    """Wait for gdb, then let it debug PROG: (gdb) target remote :1234. The monitor command knows all of `emu debug`."""
    from emu.cli.debugging import starter_for
    from emu.cli.progress import CompileProgress
    from emu.debug.gdb.server import Connection, listen
    from emu.debug.gdb.stub import Stub
    from emu.debug.lines import LineRunner

    face = LineRunner()
    starter, _ = starter_for(job, face)
    server = open_port(listen, port)
    with CompileProgress() as progress:
        session = starter(progress)
    click.echo(f"waiting for gdb on 127.0.0.1:{server.getsockname()[1]}", err=True)
    while True:
        connection, _ = server.accept()
        Connection(connection, Stub(session, face.attach(session))).serve()
        if once or session.engine is None:
            return exitcodes.OK


def open_port(listen, port: int):
    """The listening socket, EmuError if the port can't be had."""
    try:
        return listen(port)
    except OSError as error:
        raise EmuError(f"can't listen on port {port}: {error.strerror}", hint="--port 0 takes any free one") from None
