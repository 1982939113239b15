"""Where a run stops makes no difference to what happens: budgets, breakpoints, watchpoints and catches in mid-turn."""

import random

import pytest
from machine_box import CODE, DATA, Box, op
from machine_programs import ANY, ODD, SP, WIDE, WINDOW, WINDOW_SIZE, generate

from emu.isa.paging import PAGING_BARE, PAGING_SV32, PAGING_SV39
from emu.machine.kinds import KINDS
from emu.machine.stops import (
    STOP_BREAKPOINT,
    STOP_BUDGET,
    STOP_DEADLINE,
    STOP_EVENT,
    STOP_TRAP,
    STOP_WATCHPOINT,
)

RWX_LOW = range(0x4000, 0x16000, 0x1000)
TOTAL = 800


class Players:
    """Harts that run random programs over and over, with deadlines that cost whoever is furthest behind."""

    def __init__(self, seed, timing, harts, mode):
        rng = random.Random(seed)
        xlen = 32 if mode == PAGING_SV32 else 64
        self.box = box = Box(xlen, mode, harts, timing, quantum=rng.choice((1, 7, 64, 300)))
        for page in RWX_LOW if mode else ():
            box.map(page, page)
        self.machine, self.programs = box.machine, []
        for k, hart in enumerate(box.harts):
            program = generate(rng.getrandbits(30), xlen, size=rng.randint(5, 40))
            program.base += k * 0x1000 if program.base < CODE + 0x1000 else 0
            box.put(program.base, program.encode())
            box.machine.ram[WINDOW : WINDOW + WINDOW_SIZE] = program.window
            self.programs.append(program)
            self.start(hart)
        self.deadline, self.step, self.served = 500, rng.randint(50, 900), 0

    def start(self, hart):
        """A program from its beginning."""
        program = self.programs[hart.number]
        for register in range(1, 32):
            hart.x[register] = program.x[register]
        for register in (SP, WIDE, ODD, ANY):
            hart.x[register] = program.x[register]
        hart.pc = program.base

    def go(self, count):
        """Run `count` instructions, serving traps and deadlines. Returns how the last part ended."""
        goal, reason = self.machine.instructions + count, STOP_BUDGET
        while self.machine.instructions < goal:
            reason = self.machine.run(goal - self.machine.instructions, self.deadline)
            if reason == STOP_TRAP:
                self.served += 1
                self.machine.charge(self.machine.stopped, 0, 11)
                self.start(self.box.harts[self.machine.stopped])
            elif reason == STOP_DEADLINE:
                self.deadline += self.step
                self.machine.charge(self.machine.stopped, 0, 3)
            elif reason != STOP_BUDGET:
                return reason
        return reason

    def state(self, exact=True):
        """Everything that a program could notice; exact: also the stamps of recency, and the filters."""
        m, rows = self.machine.state, []
        names = ("pc", "x", "clock", "instret", "reserved", "ledger", "count", "bht", "csr", "ras", "ras_top")
        for k in range(self.machine.hart_count):
            h = m.hart[k]
            rows += [h[name].tolist() for name in (*names, *(("tick",) if exact else ()))]
            rows += [(h["fhit"]["tag"] & -2).tolist() for _ in range(exact)]
            rows += [h["fhit"][name].tolist() for name in ("delta", "tlb", "line") if exact]
            rows += [h["dhit"][name].tolist() for name in ("rtag", "wtag", "tlb", "line") if exact]
        last = int(m.cache[3].first + m.cache[3].sets * m.cache[3].ways)
        for name in ("line_tag", *(("line_used", "line_filled", "line") if exact else ())):
            rows.append(m[name][:last].tolist())
        return rows, bytes(self.machine.ram), self.served


cases = pytest.mark.parametrize("timing", ["full", "simple", "off"])
worlds = pytest.mark.parametrize(
    ("seed", "harts", "mode"),
    [(1, 1, PAGING_BARE), (2, 2, PAGING_SV39), (3, 3, PAGING_SV32), (4, 1, PAGING_SV39), (5, 4, PAGING_BARE)],
)


@cases
@worlds
def test_any_parts_make_the_same_whole(seed, harts, mode, timing):
    """In one go, in random parts and one by one, the machine ends in the same state to the last stamp."""
    for sub in range(4):
        key, rng = (seed * 100 + sub, timing, harts, mode), random.Random(sub)
        whole, single, parts = Players(*key), Players(*key), Players(*key)
        whole.go(TOTAL)
        for _ in range(TOTAL):
            single.go(1)
        left = TOTAL
        while left:
            count = min(left, rng.choice((1, 2, 3, 10, 40, 200)))
            parts.go(count)
            left -= count
        assert single.state() == whole.state(), (seed, sub)
        assert parts.state() == whole.state(), (seed, sub)


@cases
@worlds
def test_events_know_their_instruction(seed, harts, mode, timing):
    """The count of completed instructions that each event carries is exact, however the run is cut."""
    key, everything = (seed, timing, harts, mode), (*KINDS,)
    whole, single = Players(*key), Players(*key)
    whole.machine.trace(*everything)
    single.machine.trace(*everything)
    whole.go(300)
    for done in range(300):
        first = int(single.machine.state.event_count)
        single.go(1)
        assert all(done <= event.at <= done + 1 for event in single.machine.events(first))
    assert single.machine.events() == whole.machine.events()


