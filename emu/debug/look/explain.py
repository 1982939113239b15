"""`explain cycles`: what a function, line or address cost, instruction by instruction, cause by cause, exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emu.debug.look import code, turns
from emu.debug.look.explainview import blocks, cut_notes
from emu.debug.look.observe import tick, travel
from emu.debug.look.subject import machine_of
from emu.debug.view import View
from emu.errors import EmuError
from emu.machine.ledger import LEDGER_NAMES

TICKS, MOST_TICKS = 100_000, 5_000_000
ECALL = 0x73
NOBODY = (0, 0)  # what a hart that idles is charged to


class Sums:
    """Cycles by cause of each (pid, pc), how often it completed, and the instruction that was there."""

    def __init__(self) -> None:
        self.cycles: dict[tuple[int, int], list[int]] = {}
        self.counts: dict[tuple[int, int], int] = {}
        self.words: dict[tuple[int, int], int | None] = {}

    def add(self, key: tuple[int, int], old: list[int], new: list[int], retired: int) -> None:
        """One tick: the ledger before and after."""
        sums = self.cycles.setdefault(key, [0] * len(LEDGER_NAMES))
        for cause, (was, now) in enumerate(zip(old, new, strict=True)):
            if was != now:
                sums[cause] += now - was
        self.counts[key] = self.counts.get(key, 0) + retired

    def totals(self) -> dict[tuple[int, int], int]:
        """Cycles of each (pid, pc), but for those in which a hart idled."""
        return {key: sum(spent) for key, spent in self.cycles.items() if key != NOBODY}


def explain(session: Any, wanted: Callable[[int], bool], what: str, ticks: int = TICKS, dearest: bool = False) -> View:
    """Cycles of the instructions whose address is `wanted`, over the last `ticks`, replayed step by step. `dearest`: of
    many lines and instructions those are shown that cost most.
    """
    machine_of(session)
    engine, pid = session.engine, session.pid
    begin = max(engine.start_tick, engine.tick - min(ticks, MOST_TICKS))
    count = engine.tick - begin
    if not count:
        raise EmuError(
            "nothing has run yet: there are no cycles to explain", hint="continue, or stepi 1000, then ask again"
        )
    sums = Sums()
    with travel(session, begin):
        whole = gather(session, sums, count)
    rows = [row(session, key, sums) for key in sorted(sums.cycles) if key[0] == pid and wanted(key[1])]
    data: dict[str, Any] = {
        "what": what,
        "pid": pid,
        "from_tick": begin,
        "to_tick": begin + count,
        "instructions": rows,
        "passes": passes(rows),
        "cycles": sum(r["cycles"] for r in rows),
        "all_cycles": whole,
        "other_cycles": sum(n for key, n in sums.totals().items() if key[0] != pid),
        "idle_cycles": whole - sum(sums.totals().values()),
        "by_cause": causes(rows),
        "by_line": by_line(rows),
    }
    notes = (
        []
        if begin == engine.start_tick
        else [f"of the last {count:,} ticks; `explain cycles --ticks=N` looks further back"]
    )
    if not rows:
        notes.append(f"no instruction of {what} was executed in that time")
    if dearest:
        notes += cut_notes(data)
    return View("explain", data, blocks(session, data, dearest), notes)


def gather(session: Any, sums: Sums, count: int) -> int:
    """Step through and add up. Returns the cycles of all harts in that time."""
    engine, machine, kernel = session.engine, session.machine, session.kernel
    start = sum(hart.cycle for hart in machine.harts)
    harts, keep = machine.harts, kernel.xlen_mask
    for _ in range(count):
        number = turns.next_hart(machine)
        task = session.kernel.sched.running[number] if number is not None else None
        hart = harts[number or 0]
        key = (task.pid, hart.pc & keep) if task is not None else NOBODY
        if key not in sums.words:
            sums.words[key] = code.fetch(lambda at, n, pid=key[0]: session.read(at, n, pid), key[1])
        before, retired = hart._ledger.tolist(), hart.instret
        if not tick(engine):
            break
        done = hart.instret - retired or (sums.words[key] == ECALL and answered(session, task, key[1]))
        sums.add(key, before, hart._ledger.tolist(), int(done))
    return sum(hart.cycle for hart in machine.harts) - start


def answered(session: Any, task: Any, pc: int) -> bool:
    """Whether a system call, which never retires, is over: the task is behind it, or has ended."""
    return task.mm is None or session.registers(task.pid).pc & session.kernel.xlen_mask != pc


def place_of(session: Any, places: Any) -> Callable[[int], bool]:
    """What a location stands for: the instructions of a source line, of a whole function, or the one at an address."""
    line = getattr(places, "line", None)
    if line is not None:
        return lambda pc: session.source(pc) == line
    row = session.symbols.by_name.get(getattr(places, "text", ""))
    if row is None:
        return lambda pc: pc in places
    return lambda pc: row.start <= pc < session.symbols.end(row)


def row(session: Any, key: tuple[int, int], sums: Sums) -> dict[str, Any]:
    """One instruction's account."""
    pc, word = key[1], sums.words[key]
    text = code.as_text(word, pc, session.machine.xlen, symbols=session.symbolize) if word is not None else ""
    source = session.source(pc)
    spent = {name: n for name, n in zip(LEDGER_NAMES, sums.cycles[key], strict=True) if n}
    return {
        "pc": pc,
        "text": text,
        "symbol": session.symbolize(pc),
        "source": f"{source[0]}:{source[1]}" if source else "",
        "count": sums.counts[key],
        "cycles": sum(spent.values()),
        "by_cause": spent,
    }


def passes(rows: list[dict[str, Any]]) -> int:
    """How often a place was come to: as often as its first instruction was executed."""
    return next((r["count"] for r in rows if r["count"]), 0)


def causes(rows: list[dict[str, Any]]) -> dict[str, int]:
    """The sum of all rows, by cause."""
    total: dict[str, int] = {}
    for each in rows:
        for cause, cycles in each["by_cause"].items():
            total[cause] = total.get(cause, 0) + cycles
    return total


def by_line(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows added up by source line."""
    lines: dict[str, list[dict[str, Any]]] = {}
    for each in rows:
        lines.setdefault(each["source"] or each["symbol"] or hex(each["pc"]), []).append(each)
    return [
        {
            "line": name,
            "count": max(r["count"] for r in group),
            "cycles": sum(r["cycles"] for r in group),
            "by_cause": causes(group),
        }
        for name, group in lines.items()
    ]
