"""From a Job to a session of the debugger. Whatever the user got wrong is said before anything is compiled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emu.cli.build import Program, load_program
from emu.cli.files import open_to_read
from emu.cli.job import Job
from emu.cli.launch import boot, overrides
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.printer import Printer
    from emu.debug.starter import Starter
    from emu.debug.stdin import GuestInput


def starter_for(job: Job, face: Printer, stdin: GuestInput | None = None) -> tuple[Starter, str]:
    """What makes the session when it is needed, and the greeting. The guest reads `stdin`, else what the job says."""
    from emu.debug.starter import Starter
    from emu.machine.config import load_config

    refuse_limits(job)
    config = load_config(job.preset, overrides(job))
    program = load_program(job.program, job.sources, job.xlen)
    stdin = stdin or guest_input(job, True)
    harts = config.values["harts"]
    about = f"{program.xlen}-bit, {harts} {'hart' if harts == 1 else 'harts'}, preset {job.preset}"

    def make(progress: Callable[[str, float], None]) -> Any:
        return make_session(job, program, config, stdin, face, progress)

    return Starter(make), f"{job.program}: {about}"


def refuse_limits(job: Job) -> None:
    """EmuError for limits that the debugger does not keep."""
    for name in ("max_cycles", "max_output"):
        if getattr(job, name) is not None:
            option = f"--{name.replace('_', '-')}"
            raise EmuError(f"the debugger has no {option}", hint="--max-insns bounds a run; goto cycle N goes there")


def guest_input(job: Job, shared: bool) -> GuestInput:
    """The file of --stdin; else the host's standard input, if that may be `shared`."""
    from emu.debug.stdin import GuestInput

    return GuestInput(open_to_read(job.stdin) if job.stdin is not None else 0 if shared else None)


def make_session(
    job: Job, program: Program, config: Any, stdin: GuestInput, face: Printer, progress: Callable[[str, float], None]
) -> Any:
    """Engine and session, with the machine compiled."""
    from emu.debug.engine import Engine
    from emu.debug.session import Session

    def fresh(stdin: Any, stdout: Any, stderr: Any) -> tuple[Any, Any]:
        return boot(job, program, config, stdin, stdout, stderr)

    engine = Engine(fresh, stdin=stdin, on_output=face.guest)
    engine.most_insns = job.max_insns or engine.most_insns
    engine.begin(progress)
    return Session(engine, roots=source_folders(job))


def source_folders(job: Job) -> list[str]:
    """Where source text may be read from: beside the program's files, and the current folder."""
    return list(dict.fromkeys([*(str(Path(name).parent) for name in (job.program, *job.sources)), "."]))