@cases
@worlds
def test_breakpoints_change_nothing(seed, harts, mode, timing):
    """Stopping at every second instruction of the programs and going on leaves the state of a run without them."""
    key = (seed, timing, harts, mode)
    plain, stopped = Players(*key), Players(*key)
    for program in stopped.programs:
        stopped.machine.set_breakpoints(sorted(set(program.addresses()[::2]))[:200])
    plain.go(TOTAL)
    stops, machine = 0, stopped.machine
    while machine.instructions < TOTAL:
        if stopped.go(TOTAL - machine.instructions) == STOP_BREAKPOINT:
            stops += 1
            reason = machine.step_over(machine.stopped, stopped.deadline)
            if reason == STOP_TRAP:
                stopped.served += 1
                machine.charge(machine.stopped, 0, 11)
                stopped.start(machine.harts[machine.stopped])
    assert stops > 10
    assert stopped.state() == plain.state()


@cases
@worlds
def test_a_stop_is_a_moment_of_every_run(seed, harts, mode, timing):
    """At breakpoints and watchpoints the state is that of a run that is cut there by its budget: nothing is fetched."""
    key = (seed, timing, harts, mode)
    plain, stopped = Players(*key), Players(*key)
    middle, machine, compared = WINDOW + WINDOW_SIZE // 2, stopped.machine, 0
    machine.set_watchpoints([(middle - 4096, middle + 4096, 3)])
    machine.set_breakpoints(sorted({pa for program in stopped.programs for pa in program.addresses()[::2]})[:200])
    while machine.instructions < TOTAL // 2:
        if stopped.go(TOTAL // 2 - machine.instructions) not in (STOP_BREAKPOINT, STOP_WATCHPOINT):
            continue
        plain.go(machine.instructions - plain.machine.instructions)
        if (plain.deadline, plain.served) == (stopped.deadline, stopped.served):  # both are before the same deadline
            assert stopped.state(exact=False) == plain.state(exact=False)
            compared += 1
        if machine.step_over(machine.stopped, stopped.deadline) == STOP_TRAP:
            stopped.served += 1
            machine.charge(machine.stopped, 0, 11)
            stopped.start(machine.harts[machine.stopped])
    assert compared > 10


@cases
@worlds
def test_watchpoints_change_nothing(seed, harts, mode, timing):
    """Stopping at accesses and going on leaves what a program can notice of a run without watchpoints."""
    key = (seed, timing, harts, mode)
    plain, stopped = Players(*key), Players(*key)
    middle = WINDOW + WINDOW_SIZE // 2
    stopped.machine.set_watchpoints([(middle - 4096, middle + 4096, 3)])
    plain.go(TOTAL)
    machine = stopped.machine
    while machine.instructions < TOTAL:
        if stopped.go(TOTAL - machine.instructions) == STOP_WATCHPOINT:
            reason = machine.step_over(machine.stopped, stopped.deadline)
            if reason == STOP_TRAP:
                stopped.served += 1
                machine.charge(machine.stopped, 0, 11)
                stopped.start(machine.harts[machine.stopped])
    assert stopped.state(exact=False) == plain.state(exact=False)


@cases
@worlds
def test_catches_change_nothing(seed, harts, mode, timing):
    """Stopping after each instruction that filled a TLB or missed a cache and going on changes nothing."""
    key = (seed, timing, harts, mode)
    plain, stopped = Players(*key), Players(*key)
    everywhere = (-(1 << 63), (1 << 63) - 1, 0, 0)
    stopped.machine.set_catches([("cache_miss", *everywhere), ("tlb_fill", *everywhere)])
    plain.go(TOTAL)
    stops = 0
    while stopped.machine.instructions < TOTAL:
        stops += stopped.go(TOTAL - stopped.machine.instructions) == STOP_EVENT
    assert stops or (timing == "off" and mode == PAGING_BARE)
    assert stopped.state() == plain.state()


def walker():
    """Sixteen loads, each of its own line, twice over."""
    box = Box(**{"l1d.size": "4K"})
    at = CODE
    for _ in range(2):
        for k in range(16):
            at = box.put(at, op("lw", rd=5, rs1=10, imm=64 * k))
    box.harts[0].pc, box.harts[0].x[10] = CODE, DATA
    return box.machine


def test_a_catch_stops_after_the_instruction():
    """A miss in a range of addresses at one level stops behind the load that made it, once for each line."""
    machine = walker()
    machine.set_catches([("cache_miss", DATA + 128, DATA + 255, 15, 1)])
    stops = []
    while machine.run(max_insns=32 - machine.instructions) == STOP_EVENT:
        assert machine.caught == 1
        stops.append(machine.instructions)
    assert stops == [3, 4]
    assert machine.instructions == 32


def test_a_catch_of_a_transition():
    """The bits of c that the mask selects: a line that becomes Modified."""
    machine = walker()
    store = CODE + 4 * 32
    machine.ram[store : store + 4] = op("sw", rs1=10, rs2=5, imm=64)
    machine.set_catches([("mesi", 0, 1 << 40, 0xF, 3), ("mesi", 0, 1 << 40, 0xFF, 0x23)])
    assert machine.run(max_insns=40) == STOP_EVENT
    assert machine.instructions == 33
    assert machine.events()[-1].a == DATA + 64


def test_the_first_catch_is_named():
    """`caught` is the number of the catch that was met first; without catches nothing is recorded."""
    machine = walker()
    machine.set_catches([("cache_miss", 0, 10, 0, 0), ("cache_miss", DATA, DATA + 63, 15, 3)])
    assert machine.run(max_insns=40) == STOP_EVENT
    assert machine.caught == 2
    machine.set_catches([])
    before = int(machine.state.event_count)
    assert machine.run(max_insns=5) == STOP_BUDGET
    assert machine.state.event_count == before
