"""`why ADDRESS`: one chain over all layers of what an access would do now, with the cycles of each link."""

from __future__ import annotations

from typing import Any

from emu.debug.look import faulting, outcome
from emu.debug.look.chain import Instruction, foretell, instruction_at, split
from emu.debug.look.links import Link
from emu.debug.look.model import Fault, Model, fault_link
from emu.debug.look.subject import hart_of, kernel_of, machine_of, mm_of, task_of
from emu.debug.look.words import number
from emu.debug.view import Facts, Line, Table, View
from emu.errors import EmuError

VERBS = {"read": "load", "write": "store", "execute": "fetch"}


def why_address(session: Any, va: int, access: str = "read") -> View:
    """What a load, store or fetch by the selected task would meet, foretold link by link. Nothing is touched."""
    machine, kernel, mm = machine_of(session), kernel_of(session), mm_of(session)
    va &= (1 << machine.xlen) - 1
    hart = hart_for(session)
    model = Model(machine, hart)
    name = session.symbolize(va)
    head = f"{VERBS[access]} at {va:#x}{f' ({name})' if name else ''}: {split(machine, va)}"
    model.links.append(Link("address", head, {}, {"va": va, "symbol": name}))
    notes: list[str] = []
    try:
        pa = model.translate(va, access, 1)
        model.access(pa, f"line of {pa:#x}", access == "write", access == "execute", 1)
    except Fault as why:
        notes += fault(model, kernel, mm, va, access, fault_link(why))
    data = {"va": va, "access": access, "hart": hart, "pid": session.pid, "foretold": True}
    return view(data, model.links, notes)


def why_next(session: Any) -> View:
    """The instruction that the selected task executes next, foretold but for what the pipeline adds."""
    machine, kernel, mm = machine_of(session), kernel_of(session), mm_of(session)
    it = instruction_at(session, hart_for(session), session.pid)
    model = Model(machine, it.hart)
    name = session.symbolize(it.pc)
    model.links.append(Link("insn", f"{it.pc:#x}{f' <{name}>' if name else ''}: {it.text}", {}, {"pc": it.pc}))
    foretell(session, it, model)
    notes = ["what the pipeline adds is known only when it has run: `stepi`, then `why`"]
    if model.links[-1].layer == "fault":
        met = model.links.pop()
        va, access = faulting_access(machine, mm, it)
        notes = [*fault(model, kernel, mm, va, access, met), *notes]
        if access == "execute" and it.access is not None:
            store = " --write" if it.access.kind == "write" else ""
            notes.insert(0, f"its own access to memory comes after that: why {it.access.va:#x}{store}")
    data = {"pc": it.pc, "hart": it.hart, "pid": session.pid, "foretold": True}
    return view(data, model.links, notes)


def faulting_access(machine: Any, mm: Any, it: Instruction) -> tuple[int, str]:
    """Which of the instruction's accesses it is that faults."""
    if it.access is None or it.word is None or outcome.hardware(machine, mm, it.pc, "execute"):
        return it.pc, "execute"
    return it.access.va, it.access.kind


def fault(model: Model, kernel: Any, mm: Any, va: int, access: str, found: Link) -> list[str]:
    """The part of the chain from the fault on. Returns what can't be told in advance."""
    model.links.append(found)
    links, met = faulting.served(kernel, mm, va, access)
    model.links += links
    if met.signal or met.what == outcome.FOREVER:
        return ["the instruction never completes"]
    if met.wait:
        return ["what the caches hold after the wait depends on who runs meanwhile"]
    frame = mm.entry(va) >> 10 if met.kind == "spurious" else met.frame
    if frame is None:
        return ["which frame it will be can't be told in advance, so neither can the second try"]
    faulting.again(model, kernel, mm, va, access, frame)
    return []


def hart_for(session: Any) -> int:
    """The hart whose TLBs and caches are asked: the one that the task runs on. EmuError if no hart has its table."""
    task = task_of(session)
    hart = hart_of(session, task.cpu if task.cpu >= 0 else None)
    if session.kernel.sched.active_mm[hart.number] is not task.mm:
        raise EmuError(
            f"no hart runs task {task.pid} now: its TLB entries can't be asked",
            hint="choose a running task (`ps`), or `walk` for the page table alone",
        )
    return hart.number


def view(data: dict[str, Any], links: list[Link], notes: list[str], name: str = "why") -> View:
    """A chain with its sum, in total and by cause."""
    causes: dict[str, int] = {}
    for link in links:
        for cause, cycles in link.costs.items():
            causes[cause] = causes.get(cause, 0) + cycles
    total = sum(causes.values())
    data |= {"links": [link.as_dict() for link in links], "cycles": total, "by_cause": causes}
    parts = ", ".join(f"{cause} {cycles:,}" for cause, cycles in causes.items()) or "nothing"
    return View(name, data, [table(links), Facts([("together", f"{total:,} cycles: {parts}")])], notes)


def table(links: list[Link]) -> Table:
    """A row for each link, indented by depth."""
    rows: list[list[Line]] = []
    for link in links:
        style = "bad" if link.layer in ("fault", "signal") else "insn" if link.layer == "insn" else ""
        text = [("  " * link.depth, ""), (link.text, style)]
        rows.append([number(link.cycles) if link.cycles else "", [(link.layer, "level")], text])
    return Table(("cycles", "layer", "what"), rows, right=(0,))
