"""`why` of what has happened: the instruction just executed, or a fault, lived through once more and watched."""

from __future__ import annotations

from typing import Any

from emu.debug.look import chain, told, turns
from emu.debug.look.links import Link
from emu.debug.look.observe import Moment, tick, travel, watch
from emu.debug.look.subject import machine_of
from emu.debug.look.why import view, why_next
from emu.debug.view import View
from emu.errors import EmuError

BACK = (8, 64, 512, 4096)  # ticks that are looked through for the hart's last instruction
AFTER = 100_000  # ticks within which a faulting instruction completes


def why_last(session: Any) -> View:
    """The instruction that the selected hart executed last, with the traps it took on the way; before a crash, or at
    the start, the one that comes next.
    """
    machine_of(session)
    engine, hart = session.engine, session.hart
    if engine.tick == engine.start_tick or getattr(session, "reported", -1) == engine.tick + 1:
        return why_next(session)
    moments: list[Moment] = []
    for back in BACK:
        first = max(engine.start_tick, engine.tick - back)
        count = engine.tick - first
        with travel(session, first):
            moments = watch(session, count)
        mine = [moment for moment in moments if moment.hart == hart]
        if first == engine.start_tick or sum(map(completed, mine)) >= 2:
            break
    return chain_of(session, instruction_of(moments, hart))


def instruction_of(moments: list[Moment], hart: int) -> list[Moment]:
    """The hart's last retired instruction with the kernel entries that it needed. EmuError if there is none."""
    mine = [moment for moment in moments if moment.hart == hart and moment.it is not None]
    end = next((k for k in reversed(range(len(mine))) if completed(mine[k])), None)
    if end is None:
        raise EmuError(
            f"hart {hart} has not executed an instruction just now", hint="stepi first, or choose another hart"
        )
    begin = end
    while begin and same(mine[begin - 1], mine[end]):
        begin -= 1
    return mine[begin : end + 1]


def completed(moment: Moment) -> bool:
    """The instruction retired, or it was a system call that has returned, or a signal came of it."""
    return bool(moment.retired) or any(record.kind in ("sys_exit", "signal", "exit") for record in moment.records)


def same(one: Moment, other: Moment) -> bool:
    """Tries of the same instruction by the same task."""
    return one.it.pc == other.it.pc and one.it.pid == other.it.pid and not completed(one)


def why_tick(session: Any, tick: int, matches: Any) -> View:
    """The instruction around a tick in which a record appeared that `matches`; up to where it completes."""
    first = max(session.engine.start_tick, tick - 4)
    with travel(session, first):
        moments = watch(session, 12)
        found = next((m for m in moments if any(matches(record) for record in m.records)), None)
        if found is None:
            raise EmuError(f"nothing of that kind happened around tick {tick:,}", hint="`faults` lists what is known")
        rest = until_done(session, moments, found)
    return chain_of(session, rest)


def until_done(session: Any, moments: list[Moment], found: Moment) -> list[Moment]:
    """The moments of one instruction from a trap of it to its end."""
    pid, pc = found.it.pid, found.it.pc
    rest = [m for m in moments[moments.index(found) :] if m.it is not None and (m.it.pid, m.it.pc) == (pid, pc)]
    for _ in range(AFTER):
        if completed(rest[-1]):
            break
        if next_pid(session) != pid:
            if not tick(session.engine):
                break
            continue
        more = watch(session, 1)
        if not more:
            break
        if more[0].it is not None and (more[0].it.pid, more[0].it.pc) == (pid, pc):
            rest.append(more[0])
    return first_end(rest)


def next_pid(session: Any) -> int | None:
    """Whose instruction comes next."""
    hart = turns.next_hart(session.machine)
    task = session.kernel.sched.running[hart] if hart is not None else None
    return task.pid if task is not None else None


def first_end(moments: list[Moment]) -> list[Moment]:
    """Up to the first that completes it."""
    end = next((k for k, moment in enumerate(moments) if completed(moment)), len(moments) - 1)
    return moments[: end + 1]


def chain_of(session: Any, moments: list[Moment]) -> View:
    """Moments of one instruction as one chain; it adds up to what the ledger says."""
    it, links = moments[-1].it, []
    name, source = session.symbolize(it.pc), session.source(it.pc)
    place = f" ({source[0]}:{source[1]})" if source else ""
    links.append(
        Link("insn", f"{it.pc:#x}{f' <{name}>' if name else ''}: {it.text}{place}", {}, {"pc": it.pc, "text": it.text})
    )
    for number, moment in enumerate(moments):
        if number:
            links += between(moments[number - 1], moment)
        links += lived(session, moment)
    spent: dict[str, int] = {}
    for moment in moments:
        for cause, cycles in moment.spent.items():
            spent[cause] = spent.get(cause, 0) + cycles
    data = {
        "pc": it.pc,
        "hart": it.hart,
        "pid": it.pid,
        "foretold": False,
        "tick": moments[0].tick,
        "cycle": moments[0].cycle,
        "spent": spent,
        "symbol": name,
        "source": list(source) if source else None,
    }
    return view(data, links, [])


def between(one: Moment, other: Moment) -> list[Link]:
    """Two tries of an instruction: what passed from the first to the second."""
    passed = other.cycle - one.cycle - one.cycles
    again = Link("retry", "the instruction runs again", {}, {})
    if one.hart != other.hart or passed <= 0:
        return [again]
    text = f"{passed:,} cycles pass: the task sleeps, others may run (not a cost of this instruction)"
    return [Link("wait", text, {}, {"passed": passed}), again]


def lived(session: Any, moment: Moment) -> list[Link]:
    """The links of one moment: hardware as foretold, what the kernel did, what the ledger adds, side effects."""
    settled = chain.settle(moment.links, moment.spent)
    hardware, more = settled[: len(moment.links)], settled[len(moment.links) :]
    records = [told.of_record(each, session.machine.xlen) for each in moment.records]
    return [*hardware, *more, *records, *told.of_events(moment.events, moment.hart)]
