"""rvsim: the nearest relative on PyPI. Caches, predictor, cycles; an in-order core in machine mode, so without TLBs."""

from __future__ import annotations

import time

from .measure import Run
from .program import Program

DEVICES = ("uart_base", "disk_base", "clint_base", "syscon_base", "sim_control_base")
DEVICES_AT = 1 << 40  # out of the way of programs, which lie near 0
ENOUGH = 1 << 40


def available() -> str:
    """The version, or ''."""
    try:
        import rvsim
    except ImportError:
        return ""
    return rvsim.__version__


def configuration(program: Program):
    """emu's default preset as rvsim can say it: an instruction a cycle, the same caches and latencies."""
    from rvsim import Backend, BranchPredictor, Cache, Config, MemoryController

    from emu.machine import load_config

    preset = load_config("small")
    caches = {
        theirs: Cache(preset[f"{ours}.size"], ways=preset[f"{ours}.ways"], latency=max(preset[f"{ours}.latency"], 1))
        for theirs, ours in (("l1i", "l1i"), ("l1d", "l1d"), ("l2", "l2"), ("l3", "llc"))
    }
    return Config(
        width=1,
        backend=Backend.InOrder(),
        branch_predictor=BranchPredictor.GShare(),
        memory_controller=MemoryController.Simple(latency=preset["costs.dram"]),
        ram_base=0,
        ram_size=program.top + (1 << 20),
        initial_sp=program.stack(),
        uart_quiet=True,
        **caches,
        **{name: DEVICES_AT + (k << 24) for k, name in enumerate(DEVICES)},
    )


def run(program: Program, instructions: int) -> Run:
    """From the entry to `finish`."""
    from rvsim import Simulator

    simulator = Simulator(configuration(program), elf_data=program.elf)
    begin = time.process_time()
    simulator.run_to(pc=program.finish, instructions=ENOUGH, guest_breaks=False)
    seconds = time.process_time() - begin
    return Run(seconds, simulator.instructions_retired, simulator.regs[10] & 0xFFFFFFFF, simulator.cycle)
