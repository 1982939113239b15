"""What the kernel did about a page fault, found by looking before and after: only while somebody traces faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.isa.paging import PTE_V
from emu.kernel.mm.vma import ACCESS_FETCH, ACCESS_STORE

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.task import Task

ACCESS_NAMES = {ACCESS_FETCH: "fetch", ACCESS_STORE: "store"}  # anything else is a load
REFUSED = {2: "no mapping there", 3: "access refused", 4: "beyond the file's end"}


class FaultProbe:
    """The state before a fault; `end` emits its record. Make one just before the fault is served."""

    def __init__(self, kernel: Kernel, task: Task, mm: Mm, addr: int, access: int, source: str = "user") -> None:
        self.kernel, self.task, self.mm, self.addr = kernel, task, mm, addr
        self.access = ACCESS_NAMES.get(access, "load")
        self.source = source
        self.cow = kernel.vm.cow
        self.before = mm.entry(addr)
        self.hart = kernel.harts[kernel.cpu]
        self.pc, self.start = self.hart.pc & kernel.xlen_mask, self.hart.cycle
        self.stack_low = self._area()

    def _area(self) -> tuple[int, int, str, str] | None:
        """(start, end, rights, name) of the area at the address."""
        vma = self.mm.vma_at(self.addr)
        return None if vma is None else (vma.vm_start, vma.vm_end, vma.letters(), self.mm.name_of(vma))

    def waits(self) -> None:
        """The task sleeps until the disk has the page."""
        self._emit("fault_wait", {"address": self.addr, "access": self.access, "pc": self.pc, "vma": self._area()})

    def end(self, result: int) -> None:
        """The fault was served with a FAULT_ result; cycles: its cost so far, without entering the kernel."""
        pte, cow = self.mm.entry(self.addr), self.kernel.vm.cow != self.cow
        kind = "invalid" if result > 1 else "cow" if cow else "major" if result else "minor"
        fields: dict[str, Any] = {
            "type": kind, "address": self.addr, "access": self.access, "pc": self.pc, "vma": self._area(),
            "did": REFUSED.get(result) or self._did(pte, cow), "pfn": pte >> 10 if pte & PTE_V else None,
            "cycles": self.hart.cycle - self.start, "source": self.source,
        }  # fmt: skip
        self._emit("fault", fields)

    def _did(self, pte: int, cow: bool) -> str:
        """The path that was taken, in words."""
        pfn, same = pte >> 10, pte >> 10 == self.before >> 10
        vma = self.mm.vma_at(self.addr)
        if self.before and not self.before & PTE_V:
            return "swapped in, and copied" if cow else "swapped in"
        if cow:
            return "took the page over: no one else uses it" if same else "copied the page (copy-on-write)"
        if self.before & PTE_V:
            return "nothing: the entry allowed it already"
        if pfn == self.kernel.pages.zero_pfn:
            return "mapped the zero page"
        grown = "the stack grew; " if self.stack_low != self._area() else ""
        if self.addr >> self.mm.pmd_shift in self.mm.huge:
            return "mapped a huge page"
        if vma is None or vma.vm_file is None:
            return grown + "mapped a fresh zeroed frame"
        private_copy = self.access == "store" and "p" in vma.letters()
        return "copied a page of the file" if private_copy else "mapped the page cache's frame"

    def _emit(self, kind: str, fields: dict[str, Any]) -> None:
        if self.kernel.tracer is not None:
            self.kernel.tracer.emit(self.kernel, kind, self.task.pid if self.task else 0, **fields)


def probe(kernel: Kernel, mm: Mm, addr: int, access: int, source: str) -> FaultProbe | None:
    """A probe, if somebody listens to faults."""
    tracer = kernel.tracer
    if tracer is None or not tracer.kinds & {"fault", "fault_wait"}:
        return None
    return FaultProbe(kernel, kernel.current, mm, addr, access, source)
