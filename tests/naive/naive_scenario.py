"""Random worlds for both machines: geometry, page tables, programs, and a kernel of dice that repairs and flushes."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "machine"))

from machine_float_operands import random_double, random_single
from machine_programs import ANY, FLOATING, ODD, SP, UNICORN, WIDE, Generator, corner
from naive_compare import deep_difference, hart_difference
from naive_machine import NaiveMachine

from emu.isa.paging import PAGING_BARE, PAGING_SV32, PAGING_SV39, PAGING_SV48, SCHEMES
from emu.machine import Machine, load_config
from emu.machine.check import check_all
from emu.machine.config import CACHES, POLICIES, TLBS
from emu.machine.execute import STOP_BUDGET, STOP_DEADLINE, STOP_TRAP

PAGES = 256
V, R, W, X, U, G, A, D = (1 << bit for bit in range(8))
EVERYTHING = (*UNICORN, "Zba", "Zbb", "Zbs", "Zicond", *FLOATING)
CODE_PAGES, DATA_PAGES, TABLE_PAGES = range(2, 12), range(16, 48), range(64, PAGES)


def random_geometry(rng: random.Random, timing: str | None = None) -> dict:
    """Overrides of the toy preset: caches of a few lines, TLBs of a few entries, every policy and flag."""
    line = rng.choice((16, 16, 32, 64, 128, 256))
    out: dict = {"cache.line": line, "ram": PAGES * 4096, "quantum": rng.choice((1, 16, 64))}
    out["timing"] = timing or rng.choice(("full", "full", "full", "simple"))
    for unit in CACHES:
        policy = rng.choice(POLICIES)
        ways = rng.choice((1, 2, 4, 8)) if policy == "plru" else rng.choice((1, 2, 3, 4, 5, 8, 9, 12))
        sets = rng.choice((1, 2, 4, 8))
        out |= {f"{unit}.replacement": policy, f"{unit}.ways": ways, f"{unit}.size": ways * sets * line}
        out[f"{unit}.latency"] = rng.choice((0, 0, 1, 3, 10))
        for flag in ("write_through", "write_allocate"):
            if unit != "l1i":
                out[f"{unit}.{flag}"] = rng.random() < (0.3 if flag == "write_through" else 0.7)
        if unit in ("l2", "llc"):
            out[f"{unit}.inclusive"] = rng.random() < 0.6
    for unit in TLBS:
        policy = rng.choice(POLICIES)
        ways = rng.choice((1, 2, 4)) if policy == "plru" else rng.choice((1, 2, 3, 4, 5))
        out |= {f"{unit}.replacement": policy, f"{unit}.ways": ways, f"{unit}.entries": ways * rng.choice((1, 2, 4))}
    for cost in ("load_use", "taken", "mispredict", "mul", "div", "l2tlb", "upgrade", "invalidate", "intervention"):
        out[f"costs.{cost}"] = rng.randrange(30)
    for cost in ("add", "mul", "div", "sqrt"):
        out[f"costs.fp_{cost}"] = rng.randrange(9)
    return out | {
        "costs.dram": rng.randrange(200),
        "costs.write_through": rng.randrange(5),
        "costs.fence": rng.randrange(9),
    }


class Space:
    """A page table, written into both memories."""

    def __init__(self, world: World, mode: int, asid: int) -> None:
        self.world, self.mode, self.asid = world, mode, asid
        self.scheme = SCHEMES.get(mode)
        self.root = world.new_frame() if self.scheme else 0
        self.leaves: dict[int, int] = {}  # page address -> where its leaf entry lies

    def map(self, va: int, frame: int, flags: int, height: int = 0) -> None:
        """Enter a leaf `height` levels above the last."""
        if not self.scheme:
            return
        size, world = self.scheme.pte_size, self.world
        table = self.root
        for depth, level in enumerate(self.scheme.levels):
            at = (table << 12) + level.index(va) * size
            if depth == len(self.scheme.levels) - 1 - height:
                world.poke(at, frame << 10 | flags, size)
                self.leaves[va] = at
                return
            pte = world.peek(at, size)
            if pte & (V | R | X) != V:
                table = world.new_frame()
                world.poke(at, table << 10 | V, size)
            else:
                table = pte >> 10


class World:
    """Both machines, and dice."""

    def __init__(self, seed: int, timing: str | None = None, harts: int | None = None, xlen: int | None = None) -> None:
        self.rng = rng = random.Random(seed)
        self.xlen = xlen or rng.choice((32, 64, 64))
        self.hart_count = harts or rng.choice((1, 1, 2, 3, 4))
        self.config = load_config("toy", random_geometry(rng, timing))
        self.fast = Machine(self.config, self.xlen, self.hart_count)
        self.slow = NaiveMachine(self.config, self.xlen, self.hart_count)
        self.frames = list(TABLE_PAGES)
        self.log: list[str] = []
        modes = (PAGING_BARE, PAGING_SV32) if self.xlen == 32 else (PAGING_BARE, PAGING_SV39, PAGING_SV48)
        self.mode = rng.choice((*modes, *modes[1:]))
        self.fill_memory()
        self.code_at = self.random_base(0x10) if self.mode else CODE_PAGES[0] << 12
        self.data_at = self.random_base(0x400) if self.mode else DATA_PAGES[0] << 12
        self.huge_at = self.random_base(1 << 20) if self.mode else 0
        self.spaces = [self.random_space(k) for k in range(rng.randint(1, 3) if self.mode else 1)]
        self.programs = [self.random_program() for _ in range(4)]
        for k in range(self.hart_count):
            self.both(k, "priv", rng.choice((0, 0, 1)) if self.mode else 3)
            self.enter(k, rng.choice(self.spaces))
            self.start(k)
            self.fast.harts[k].online = 1

    # ------------------------------------------------------------------------------------------------------- both sides

    def both(self, k: int, name: str, value: int) -> None:
        """Set an attribute of a hart in both machines."""
        setattr(self.fast.harts[k], name, value)
        setattr(self.slow.harts[k], name, value)

    def set_x(self, k: int, register: int, value: int) -> None:
        """Set a register in both machines."""
        self.fast.harts[k].x[register] = self.slow.harts[k].x[register] = self.slow.harts[k].wrap(value)

    def set_f(self, k: int, register: int, pattern: int) -> None:
        """Set a floating-point register in both machines."""
        self.fast.harts[k].f[register] = pattern - (pattern >> 63 << 64)
        self.slow.harts[k].f[register] = pattern

    def poke(self, at: int, value: int, size: int) -> None:
        """Write physical memory, as a kernel does."""
        data = value.to_bytes(size, "little")
        self.fast.ram[at : at + size] = data
        self.slow.ram[at : at + size] = data

    def peek(self, at: int, size: int) -> int:
        """Read physical memory."""
        return int.from_bytes(self.slow.ram[at : at + size], "little")

    def new_frame(self) -> int:
        """An empty frame for a table."""
        frame = self.frames.pop()
        self.poke(frame << 12, 0, 4096)
        return frame

    # ----------------------------------------------------------------------------------------------------------- set-up

    def fill_memory(self) -> None:
        """Random data."""
        for page in DATA_PAGES:
            data = self.rng.randbytes(4096)
            self.fast.ram[page << 12 : (page + 1) << 12] = self.slow.ram[page << 12 : (page + 1) << 12] = data

    def random_base(self, pages: int) -> int:
        """Somewhere in the address space, at a multiple of some pages, in either half of it."""
        bits = SCHEMES[self.mode].va_bits
        value = self.rng.getrandbits(bits - 12) // pages * pages << 12
        value = (1 << bits) - 1 - value >> 24 << 24 if self.rng.random() < 0.3 else value
        return value - (1 << bits) if value >> (bits - 1) else value

    def flags(self, kind: str) -> int:
        """A leaf's bits, nearly always good ones."""
        rng = self.rng
        user = U if rng.random() < 0.9 else 0
        rights = {"code": R | X, "data": R | W}[kind]
        if rng.random() < 0.1:
            rights = rng.choice((0, R, R | W, W, X, R | X, R | W | X))
        return V * (rng.random() < 0.95) | rights | user | G * (rng.random() < 0.1) | rng.choice((0, A, A | D, A | D))

    def random_space(self, number: int) -> Space:
        """An address space: code and data pages, some shared, some broken, and a huge page over all memory."""
        rng = self.rng
        space = Space(self, self.mode, number + rng.choice((0, 5)))
        for k, frame in enumerate(CODE_PAGES):
            space.map(self.code_at + (k << 12), frame, self.flags("code"))
        for k in range(len(DATA_PAGES)):
            space.map(self.data_at + (k << 12), rng.choice(DATA_PAGES), self.flags("data"))
        if self.mode:
            height = rng.randrange(1, len(space.scheme.levels))
            shift = 12 + height * (9 if self.xlen == 64 else 10)
            self.huge_at = self.huge_at >> shift << shift
            if self.huge_at >> shift not in {
                a >> shift for a in (self.code_at, self.data_at, self.data_at + (31 << 12))
            }:
                space.map(self.huge_at, rng.choice((0, 0, 0, 1)), self.flags("data"), height)
        return space

    def random_program(self):
        """Code somewhere in the code pages."""
        rng = self.rng
        made = Generator(rng.getrandbits(40), self.xlen, EVERYTHING, rng.randint(5, 50)).program()
        page = rng.randrange(len(CODE_PAGES) - 1)
        base = self.code_at + (page << 12) + rng.choice((0, 2 * rng.randrange(1800), 4096 - 2 * rng.randint(1, 90)))
        program = replace(made, base=base)
        code = program.encode()
        at = (CODE_PAGES[0] << 12) + base - self.code_at
        self.fast.ram[at : at + len(code)] = self.slow.ram[at : at + len(code)] = code
        return program

    def enter(self, k: int, space: Space) -> None:
        """Switch a hart to an address space."""
        self.fast.harts[k].set_address_space(space.mode, space.asid, space.root)
        self.slow.harts[k].set_address_space(space.mode, space.asid, space.root)

    def pointer(self) -> int:
        """An address in the data pages, or through the huge page."""
        rng = self.rng
        if self.mode and rng.random() < 0.15:
            return self.huge_at + (rng.choice(DATA_PAGES) << 12) + rng.randrange(4096)
        if rng.random() < 0.01:
            return corner(rng, self.xlen)
        near = rng.choice((rng.randrange(4096), 0, 4096 - 8, 8 * rng.randrange(8)))
        page = rng.randrange(1, 3) if rng.random() < 0.4 else rng.randrange(1, len(DATA_PAGES) - 1)
        return self.data_at + (page << 12) + near

    def point(self, k: int) -> None:
        """New addresses in the pointer registers."""
        self.set_x(k, SP, self.pointer() & -8)
        self.set_x(k, WIDE, self.pointer() & -8)
        self.set_x(k, ODD, self.pointer() + self.rng.randint(-3, 3))
        self.set_x(k, ANY, self.pointer())

    def start(self, k: int) -> None:
        """A program from its beginning, with fresh registers."""
        program = self.rng.choice(self.programs)
        for register in range(1, 32):
            self.set_x(k, register, program.x[register])
        for register in range(32):
            self.set_f(k, register, self.rng.choice((random_double, random_single))(self.rng))
        self.point(k)
        self.both(k, "pc", program.base)

    # ----------------------------------------------------------------------------------------------------------- events

    def run(self, k: int, count: int) -> None:
        """Run a hart on both sides, and what a kernel does after a trap."""
        before = self.slow.harts[k].instret
        self.fast.end_turn()
        fast = self.fast.run(max_insns=count, hart=k)
        slow = self.slow.harts[k].run(count)
        done = self.slow.harts[k].instret - before
        self.log.append(f"run hart {k} {count}: {slow} after {done}")
        assert (fast, slow) in ((STOP_BUDGET, "budget"), (STOP_TRAP, "trap")), f"{fast} {slow}"
        if slow == "trap":
            trap, hart = self.slow.harts[k].trap, self.fast.harts[k]
            self.log.append(f"  cause {trap.cause} tval {trap.tval:#x} pc {self.slow.harts[k].pc:#x}")
            assert (hart.cause, hart.tval) == (trap.cause, trap.tval), f"{hart.cause} {hart.tval:#x}"
            assert self.fast.stopped == k
            self.check()
            self.handle(k, trap)

    def run_together(self, cycles: int) -> None:
        """All harts, until each is that much further than the first is now; traps are served on the way."""
        until = min(h.clock for h in self.slow.harts if h.online) + cycles
        for _ in range(300):
            fast = self.fast.run(until_cycle=until)
            slow, k = self.slow.run_all(until)
            self.log.append(f"run all until {until}: {slow} on hart {k}")
            if slow == "deadline":
                assert fast == STOP_DEADLINE, fast
                return
            assert (fast, self.fast.stopped) == (STOP_TRAP, k), (fast, self.fast.stopped)
            self.check()
            self.handle(k, self.slow.harts[k].trap)

    def handle(self, k: int, trap) -> None:
        """Repair the page, or go elsewhere."""
        rng = self.rng
        space = next(s for s in self.spaces if s.root == self.slow.harts[k].root)
        page = trap.tval & -4096
        if trap.cause in (12, 13, 15) and page in space.leaves and rng.random() < 0.7:
            at, size = space.leaves[page], space.scheme.pte_size
            user = U if self.slow.harts[k].priv == 0 else 0
            kept = self.peek(at, size) & ~0x3FF & ~(1 << 63 if size == 8 else 0)
            rights = R | X if trap.cause == 12 else R | W
            self.poke(at, kept | V | rights | user | rng.choice((0, A, A | D)), size)
            if rng.random() < 0.9:
                self.flush(k, page, None)
            return
        if trap.cause == 3 or rng.random() < 0.5:
            self.start(k)
        else:
            self.point(k)
            if rng.random() < 0.3:
                self.start(k)

    def flush(self, k: int, va: int | None, asid: int | None) -> None:
        """SFENCE.VMA."""
        self.log.append(f"sfence hart {k} {va} {asid}")
        self.fast.harts[k].sfence(va, asid)
        self.slow.harts[k].sfence(va, asid)

    def disturb(self) -> None:
        """A leaf changes, with or without a flush."""
        rng, space = self.rng, self.rng.choice(self.spaces)
        if not space.leaves:
            return
        va = rng.choice(list(space.leaves))
        at, size = space.leaves[va], space.scheme.pte_size
        kind = "code" if self.code_at <= va < self.code_at + (len(CODE_PAGES) << 12) else "data"
        self.poke(at, self.peek(at, size) & ~0xFF | self.flags(kind), size)
        self.log.append(f"pte of {va:#x} at {at:#x} now {self.peek(at, size):#x}")
        for k in range(self.hart_count):
            if rng.random() < 0.7:
                self.flush(k, rng.choice((va, va, None)), None)

    def step(self) -> None:
        """One random event."""
        rng, k = self.rng, self.rng.randrange(self.hart_count)
        dice = rng.random()
        if dice < 0.72:
            self.run(k, rng.choice((1, 2, 3, 5, 10, 30, 100, 400)))
        elif dice < 0.86:
            self.log.append(f"point {k}")
            self.point(k)
        elif dice < 0.88:
            self.follow(k, rng.randrange(self.hart_count))
        elif dice < 0.91:
            space = rng.choice(self.spaces)
            self.log.append(f"hart {k} enters asid {space.asid}")
            self.enter(k, space)
        elif dice < 0.94:
            self.flush(k, rng.choice((None, self.data_at + (rng.randrange(32) << 12))), rng.choice((None, 0, 1, 5)))
        elif dice < 0.97:
            self.disturb()
        else:
            self.start(k)

    def follow(self, k: int, leader: int) -> None:
        """A hart goes where another one is, and does the same to the same data: contention."""
        self.log.append(f"hart {k} follows {leader}")
        first = self.slow.harts[leader]
        self.enter(k, next(s for s in self.spaces if s.root == first.root))
        for register in range(1, 32):
            self.set_x(k, register, first.x[register])
        self.both(k, "pc", first.pc)
        for _ in range(6):
            self.run(self.rng.choice((k, leader)), self.rng.choice((1, 1, 2, 3, 5)))

    def check(self) -> None:
        """Small state must agree."""
        found = [text for k in range(self.hart_count) if (text := hart_difference(self.fast, self.slow, k))]
        assert not found, "\n".join(found)

    def check_deeply(self) -> None:
        """All state must agree."""
        self.check()
        found = deep_difference(self.fast, self.slow)
        assert not found, found
        check_all(self.fast)


