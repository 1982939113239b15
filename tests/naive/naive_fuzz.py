"""Hostile guests: random bytes as code, as page tables, as registers. The host survives; the judged ones agree, too.

python tests/naive/naive_fuzz.py wild 0 100      runs these seeds, naming each before it begins
"""

from __future__ import annotations

import random
import sys

from naive_scenario import CODE_PAGES, PAGES, World, play, play_together, random_geometry

from emu.isa.insns import INSNS
from emu.isa.paging import PAGING_BARE, PAGING_SV32, PAGING_SV39, PAGING_SV48
from emu.machine import Machine, load_config
from emu.machine.check import check_all
from emu.machine.execute import STOP_BREAKPOINT, STOP_BUDGET, STOP_DEADLINE, STOP_TRAP, STOP_WATCHPOINT

R, W, X = 2, 4, 8


def random_code(rng: random.Random, size: int, xlen: int) -> bytes:
    """Instructions with random operands, among random halfwords and words."""
    rows = [i for i in INSNS if xlen in i.xlens]
    out = bytearray()
    while len(out) < size:
        dice = rng.random()
        if dice < 0.8:
            insn = rng.choice(rows)
            word, length = insn.match | rng.getrandbits(32) & ~insn.mask, insn.length
        elif dice < 0.9:
            word, length = rng.getrandbits(16), 2
        else:
            word, length = rng.getrandbits(32) | 3, 4
        out += (word & ((1 << 8 * length) - 1)).to_bytes(length, "little")
    return bytes(out[:size])


class Garbage(World):
    """A world whose code is garbage, on pages that cannot be written; its data pages cannot be executed."""

    def fill_memory(self) -> None:
        """Random data, and code."""
        super().fill_memory()
        for page in CODE_PAGES:
            self.poke(page << 12, int.from_bytes(random_code(self.rng, 4096, self.xlen), "little"), 4096)

    def flags(self, kind: str) -> int:
        """Never both writable and executable, in any mapping of a frame."""
        return super().flags(kind) & ~(W if kind == "code" else X) | R

    def random_program(self):
        """No program but the one whose registers are taken."""
        rng, kept = self.rng, self.code_at
        made = super().random_program()
        for page in CODE_PAGES:
            self.poke(page << 12, int.from_bytes(random_code(rng, 4096, self.xlen), "little"), 4096)
        made.base = kept + (rng.randrange(len(CODE_PAGES)) << 12) + 2 * rng.randrange(2048)
        return made

    def handle(self, k: int, trap) -> None:
        """Go on elsewhere, mostly behind the instruction."""
        rng = self.rng
        if trap.cause in (12, 13, 15):
            super().handle(k, trap)
        elif rng.random() < 0.5:
            self.both(k, "pc", self.slow.harts[k].wrap(self.slow.harts[k].pc + rng.choice((2, 4))))
        else:
            self.start(k)


def judged(seed: int) -> None:
    """Garbage on both machines: the same traps, registers and cycles."""
    world = Garbage(seed, timing=random.Random(seed).choice(("full", "simple", "off")))
    if not world.mode:
        return  # bare code could overwrite itself, which the fast machine sees only after FENCE.I
    for k in range(40):
        try:
            world.step()
            world.check()
        except AssertionError as error:
            story = "\n".join(world.log[-6:])
            raise AssertionError(f"seed {seed}, step {k}, RV{world.xlen}\n{story}\n{error}") from error
    world.check_deeply()


