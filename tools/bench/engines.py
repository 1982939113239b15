"""THE table of engines: what each models, at which scale it can run, and how it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from . import ours, peer_qemu, peer_rvsim, peer_unicorn
from .measure import Run
from .program import Program, build
from .workloads import BY_NAME, FULL, SLOW

TIMINGS = ("off", "simple", "full")


@dataclass(frozen=True)
class Engine:
    """`run(program, instructions)`: instructions is what the program is known to need, for engines that don't count."""

    name: str
    scale: str
    run: Callable[[Program, int], Run]
    peer: bool = False
    version: Callable[[], str] = lambda: "this"
    widths: tuple[int, ...] = (64, 32)
    several_harts: bool = False


def alone(timing: str) -> Engine:
    """This emulator's machine."""
    return Engine(timing, FULL, lambda program, _: ours.machine_alone(program, timing), several_harts=True)


def in_kernel(timing: str) -> Engine:
    """This emulator's machine and kernel."""
    return Engine(f"kernel-{timing}", FULL, lambda program, _: ours.under_kernel(program, timing))


peer = partial(Engine, peer=True)
OURS = (*(alone(timing) for timing in TIMINGS), *(in_kernel(timing) for timing in ("off", "full")))
PEERS = (
    peer("qemu", FULL, peer_qemu.run, version=peer_qemu.available),
    peer("unicorn", FULL, peer_unicorn.plain, version=peer_unicorn.available),
    peer("unicorn-hook", SLOW, peer_unicorn.with_hook, version=peer_unicorn.available),
    peer("rvsim", SLOW, peer_rvsim.run, version=peer_rvsim.available, widths=(64,)),
)
ENGINES = {engine.name: engine for engine in (*OURS, *PEERS)}


@cache
def reference(workload: str, scale: str, xlen: int) -> Run:
    """What everybody must agree on: the checksum, and the number of instructions."""
    return ours.machine_alone(build(workload, scale, xlen), "off")


def once(engine: Engine, workload: str, scale: str, xlen: int) -> Run:
    """One run, its checksum compared with the reference's."""
    expected = reference(workload, scale, xlen)
    run = engine.run(build(workload, scale, xlen), expected.instructions)
    if run.checksum != expected.checksum:
        raise ours.Failed(f"{workload} on {engine.name}: checksum {run.checksum:#x}, not {expected.checksum:#x}")
    return run


def can_run(engine: Engine, workload: str, xlen: int) -> bool:
    """Whether an engine has what a workload needs."""
    return xlen in engine.widths and (BY_NAME[workload].harts == 1 or engine.several_harts)
