"""The chain of one instruction: fetch, translation, page-table entries, caches, fault, kernel, frame; cycles of each.

Made before the instruction runs; `settle` then sets it against what the ledger says that it cost, cause by cause, so
that the links add up to the clock exactly.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from emu.debug.look import access, code, turns
from emu.debug.look.links import Link
from emu.debug.look.model import Fault, Model, fault_link
from emu.debug.look.regfile import registers_of
from emu.debug.look.subject import machine_of
from emu.debug.look.words import plural
from emu.isa.paging import SCHEMES

PIPELINE = ("issue", "stall", "branch")
MEANING = {
    "issue": "one cycle for the instruction",
    "stall": "the pipeline waits: a load's value is used at once, or a multiplication or division",
    "branch": "fetch bubbles: a jump or taken branch, or a wrong guess",
    "trap": "entering and leaving the kernel",
    "fault": "the kernel's handling of the page fault",
    "swap": "the swap device, or reclaim",
    "disk": "waiting for the disk",
    "sched": "context and address-space switches",
    "ipi": "interrupts to other harts",
    "idle": "nothing to run",
}


class Instruction(NamedTuple):
    """The instruction that a hart executes next, and its access to memory, if any."""

    hart: int
    pid: int
    pc: int
    word: int | None
    text: str
    access: access.Access | None


def instruction_at(session: Any, hart: int, pid: int) -> Instruction:
    """What the hart is about to execute."""
    machine, registers = machine_of(session), registers_of(session, pid)
    word = code.fetch(lambda at, n: session.read(at, n, pid), registers.pc)
    if word is None:
        return Instruction(hart, pid, registers.pc, None, "", None)
    text = code.as_text(word, registers.pc, machine.xlen, symbols=session.symbolize if pid == session.pid else None)
    touched = access.of(word, machine.xlen, registers.x)
    base = access.base_of(word, machine.xlen)
    if base is not None and base.insn.name.startswith("sc.") and machine.harts[hart].reserved == -1:
        touched = None  # it fails before it reaches memory
    return Instruction(hart, pid, registers.pc, word, text, touched)


def foretell(session: Any, it: Instruction, model: Model | None = None) -> list[Link]:
    """The links of an instruction, as things stand before it. Pipeline cycles are known only afterwards.

    `model` (a new one without): what the caches would hold then, for those who go on foretelling.
    """
    machine = machine_of(session)
    model = model or Model(machine, it.hart)
    links = model.links
    try:
        if turns.fetches(machine, it.hart):
            links.append(Link("fetch", f"fetch of {it.pc:#x}", {}, {"va": it.pc}))
            model.access(model.translate(it.pc, "execute", 1), f"line of {it.pc:#x}", False, fetch=True, depth=1)
        else:
            links.append(
                Link("fetch", f"{it.pc:#x} is in the line that was entered before: no lookup", {}, {"va": it.pc})
            )
        if it.word is not None and crosses(it.pc, length(it.word), 4096) and it.pc & 4095 == 4094:
            model.translate(it.pc + 2, "execute", 1)
        if it.access is not None:
            name = session.symbolize(it.access.va) if it.pid == session.pid else ""
            add_access(model, it.access, split(machine, it.access.va), f" <{name}>" if name else "")
    except Fault as why:
        links.append(fault_link(why))
    return links


def length(word: int) -> int:
    """Bytes of an instruction."""
    return 4 if word & 3 == 3 else 2


def crosses(at: int, size: int, border: int) -> bool:
    """Whether bytes lie on both sides of a border."""
    return (at & (border - 1)) + size > border


def split(machine: Any, va: int) -> str:
    """`PGD 0, PUD 0, PMD 0, PTE 16, offset 0x18a`."""
    mode, _ = machine.split_satp(int(machine.harts[0].satp) & ((1 << machine.xlen) - 1))
    levels = SCHEMES[mode].levels if mode in SCHEMES else ()
    parts = [f"{level.name} {level.index(va)}" for level in levels]
    return ", ".join([*parts, f"offset {va & 4095:#x}"])


def add_access(model: Model, touched: access.Access, parts: str, name: str) -> None:
    """The data access: one translation, or two where it crosses a page; each line that it touches."""
    verb, write = ("load" if touched.kind == "read" else "store"), touched.kind == "write"
    text = f"{verb} of {plural(touched.size, 'byte')} at {touched.va:#x}{name}: {parts}"
    model.links.append(Link("data", text, {}, {"va": touched.va}))
    line = 1 << int(model.m.line_shift)
    first = touched.size
    if crosses(touched.va, touched.size, 4096) and touched.va & (touched.size - 1):
        first = 4096 - (touched.va & 4095)
    places = [model.translate(touched.va, touched.kind, 1)]
    if first < touched.size:
        places.append(model.translate(touched.va + first, touched.kind, 1))
    for pa, size in zip(places, (first, touched.size - first), strict=False):
        for at in sorted({pa & -line, (pa + size - 1) & -line}):
            model.access(max(at, pa), f"line {at:#x}", write, depth=1)


def settle(links: list[Link], spent: dict[str, int]) -> list[Link]:
    """Add what only the ledger knows (pipeline, kernel) and any difference, so that they add up to `spent`."""
    told: dict[str, int] = {}
    for link in links:
        for cause, cycles in link.costs.items():
            told[cause] = told.get(cause, 0) + cycles
    rest = {cause: cycles - told.get(cause, 0) for cause, cycles in spent.items() if cycles != told.get(cause, 0)}
    ends = []
    for cause, cycles in rest.items():
        known = cause in MEANING and cycles > 0
        text = MEANING[cause] if known else f"{cause}: not foreseen (an eviction on the way, or another hart)"
        ends.append(Link("pipeline" if cause in PIPELINE else "kernel" if known else "other", text, {cause: cycles}))
    return links + ends
