"""Going to a point in time, and starting over."""

from __future__ import annotations

from emu.debug.control.stop import Stop
from emu.errors import EmuError, did_you_mean

POINTS = ("tick", "cycle", "insn", "event", "fault", "syscall", "start", "end")


class Travel:
    """The part of a Session that moves to named points of time."""

    def goto(self, what: str, n: int = 0) -> Stop:
        """To tick, cycle, instruction, event, fault or system call n; to the start, or the furthest end."""
        if what not in POINTS:
            raise EmuError(
                f"there is no point in time called {what!r}", hint=did_you_mean(what, POINTS) or ", ".join(POINTS)
            )
        engine, pid, here = self.engine, self.pid, self.engine.tick
        if what == "start":
            self.travel(engine.start_tick)
        elif what == "end":
            self.travel(engine.end_tick)
        else:
            try:
                getattr(self, f"goto_{what}")(n)
            except EmuError:  # there is no such point: stay
                self.travel(here)
                self.choose(pid)
                raise
        self.choose(pid)
        return self.stop("exit" if self.kernel.exit is not None else "goto")

    def goto_tick(self, n: int) -> None:
        """A tick, forwards too."""
        self.travel(n)
        if self.engine.tick < n and not self.engine.is_interrupted:
            raise EmuError(f"the program ends at tick {self.engine.tick:,}", hint="goto end goes to the furthest one")

    def goto_insn(self, n: int) -> None:
        """Where so many instructions have completed, on all harts together. A tick completes one at most."""
        engine = self.engine
        self.travel(min(n, engine.end_tick) if n < engine.insns else engine.tick)
        while engine.insns < n:
            before = engine.tick
            self.travel(before + n - engine.insns)
            if engine.tick == before:
                raise EmuError(f"the program ends after {engine.insns:,} instructions")

    def goto_cycle(self, n: int) -> None:
        """The first tick at which some clock has reached a cycle."""
        engine = self.engine
        if engine.cycle < n:
            self.travel(engine.end_tick)
        low, high = engine.start_tick, engine.tick
        if engine.cycle < n:
            self.run_to_cycle(n)
            return
        while low < high:
            middle = (low + high) // 2
            self.travel(middle)
            low, high = (middle + 1, high) if engine.cycle < n else (low, middle)
        self.travel(low)

    def run_to_cycle(self, n: int) -> None:
        """Beyond what was lived through; nothing stops it but the end."""
        with self.engine.quietly():
            cause = self.forward(until_cycle=n)
        if cause.kind in ("exit", "deadlock"):
            raise EmuError(
                f"the program ends at cycle {self.engine.cycle:,}", hint="goto end goes to the furthest tick"
            )

    def goto_event(self, n: int) -> None:
        """Just before the n-th thing that is recorded, counted from 1."""
        self.goto_recorded("event", (), n)

    def goto_fault(self, n: int) -> None:
        """Just before the n-th page fault, as `faults` counts them."""
        self.goto_recorded("fault", ("fault",), n)

    def goto_syscall(self, n: int) -> None:
        """Just before the n-th system call."""
        self.goto_recorded("syscall", ("sys_enter",), n)

    def goto_recorded(self, what: str, kinds: tuple[str, ...], n: int) -> None:
        """To a record; only what was lived through while listening is recorded."""
        happened = self.engine.events(kinds, until=self.engine.end_tick + 1)
        if kinds == ("sys_enter",):
            happened = [each for each in happened if not each.what.fields["again"]]
        if not 0 < n <= len(happened):
            raise EmuError(f"there is no {what} {n}", hint=f"{len(happened):,} are recorded, counted from 1")
        self.travel(happened[n - 1].tick)
