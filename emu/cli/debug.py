"""`emu debug`: the debugger. A prompt on a terminal; scripts, pipes and full screen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from emu.cli import exitcodes
from emu.cli.job import GUEST_ARGS, Job, job_options

if TYPE_CHECKING:
    from emu.debug.printer import Printer
    from emu.debug.shell import Shell
    from emu.debug.starter import Starter


@click.command("debug", context_settings=GUEST_ARGS)
@job_options
@click.option("-x", "--script", "scripts", metavar="FILE", multiple=True, help="Run the commands in FILE first.")
@click.option("-ex", "--execute", "lines", metavar="LINE", multiple=True, help="Then run this command.")
@click.option("--batch", is_flag=True, help="Leave after scripts and commands; the first mistake ends it, exit code 2.")
@click.option("--tui", is_flag=True, help="Begin in full screen.")
@click.option("--plain", is_flag=True, help="Answers without colour, tables and drawings, one fact a line.")
@click.option("--json", "as_json", is_flag=True, help="Answers as JSON, one object a line.")
def command(job: Job, scripts: tuple[str, ...], lines: tuple[str, ...], batch: bool, tui: bool, **faces: bool) -> int:
    """Run PROG with ARGS under the debugger: look at every layer, ask why, and go back in time."""
    from emu.cli.debugging import guest_input, starter_for
    from emu.debug.shell import Quit

    warn_of_late_options(job)
    interactive = not batch and sys.stdin.isatty() and sys.stdout.isatty()
    face = face_for(interactive, faces)
    stdin = guest_input(job, interactive or batch)
    starter, hello = starter_for(job, face, stdin)
    if interactive:
        face.input = stdin
    shell = shell_for(face, starter, interactive)
    try:
        if interactive:
            starter.begin()
        if not run_first(shell, face, scripts, lines, batch) and batch:
            return exitcodes.USAGE
        if interactive:
            from emu.debug.repl.app import run_prompt

            run_prompt(shell, face, starter, hello, [] if tui else None)
        elif not batch:
            return run_pipe(shell, face)
    except Quit as quit_:
        return quit_.code
    return exitcodes.OK


def warn_of_late_options(job: Job) -> None:
    """What stands behind PROG is the guest's: say so where that is hardly meant."""
    late = [word for word in job.args if word in ("-x", "-ex", "--batch", "--tui")]
    if late:
        click.echo(f"note: {late[0]} behind PROG is an argument of the program; options come before PROG", err=True)


def face_for(interactive: bool, faces: dict[str, bool]) -> Printer:
    """Where the answers go, and how they are written."""
    if interactive:
        from emu.debug.repl.app import Terminal as Face
    else:
        from emu.debug.printer import Printer as Face
    face = Face()
    if faces["plain"] or faces["as_json"]:
        face.settings.set("format", "json" if faces["as_json"] else "plain")
    return face


def shell_for(face: Printer, starter: Starter, interactive: bool) -> Shell:
    """The interpreter; whoever first needs the session waits for it, with a bar if it is being compiled."""
    from emu.cli.progress import CompileProgress
    from emu.debug.shell import Shell

    def session() -> Any:
        with CompileProgress() as progress:
            return starter(progress)

    shell = Shell(session, face)
    shell.is_ready, shell.commands = (lambda: starter.ready), starter.commands
    return shell


def run_first(shell: Shell, face: Printer, scripts: tuple[str, ...], lines: tuple[str, ...], batch: bool) -> bool:
    """Scripts and -ex commands, Ctrl-C stopping the program; False after a mistake, which ends them."""
    todo = [sourced(shell, face, name) for name in scripts]
    done = all(run_interruptibly(shell, each) for each in [*todo, *(typed(shell, line) for line in lines)])
    return done and (not batch or ended(shell, face))


def ended(shell: Shell, face: Printer) -> bool:
    """False, and said, where the last block has no `end`."""
    from emu.errors import EmuError

    try:
        shell.finish()
    except EmuError as error:
        face.error(error)
        return False
    return True


def typed(shell: Shell, line: str) -> Callable[[], bool]:
    """A line, to be typed later."""
    return lambda: shell.type(line)


def sourced(shell: Shell, face: Printer, name: str) -> Callable[[], bool]:
    """A script, to be run later."""
    from emu.debug.commands.shell import source
    from emu.errors import EmuError

    def run() -> bool:
        try:
            source(shell, name)
        except EmuError as error:
            face.error(error)
            return False
        return True

    return run


def run_interruptibly(shell: Shell, action: Callable[[], bool]) -> bool:
    """With SIGINT stopping the guest."""
    from emu.debug.interrupt import on_ctrl_c

    with on_ctrl_c(lambda: shell.session.engine.interrupt()):
        return action()


def run_pipe(shell: Shell, face: Printer) -> int:
    """Commands from standard input, one a line; a mistake doesn't end them, but is the exit code."""
    code = exitcodes.OK
    for line in stdin_lines():
        if shell.settings.on("echo") and line.strip():
            face.write(f"(emu) {line}\n")
        if line.strip() and not run_interruptibly(shell, typed(shell, line)):
            code = exitcodes.USAGE
    return code if ended(shell, face) else exitcodes.USAGE


def stdin_lines() -> Iterator[str]:
    """Standard input, whatever bytes it holds."""
    for data in sys.stdin.buffer:
        yield data.decode(errors="replace").rstrip("\r\n")