def wild(seed: int) -> None:
    """Nothing is right: tables, frames, registers, privilege, breakpoints. `run` ends and the machine is in order."""
    rng = random.Random(seed)
    xlen, harts = rng.choice((32, 64)), rng.choice((1, 2, 4))
    machine = Machine(load_config("toy", random_geometry(rng, rng.choice(("full", "simple", "off")))), xlen, harts)
    for page in range(PAGES):
        dice = rng.random()
        if dice < 0.3:
            data = random_code(rng, 4096, xlen)
        elif dice < 0.8:
            data = random_table(rng, xlen)
        else:
            data = rng.randbytes(4096)
        machine.ram[page << 12 : (page + 1) << 12] = data
    modes = (PAGING_BARE, PAGING_SV32) if xlen == 32 else (PAGING_BARE, PAGING_SV39, PAGING_SV48)
    for _ in range(60):
        k = rng.randrange(harts)
        disturb(machine, rng, k, modes, xlen)
        reason = machine.run(
            max_insns=rng.choice((1, 10, 300, 2000)),
            until_cycle=rng.choice((None, None, machine.harts[k].cycle + 500)),
            hart=rng.choice((None, k)),
        )
        if reason not in (STOP_TRAP, STOP_BUDGET, STOP_DEADLINE, STOP_BREAKPOINT, STOP_WATCHPOINT):
            raise AssertionError(f"seed {seed}: run returned {reason}")
        check_all(machine)


def disturb(machine: Machine, rng: random.Random, k: int, modes: tuple[int, ...], xlen: int) -> None:
    """A new state for a hart, perhaps a flush, perhaps breakpoints and watchpoints."""
    hart = machine.harts[k]
    hart.online = rng.random() < 0.9
    for register in range(1, 32):
        if rng.random() < 0.3:
            near = rng.choice((0, len(machine.ram), 1 << 31, 1 << 32, 1 << 38, 1 << 47, 1 << 62))
            value = rng.choice((rng.getrandbits(64), near + rng.randint(-9, 9), rng.randrange(PAGES << 12)))
            hart.x[register] = signed(value, xlen)
    if rng.random() < 0.5:
        hart.priv = rng.choice((0, 0, 1, 3))
        hart.set_address_space(rng.choice(modes), rng.randrange(3), rng.choice((rng.randrange(PAGES), 1 << 21)))
    hart.pc = signed(rng.choice((rng.randrange(PAGES << 11) * 2, rng.getrandbits(63) * 2, (1 << 31) - 4, -4)), xlen)
    dice = rng.random()
    if dice < 0.1:
        hart.sfence(rng.choice((None, hart.pc)), rng.choice((None, 1)))
    elif dice < 0.2:
        machine.set_breakpoints([2 * rng.randrange(PAGES << 11) for _ in range(rng.randrange(9))])
    elif dice < 0.3:
        low = signed(rng.choice((rng.getrandbits(64), 0)), 64)
        machine.set_watchpoints([(low, min(low + (1 << 60), (1 << 63) - 1), rng.randrange(4))] * rng.randrange(2))
    elif dice < 0.4:
        machine.code_changed(rng.randrange(PAGES))


def random_table(rng: random.Random, xlen: int) -> bytes:
    """Entries that lead somewhere more often than not."""
    size = xlen // 8
    out = bytearray()
    for _ in range(4096 // size):
        flags = rng.choice((1, 1, 0xDF, 0xFF, 0x5B, 0x17, rng.getrandbits(10)))
        frame = rng.choice(
            (rng.randrange(PAGES), 0, rng.randrange(PAGES * 2), rng.getrandbits(22 if xlen == 32 else 44))
        )
        extra = rng.getrandbits(10) << 54 if xlen == 64 and rng.random() < 0.02 else 0
        out += (frame << 10 | flags | extra).to_bytes(size, "little")
    return bytes(out)


def signed(value: int, bits: int) -> int:
    """The low bits as a signed number."""
    value %= 1 << bits
    return value - (1 << bits) if value >> (bits - 1) else value


KINDS = {"judged": judged, "wild": wild, "worlds": play, "schedule": play_together}


if __name__ == "__main__":
    for number in range(int(sys.argv[2]), int(sys.argv[3])):
        print(number, flush=True)
        KINDS[sys.argv[1]](number)
