"""From a Job to a finished run: check everything, build the program, boot machine and kernel, run.

The machine, and with it numba, is imported when the options are right and the program is assembled.
"""

from __future__ import annotations

import errno
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
    write_error: int = 0

    @property
    def code(self) -> int:
        """emu's exit code."""
        if self.broken:
            return exitcodes.PIPE if self.write_error == errno.EPIPE else exitcodes.UNWRITABLE
        return self.exit.code

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
    if job.sysctls or job.proc:
        kernel_settings(job)  # refuses, before anything is assembled
    program = load_program(job.program, job.sources, job.xlen, job.cflags)
    stdin, stdout = Input.open(job.stdin), Output(2 if stdout_to_stderr else 1, buffered=prepare is None)
    stderr = Output(2, buffered=prepare is None)
    stdout.pair(stderr)
    machine, kernel = boot(job, program, config, stdin, stdout, stderr)
    compile_machine(machine)
    if prepare is not None:
        prepare(kernel)
    machine.trace(*events)
    stdout.on_broken = machine.stop
    with stopped_by_ctrl_c(machine, stdin):
        begin = time.perf_counter()
        try:
            exit = kernel.run(limits(job))
        finally:
            kernel.flush_output()
            kernel.write_home()
        seconds = time.perf_counter() - begin
    kernel.captures.finish()
    stdin.close()
    return Run(job, program, machine, kernel, exit, seconds, stdout.broken, stdout.error)


def overrides(job: Job) -> dict[str, Any]:
    """The knobs that --set names; the options of their own (--ram …) win."""
    own = {"ram": job.ram, "harts": job.harts, "timing": job.timing}
    return dict(job.knobs) | {key: value for key, value in own.items() if value is not None}


def kernel_settings(job: Job) -> dict[str, Any]:
    """The kernel's options that don't depend on the program. EmuError for an unknown tunable or file of /proc."""
    from emu.kernel import tunables
    from emu.kernel.proc import capture

    settings = {"sysctl": {name: tunables.parse(name, text) for name, text in job.sysctls}}
    settings["proc"] = capture.parse(job.proc) if job.proc else ()
    settings |= {"thp": job.thp, "huge_pages": job.huge_pages, "poison": job.poison, "nodes": job.nodes}
    return settings if job.stack is None else settings | {"stack_limit": job.stack}


def boot(job: Job, program: Program, config: Any, stdin: Any, stdout: Any, stderr: Any = None) -> tuple[Any, Any]:
    """A machine and a kernel with the program as process 1."""
    from emu.kernel import Kernel, Mount, Options
    from emu.machine import Machine

    machine = Machine(config, xlen=program.xlen)
    options = Options(
        ram=job.max_ram,
        swap=job.swap.size if job.swap else 0,
        swap_file=job.swap.path if job.swap else None,
        **kernel_settings(job),
        seed=job.seed,
        aslr=job.aslr,
        mounts=tuple(Mount(str(host), guest, writable) for host, guest, writable in job.mounts),
        stdin=stdin,
        stdout=stdout,
        stderr=stderr or Output(2),
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
