"""From a Job to a finished run: check everything, build the program, boot machine and kernel, run.

The machine, and with it numba, is imported when the options are right and the program is assembled.
"""

from __future__ import annotations

import posixpath
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emu.cli import exitcodes
from emu.cli.build import Program, load_program
from emu.cli.interrupt import stopped_by_ctrl_c
from emu.cli.job import Job
from emu.cli.progress import CompileProgress
from emu.cli.streams import Input, Output
from emu.errors import EmuError, Place


@dataclass(slots=True)
class Run:
    """A run that has ended, with everything that a report needs."""

    job: Job
    program: Program
    machine: Any
    kernel: Any
    exit: Any
    seconds: float
    broken: bool

    @property
    def code(self) -> int:
        """emu's exit code."""
        return exitcodes.PIPE if self.broken else self.exit.code

    def document(self) -> dict[str, Any]:
        """The dict of `emu stat --json`."""
        from emu.report import stat

        program = {"path": self.job.program, "args": list(self.job.args), "xlen": self.program.xlen}
        document = stat.collect(self.machine, self.kernel, self.exit, program=program, about=self.about())
        mips = document["total"]["instructions"] / self.seconds / 1e6 if self.seconds else 0.0
        return {**document, "host": {"seconds": round(self.seconds, 6), "mips": round(mips, 3)}}

    def about(self) -> dict[str, Any]:
        """The machine's part of the document."""
        knobs = dict(self.machine.config.values)
        chosen = {"preset": self.job.preset, "seed": self.job.seed, "aslr": self.job.aslr}
        return {**chosen, "harts": knobs["harts"], "timing": knobs["timing"], "ram": knobs["ram"], "knobs": knobs}


def launch(
    job: Job,
    *,
    stdout_to_stderr: bool = False,
    events: tuple[str, ...] = (),
    prepare: Callable[[Any], None] | None = None,
) -> Run:
    """Run the job to its end; `prepare` is given the kernel before. EmuError for whatever the user got wrong, before
    anything is compiled.
    """
    from emu.machine.config import load_config

    config = load_config(job.preset, overrides(job))
    program = load_program(job.program, job.sources, job.xlen, job.cflags)
    stdin, stdout = Input.open(job.stdin), Output(2 if stdout_to_stderr else 1)
    machine, kernel = boot(job, program, config, stdin, stdout)
    compile_machine(machine)
    if prepare is not None:
        prepare(kernel)
    machine.trace(*events)
    stdout.on_broken = machine.stop
    with stopped_by_ctrl_c(machine, stdin):
        begin = time.perf_counter()
        exit = kernel.run(limits(job))
        seconds = time.perf_counter() - begin
    stdin.close()
    return Run(job, program, machine, kernel, exit, seconds, stdout.broken)


def overrides(job: Job) -> dict[str, Any]:
    """The knobs that --set names; the options of their own (--ram …) win."""
    own = {"ram": job.ram, "harts": job.harts, "timing": job.timing}
    return dict(job.knobs) | {key: value for key, value in own.items() if value is not None}


def boot(job: Job, program: Program, config: Any, stdin: Input, stdout: Output) -> tuple[Any, Any]:
    """A machine and a kernel with the program as process 1."""
    from emu.kernel import Kernel, Mount, Options
    from emu.machine import Machine

    machine = Machine(config, xlen=program.xlen)
    options = Options(
        ram=job.max_ram,
        swap=job.swap.size if job.swap else 0,
        swap_file=job.swap.path if job.swap else None,
        nodes=job.nodes,
        seed=job.seed,
        aslr=job.aslr,
        mounts=tuple(Mount(str(host), guest, writable) for host, guest, writable in job.mounts),
        stdin=stdin,
        stdout=stdout,
        stderr=Output(2),
    )
    kernel = Kernel(machine, options)
    name = guest_name(job.program)
    try:
        kernel.spawn(program.elf, posixpath.join("/", name), [name, *job.args], dict(job.env))
    except EmuError as error:
        error.place = error.place or Place(job.program)
        raise
    return machine, kernel


def compile_machine(machine: Any) -> None:
    """Have everything compiled that the run will need, and show how far that is; nothing is shown when it is cached."""
    with CompileProgress() as progress:
        if hasattr(machine, "warm"):
            machine.warm(progress)


def guest_name(path: str) -> str:
    """PROG's path in the guest, whose current folder is /: as it was typed, but never above the root."""
    name = posixpath.normpath(path.replace("\\", "/"))
    return posixpath.basename(name) if name.startswith("..") or ":" in name else name


def limits(job: Job) -> Any:
    """Where the kernel must stop the run."""
    from emu.kernel import Limits

    return Limits(max_insns=job.max_insns, max_cycles=job.max_cycles, max_output=job.max_output)
