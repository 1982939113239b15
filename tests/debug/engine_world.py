"""Engines over programs of programs/, and over random ones."""

from __future__ import annotations

import random
from typing import Any

from look_world import build

from emu.asm import Source, assemble
from emu.debug.engine import Engine
from emu.kernel import Kernel, Options
from emu.machine import Machine
from emu.machine.config import load_config

ANYTHING = """
    .globl _start
    .text
_start:
    la   s0, data
    li   s1, {rounds}
again:
{body}
    addi s1, s1, -1
    bnez s1, again
    li   a0, 0
    li   a7, 93
    ecall
    .data
    .balign 4096
data:
    .space 65536
"""
CALLS = {"getpid": 172, "getrandom": 278, "sched_yield": 124, "clock_gettime": 113}


def engine(
    program: str | bytes,
    *args: str,
    xlen: int = 64,
    memory: int = 512 << 20,
    typed: Any = None,
    heard: list[tuple[bytes, str]] | None = None,
    knobs: dict[str, Any] | None = None,
    **options: Any,
) -> Engine:
    """An engine; options are the kernel's, `harts`, `ram` and `timing` the machine's."""
    wishes = {name: options.pop(name) for name in ("harts", "ram", "timing") if name in options} | (knobs or {})
    elf = program if isinstance(program, bytes) else build(program, xlen)
    name = "program" if isinstance(program, bytes) else program

    def boot(stdin: Any, stdout: Any, stderr: Any) -> tuple[Machine, Kernel]:
        machine = Machine(load_config("small", wishes), xlen=xlen)
        kernel = Kernel(machine, Options(stdin=stdin, stdout=stdout, stderr=stderr, **options))
        kernel.spawn(elf, f"/programs/{name}", [name, *args], {"HOME": "/"})
        return machine, kernel

    def hear(data: bytes, stream: str) -> None:
        if heard is not None:
            heard.append((bytes(data), stream))

    return Engine(boot, stdin=typed, on_output=hear, memory=memory)


def random_program(seed: int, xlen: int = 64) -> bytes:
    """A loop of arithmetic, loads, stores and atomics all over 64 kB, system calls, forks and an mmap."""
    rng = random.Random(seed)
    lines = []
    for number in range(rng.randint(10, 40)):
        kind = rng.randrange(10)
        if kind < 3:
            lines.append(
                f"{rng.choice(('add', 'sub', 'xor', 'mul', 'sltu'))} t{rng.randrange(6)}, t{rng.randrange(6)}, s1"
            )
        elif kind < 7:
            lines += [f"li t6, {rng.randrange(0, 65528) & -8}", "add t6, t6, s0"]
            lines.append(rng.choice(("lw t0, 0(t6)", "sw s1, 0(t6)", "sb t1, 3(t6)", "amoadd.w t2, s1, (t6)")))
        elif kind < 9:
            name = rng.choice(list(CALLS))
            lines += ["mv a0, s0", "li a1, 8", "li a2, 0", f"li a7, {CALLS[name]}"]
            lines += ["li a0, 1", "mv a1, s0"] if name == "clock_gettime" else []
            lines.append("ecall")
        else:
            lines += [f"andi t3, s1, {rng.choice((3, 7))}", f"bnez t3, skip{number}"]
            lines += ["li a0, 17", "li a1, 0", "li a2, 0", "li a3, 0", "li a4, 0", "li a7, 220", "ecall"]  # fork
            lines += [f"bnez a0, parent{number}", "sw s1, 0(s0)", "li a7, 93", "ecall"]
            lines += [
                f"parent{number}:",
                "li a0, -1",
                "li a1, 0",
                "li a2, 0",
                "li a3, 0",
                "li a7, 260",
                "ecall",
            ]  # wait4
            lines.append(f"skip{number}:")
    body = "\n".join("    " + line for line in lines)
    return assemble([Source("random.s", ANYTHING.format(rounds=rng.randint(5, 40), body=body))], xlen=xlen)


def to_the_end(it: Engine, step: int = 1 << 60) -> str:
    """Run in pieces of so many ticks; how it ended."""
    while True:
        cause = it.run(until_tick=it.tick + step)
        if cause.kind != "limit":
            return cause.kind