def play(seed: int, steps: int = 60, deep_every: int = 20, make=World, **options) -> World:
    """Build the world of a seed and let it happen. Raises AssertionError with the story."""
    world = make(seed, **options)
    for k in range(steps):
        try:
            world.step()
            world.check()
            if k % deep_every == deep_every - 1:
                world.check_deeply()
        except AssertionError as error:
            story = "\n".join(world.log[-8:])
            raise AssertionError(
                f"seed {seed}, step {k}, RV{world.xlen}, mode {world.mode}\n{story}\n{error}"
            ) from error
    world.check_deeply()
    return world


def play_together(seed: int, steps: int = 12, **options) -> World:
    """As `play`, with all harts running under the machine's own schedule."""
    world = World(seed, **options)
    for k in range(steps):
        try:
            if world.hart_count > 1 and world.rng.random() < 0.3:
                number = world.rng.randrange(1, world.hart_count)
                online = not world.slow.harts[number].online
                world.both(number, "online", online)
            world.run_together(world.rng.choice((1, 50, 300, 2000, 10000)))
            world.check_deeply()
        except AssertionError as error:
            story = "\n".join(world.log[-8:])
            raise AssertionError(f"seed {seed}, step {k}, RV{world.xlen}\n{story}\n{error}") from error
    return world
