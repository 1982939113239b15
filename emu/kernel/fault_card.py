"""The fault card: why an instruction ended its process. Everything a learner needs to see, as data and as text.

The card is made from what the hardware and the kernel know at that moment, without side effects: the address split by
table level, each entry that the walk read and the bit that refused, the area hit or the nearest ones, the instruction
with its symbol and source line, and a hint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emu.isa import causes
from emu.isa.disassemble import disassemble
from emu.isa.paging import PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, pte_flags
from emu.kernel import fault_hint
from emu.kernel.siginfo import SigInfo, name_of
from emu.kernel.symbols import Symbols

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.vma import Vma
    from emu.kernel.task import Task

ACCESS = {
    causes.INSN_PAGE_FAULT: ("fetch", PTE_X),
    causes.LOAD_PAGE_FAULT: ("load", PTE_R),
    causes.STORE_PAGE_FAULT: ("store", PTE_W),
}


@dataclass(slots=True)
class Step:
    """One entry of the walk: table level, index, physical address and value of the entry, its bits, what it said."""

    level: str
    index: int
    pte_address: int
    pte: int
    bits: str
    verdict: str


@dataclass(slots=True)
class Area:
    """A mapping near the address; distance 0 means that it holds the address, else bytes from it (negative: it lies
    below).
    """

    start: int
    end: int
    rights: str
    name: str
    distance: int


@dataclass(slots=True)
class FaultCard:
    """A fatal fault. `access` is load, store, fetch or '' when translation had no part in it."""

    signal: str
    cause: str
    access: str
    address: int
    pc: int
    xlen: int
    instruction: str = ""
    symbol: str = ""
    source: str = ""
    split: list[tuple[str, int, str]] = field(default_factory=list)  # (level or offset, index, binary)
    steps: list[Step] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    hint: str = ""
    registers: list[int] = field(default_factory=list)

    @property
    def headline(self) -> str:
        """One line: what happened, where."""
        place = f" in {self.symbol}" if self.symbol else ""
        source = f" ({self.source})" if self.source else ""
        what = f"{self.access} at {self.address:#x}" if self.access else f"{self.cause} at {self.address:#x}"
        return f"{what}, pc {self.pc:#x}{place}{source}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        from dataclasses import asdict

        return asdict(self)

    def render(self) -> str:
        """The card as text, without colour."""
        from emu.kernel.fault_text import render

        return render(self)


def make(kernel: Kernel, task: Task, info: SigInfo) -> FaultCard:
    """The card of the fault that `info` reports; the task's registers are still in its hart."""
    hart = kernel.harts[task.cpu]
    pc = hart.pc & kernel.xlen_mask
    access, need = ACCESS.get(info.cause, ("", 0))
    card = FaultCard(name_of(info.number), causes.cause_name(info.cause or 0), access, info.addr, pc, kernel.xlen)
    card.registers = [value & kernel.xlen_mask for value in hart.x]
    symbols = Symbols.of(kernel, task)
    card.instruction = instruction_at(kernel, task, pc, symbols)
    card.symbol, card.source = symbols.name(pc), symbols.line(pc)
    if access:
        card.split = split_address(task.mm.scheme, info.addr)
        card.steps = walk_steps(kernel, task, info.addr, need)
        card.areas = areas_near(task, info.addr)
    card.hint = fault_hint.hint(kernel, task, info, card)
    return card


def instruction_at(kernel: Kernel, task: Task, pc: int, symbols: Symbols) -> str:
    """The instruction at pc as text, '' if its page is not there."""
    low = peek(kernel, task, pc, 2)
    if low is None:
        return ""
    high = peek(kernel, task, pc + 2, 2) if low & 3 == 3 else 0
    if high is None:
        return ""
    return disassemble(low | high << 16, pc, kernel.xlen)


def peek(kernel: Kernel, task: Task, addr: int, size: int) -> int | None:
    """Bytes of the user's memory without any side effect; None where no page is present."""
    pte = task.mm.entry(addr) if 0 <= addr < task.mm.task_size else 0
    if not pte & PTE_V:
        return None
    at = pte >> 10 << 12 | addr & 4095
    return int.from_bytes(kernel.ram[at : at + size], "little")


def split_address(scheme: Any, addr: int) -> list[tuple[str, int, str]]:
    """The table index that each level takes from the address, and the offset."""
    parts = [(level.name, level.index(addr), f"{level.index(addr):0{level.bits}b}") for level in scheme.levels]
    return [*parts, ("offset", addr & 4095, f"{addr & 4095:012b}")]


def walk_steps(kernel: Kernel, task: Task, addr: int, need: int) -> list[Step]:
    """Each entry that the hardware's walk reads, and what it answered."""
    walk = kernel.machine.walk((task.mm.scheme.mode, task.mm.pgd), addr)
    return [Step(level, index, at, pte, pte_flags(pte), verdict(pte, need)) for level, index, at, pte in walk.steps]


def verdict(pte: int, need: int) -> str:
    """What an entry says to an access that needs bit `need`."""
    if not pte & PTE_V:
        if pte:
            return "V is 0: the page is in swap"
        return "V is 0: no entry"
    if not pte & (PTE_R | PTE_X):
        return "points to the next level"
    if not pte & PTE_U:
        return "U is 0: user mode may not use the page (PROT_NONE)"
    if not pte & need:
        return f"{ {PTE_R: 'R', PTE_W: 'W', PTE_X: 'X'}[need] } is 0: refused"
    return "allowed"


def areas_near(task: Task, addr: int) -> list[Area]:
    """The area that holds the address, or the nearest below and above."""
    mm = task.mm
    hit = mm.vma_at(addr)
    if hit is not None:
        return [as_area(task, hit, 0)]
    above = mm.find_vma(addr)
    found = []
    below = [vma for vma in mm.vmas if vma.vm_end <= addr]
    if below:
        found.append(as_area(task, below[-1], below[-1].vm_end - 1 - addr))
    if above is not None:
        found.append(as_area(task, above, above.vm_start - addr))
    return found


def as_area(task: Task, vma: Vma, distance: int) -> Area:
    return Area(vma.vm_start, vma.vm_end, vma.letters(), task.mm.name_of(vma), distance)
