"""A guest whose harts have TLBs: a translation is used until the kernel flushes it, as hardware would."""

from __future__ import annotations

from typing import Any, NamedTuple

from kernel_fake import FakeHart, Guest

from emu.isa.paging import PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X
from emu.kernel.mm.mm import address_spaces
from emu.kernel.panic import bug_on

RIGHTS = PTE_R | PTE_W | PTE_X | PTE_U
NEED = {"r": PTE_R, "w": PTE_W, "x": PTE_X}


class Entry(NamedTuple):
    """What a TLB knows of a page: its rights and frame, and the range that one flush of any of its addresses drops."""

    rights: int
    pfn: int
    start: int
    end: int


class TlbHart(FakeHart):
    """`tlb[asid, vpn]` holds every translation that was used and not flushed."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.tlb: dict[tuple[int, int], Entry] = {}

    def sfence(self, va: int | None = None, asid: int | None = None) -> None:
        for key, entry in list(self.tlb.items()):
            if asid in (None, key[0]) and (va is None or entry.start <= va < entry.end):
                del self.tlb[key]


class TlbGuest(Guest):
    """Loads and stores go through the TLB of the hart."""

    def __init__(self, xlen: int = 64, harts: int = 1, **options: Any) -> None:
        super().__init__(xlen, harts=harts, **options)
        for number, old in enumerate(list(self.machine.harts)):
            hart = TlbHart(number)
            hart.__dict__.update({name: value for name, value in vars(old).items() if name != "tlb"})
            self.machine.harts[number] = self.kernel.harts[number] = hart

    def access(self, addr: int, kind: str) -> int:
        hart = self.hart
        mode, asid, root = hart.space
        entry = hart.tlb.get((asid, addr >> 12))
        need = NEED[kind] | PTE_U
        if entry is not None and entry.rights & need == need:
            return entry.pfn << 12 | addr & 4095
        pa = super().access(addr, kind)
        hart = self.hart  # the fault may have slept and woken elsewhere
        mode, asid, root = hart.space
        walk = self.machine.walk((mode, root), addr)
        start = addr & -walk.page_size
        pte = walk.steps[-1].pte
        rights = pte & RIGHTS if pte & PTE_D or not pte & PTE_W else pte & RIGHTS & ~PTE_W
        hart.tlb[asid, addr >> 12] = Entry(rights, pa >> 12, start, start + walk.page_size)
        return pa

    def check(self) -> None:
        super().check()
        self.check_tlbs()

    def check_tlbs(self) -> None:
        """Every translation that a TLB holds is in the page table, with the same frame and no more rights."""
        spaces = {mm.asid: mm for mm in address_spaces(self.kernel)}
        for hart in self.machine.harts:
            for (asid, vpn), entry in hart.tlb.items():
                mm = spaces.get(asid)
                bug_on(mm is None, "a TLB entry of an address space that is gone", hart.number, asid, hex(vpn << 12))
                pte = mm.entry(vpn << 12)
                same = pte & PTE_V and pte >> 10 == entry.pfn and not entry.rights & ~pte
                bug_on(not same, "a stale TLB entry", hart.number, asid, hex(vpn << 12), hex(pte), entry)
