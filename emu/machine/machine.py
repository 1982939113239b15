"""The machine as Python sees it: physical memory, harts, one `run`, and views of the state that jitted code has."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from emu.isa.paging import SCHEMES
from emu.machine.config import Config, ConfigError
from emu.machine.counters import COUNTER_NAMES
from emu.machine.doors import code_changed, forget_hits, run_timed, run_untimed, satp_changed, sfence
from emu.machine.events import EV, KIND_NAMES
from emu.machine.execute import NEVER_ENDS
from emu.machine.hart import Hart
from emu.machine.ledger import LEDGER_NAMES
from emu.machine.look import Event, Walk, walk_tables
from emu.machine.setup import set_up
from emu.machine.state import BREAKS, CATCHES, EVENTS, MACHINE, SLOTS, WATCHES, lazy_memory
from emu.machine.stops import STOP_BUDGET
from emu.machine.warm import reporting

CHUNK = 4_000_000  # instructions between two chances for a signal handler to run
UNLIMITED = (1 << 62) - 1


class Machine:
    """N harts, their caches and TLBs, and physical memory from address 0. Hardware only: no kernel in it.

    ram, ram32, ram64: memoryviews of physical memory as bytes, 32-bit and 64-bit little-endian cells.
    has_fd: F and D are executed.
    """

    has_fd = True

    def __init__(self, config: Config, xlen: int = 64, harts: int | None = None) -> None:
        self.config, self.xlen = config, xlen
        self.hart_count = harts or config["harts"]
        self.timed = config["timing"] != "off"
        self.page_count = config["ram"] >> 12
        self.state_bytes = lazy_memory(MACHINE.itemsize)
        self._state = np.frombuffer(self.state_bytes, dtype=MACHINE, count=1)
        self.state = self._state[0]
        self._traced = self._caught_kinds = 0
        set_up(self.state, config, xlen, self.hart_count)
        self._give_memory(config["ram"])
        self.harts = [Hart(self, k) for k in range(self.hart_count)]
        self.harts[0].online = True
        self._door = run_timed if self.timed else run_untimed
        self.costs = {key[6:]: value for key, value in config.values.items() if key.startswith("costs.")}

    def _give_memory(self, size: int) -> None:
        """Physical memory; and, with several harts, the directory of who may hold each line: 8 bytes a line."""
        memory = lazy_memory(size)
        self.ram = memoryview(memory)
        self.ram32, self.ram64 = self.ram.cast("I"), self.ram.cast("Q")
        self._arrays = [np.frombuffer(memory, dtype=np.uint8)]
        self.state.ram_at = self._arrays[0].ctypes.data
        if self.timed and self.hart_count > 1:
            self._arrays.append(np.frombuffer(lazy_memory((size >> self.state.line_shift) * 8), dtype=np.uint8))
            self.state.dir_at = self._arrays[1].ctypes.data
        slots = MACHINE.fields["code_slot"][1]
        self._code_slots = memoryview(self.state_bytes)[slots : slots + 4 * self.page_count].cast("i")

    # ---------------------------------------------------------------------------------------------------------- run

    def warm(self, progress: Callable[[str, float], None] | None = None) -> None:
        """Have everything compiled that a run needs.

        `progress(what, fraction)` is called only if something is not cached.
        """
        with reporting(progress):
            self._door(self._state, 0, 0, NEVER_ENDS)
            sfence(self._state, 0, -1, -1)
            satp_changed(self._state, 0)
            code_changed(self._state, 0)
            forget_hits(self._state)
        self.state.hart[0]["count"][:] = 0

    def run(self, max_insns: int = UNLIMITED, until_cycle: int | None = None, hart: int | None = None) -> int:
        """Run until a trap, a limit or a stop; returns a STOP_ reason, and `stopped` is the hart it concerns.

        With hart=None all online harts run, interleaved by their clocks. STOP_TRAP: the hart's cause, tval and pc.
        """
        only = -1 if hart is None else hart
        until = NEVER_ENDS if until_cycle is None else until_cycle
        while True:
            part = min(max_insns, CHUNK)
            before = self.instructions if max_insns > CHUNK else 0
            reason = self._door(self._state, only, part, until)
            if reason != STOP_BUDGET or max_insns <= CHUNK:
                return reason
            max_insns -= self.instructions - before

    @property
    def instructions(self) -> int:
        """Instructions retired by all harts."""
        return sum(h.instret for h in self.harts)

    @property
    def stopped(self) -> int:
        """The hart that the last return of `run` concerns."""
        return int(self.state.stopped)

    def stop(self) -> None:
        """Ask `run` to return STOP_EXTERNAL soon; may be called from a signal handler. `clear_stop` takes it back."""
        self.state.stop = 1

    def clear_stop(self) -> None:
        """Let `run` run again after `stop`."""
        self.state.stop = 0

    # --------------------------------------------------------------------------------------------- the kernel's doors

    def charge(self, hart: int, cause: int, cycles: int) -> None:
        """Add cycles to a hart's clock, in the ledger under a LEDGER_ cause."""
        self.harts[hart].charge(cause, cycles)

    def code_changed(self, ppn: int) -> None:
        """The kernel wrote to this frame or gave it a new owner: forget its predecoded instructions."""
        if self._code_slots[ppn]:
            code_changed(self._state, ppn)

    def sfence(self, hart: int, va: int = -1, asid: int = -1) -> None:
        """Drop TLB entries of a hart: of one page, one address space, both, or all."""
        sfence(self._state, hart, va, asid)

    def satp_changed(self, hart: int) -> None:
        """A hart entered another address space or privilege: what the filters know no longer holds."""
        satp_changed(self._state, hart)

    # ---------------------------------------------------------------------------------- breakpoints and watchpoints

    def set_breakpoints(self, addresses: Iterable[int]) -> None:
        """Stop before the instruction at any of these *physical* addresses (at most BREAKS).

        They cost nothing elsewhere: lines of code without one are entered as ever.
        """
        m, new = self.state, sorted(set(addresses))
        if len(new) > BREAKS:
            raise ConfigError(f"{len(new)} breakpoints: the machine has {BREAKS}")
        old = [int(pa) for pa in m.break_at[: m.break_count]]
        m.break_at[: len(new)] = new
        m.break_count = m.break_lines = len(new)
        for pa in {*old, *new}:
            self._decode_anew(pa)
        if new != old:
            self._ask_ahead()

    def _ask_ahead(self) -> None:
        """Lines with breakpoints, and all while there are watchpoints, ask at each entry whether one stands there."""
        m = self.state
        m.halts = m.break_lines or m.watch_count
        forget_hits(self._state)

    def _decode_anew(self, pa: int) -> None:
        page = self._code_slots[pa >> 12] if 0 <= pa >> 12 < self.page_count else 0
        if page:
            self.state.code[page * SLOTS + (pa & 4095) // 2] = (0, 0, 0, 0, 0)

    def set_watchpoints(self, ranges: Iterable[tuple[int, int, int]]) -> None:
        """Stop before accesses to virtual (low, high, kinds): kinds 1 loads, 2 stores, 3 both. At most WATCHES.

        Accesses to pages without a watchpoint cost nothing more.
        """
        m, new = self.state, list(ranges)
        if len(new) > WATCHES:
            raise ConfigError(f"{len(new)} watchpoints: the machine has {WATCHES}")
        for k, row in enumerate(new):
            m.watch_lo[k], m.watch_hi[k], m.watch_kind[k] = row
        m.watch_count = len(new)
        self._ask_ahead()

    def step_over(self, hart: int, until_cycle: int | None = None) -> int:
        """Run one instruction of a hart although a breakpoint or watchpoint stands there. Returns a STOP_ reason.

        until_cycle: the limit of the run that was stopped; the harts then go on as if it had not been.
        """
        m, h = self.state, self.harts[hart]
        self._lift_breakpoints(0)
        h.pass_watch = 1
        try:
            return self.run(max_insns=1, until_cycle=until_cycle, hart=None if m.turn == hart + 1 else hart)
        finally:
            h.pass_watch = 0
            self._lift_breakpoints(m.break_lines)

    def _lift_breakpoints(self, count: int) -> None:
        """Let only the first of the breakpoints stop, while all keep their places."""
        m = self.state
        m.break_count = count
        for pa in m.break_at[: m.break_lines]:
            self._decode_anew(int(pa))

    def end_turn(self) -> None:
        """Forget which hart was running in the middle of its turn: somebody has changed registers or memory."""
        self.state.turn = 0

    # --------------------------------------------------------------------------------------------------------- events

    def trace(self, *kinds: str) -> None:
        """Record these kinds of events (names of `events.KINDS`; none: off) from now on."""
        self._traced = sum(1 << EV[kind] for kind in kinds)
        self._set_mask()

    def set_catches(self, catches: Iterable[tuple[str, int, int, int, int]]) -> None:
        """Stop (STOP_EVENT) after an instruction that logs an event of a kind, low <= a <= high, c & mask == value.

        `caught` then is the number of the catch + 1. The kinds are recorded while they are waited for.
        """
        m, new = self.state, list(catches)
        if len(new) > CATCHES:
            raise ConfigError(f"{len(new)} catches of hardware events: the machine has {CATCHES}")
        for k, (kind, *row) in enumerate(new):
            m.catch[k] = (EV[kind], *row)
        m.catch_count = len(new)
        self._caught_kinds = sum({1 << EV[kind] for kind, *_ in new})
        self._set_mask()

    def _set_mask(self) -> None:
        self.state.event_mask = self._traced | self._caught_kinds

    @property
    def caught(self) -> int:
        """The catch that the last `run`, or the kernel since, has met, by its number + 1; 0: none."""
        return int(self.state.caught)

    def events(self, since: int = 0) -> list[Event]:
        """The recorded events from number `since` on, as far as the ring still holds them, oldest first."""
        total = int(self.state.event_count)
        rows = (self.state.event[n & (EVENTS - 1)] for n in range(max(since, total - EVENTS), total))
        return [Event(KIND_NAMES[e.kind], *(int(e[name]) for name in Event._fields[1:])) for e in rows]

    # -------------------------------------------------------------------------------------------------------- looking

    def walk(self, satp: tuple[int, int] | int, va: int, hart: int = 0) -> Walk:
        """The entries that a translation of va would read, without any side effect.

        satp: (mode, root ppn) or the register.
        """
        mode, root = satp if isinstance(satp, tuple) else self.split_satp(satp)
        if mode not in SCHEMES:
            return Walk([], va if va < len(self.ram) else None, 4096)
        return walk_tables(self, SCHEMES[mode], root, va)

    def split_satp(self, satp: int) -> tuple[int, int]:
        """(mode, root ppn) of a satp value."""
        if self.xlen == 32:
            return (satp >> 31) & 1, satp & 0x3FFFFF
        return (satp >> 60) & 15, satp & ((1 << 44) - 1)

    def counters(self, hart: int | None = None) -> dict[str, int]:
        """Counters by name, of one hart or summed."""
        rows = [self.state.hart[k]["count"] for k in self._which(hart)]
        return dict(zip(COUNTER_NAMES, (int(n) for n in sum(rows)), strict=True))

    def ledger(self, hart: int | None = None) -> dict[str, int]:
        """Cycles by cause, of one hart or summed; they add up to the clock(s)."""
        rows = [self.state.hart[k]["ledger"] for k in self._which(hart)]
        return dict(zip(LEDGER_NAMES, (int(n) for n in sum(rows)), strict=True))

    def _which(self, hart: int | None) -> range:
        return range(self.hart_count) if hart is None else range(hart, hart + 1)
