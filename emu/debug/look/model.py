"""What a translation would cost now: TLBs and page walk, without touching them (emu.machine.mmu, tlb, walk)."""

from __future__ import annotations

from emu.debug.look import tlbs
from emu.debug.look.hierarchy import Hierarchy
from emu.debug.look.links import Link
from emu.debug.look.tables import follow
from emu.debug.look.words import UNITS
from emu.isa.paging import PTE_A, PTE_D, PTE_R, PTE_U, PTE_W, PTE_X, is_leaf, pte_flags

RIGHTS = {"read": PTE_R, "write": PTE_W, "execute": PTE_X}


class Fault(Exception):
    """The translation ends here: `why`."""


class AccessFault(Fault):
    """It leads to no memory: the kernel's memory management is not asked."""


def fault_link(why: Fault) -> Link:
    """The link that ends a translation."""
    beyond = isinstance(why, AccessFault)
    kind = "access fault" if beyond else "page fault"
    return Link("fault", f"{kind}: {why}", {}, {"why": str(why), "access_fault": beyond})


class Model(Hierarchy):
    """The memory system of one hart, as it would answer: `links` grows by what each question costs."""

    def permitted(self, pte: int, access: str) -> bool:
        """R, W, X and U against the access and the hart's mode."""
        return bool(pte & RIGHTS[access]) and bool(pte & PTE_U) == (int(self.record["priv"]) == 0)

    def translate(self, va: int, access: str, depth: int = 0) -> int:
        """The physical address; Links for each step. Fault where the hardware would trap."""
        if not int(self.record["levels"]):
            return va
        unit = tlbs.ITLB if access == "execute" else tlbs.DTLB
        found = tlbs.find(self.machine, unit, self.hart, va)
        if found is not None and (pa := self.by_entry(found, va, access, depth)) is not None:
            return pa
        if found is None:
            self.links.append(Link("tlb", f"{UNITS[unit]}: miss", {}, {"tlb": UNITS[unit], "hit": False}, depth))
        cost = {"walk": int(self.m.cost_l2tlb)} if int(self.m.cost_l2tlb) else {}
        second = tlbs.find(self.machine, tlbs.L2TLB, self.hart, va)
        if second is not None and (pa := self.by_entry(second, va, access, depth, cost)) is not None:
            return pa
        if second is None:
            self.links.append(Link("tlb", "l2tlb: miss", cost, {"tlb": "l2tlb", "hit": False}, depth))
        return self.walk(va, access, depth)

    def by_entry(
        self, entry: tlbs.Entry, va: int, access: str, depth: int, cost: dict[str, int] | None = None
    ) -> int | None:
        """A hit: the address; None when a first store must set D in the table."""
        name, place = UNITS[entry.unit], f"set {entry.set} way {entry.way}"
        data = {
            "tlb": name,
            "hit": True,
            "set": entry.set,
            "way": entry.way,
            "asid": entry.asid,
            "flags": pte_flags(entry.pte),
        }
        if not self.permitted(entry.pte, access):
            self.links.append(
                Link("tlb", f"{name}: hit in {place}, but {pte_flags(entry.pte)} refuses", cost or {}, data, depth)
            )
            raise Fault(f"{refusal(entry.pte, access)} in the {name}'s entry")
        if access == "write" and not entry.pte & PTE_D:
            self.links.append(
                Link("tlb", f"{name}: hit in {place}, but D is 0: the table must be marked", cost or {}, data, depth)
            )
            return None
        pa = entry.pa + (va & (entry.size - 1))
        self.links.append(
            Link(
                "tlb",
                f"{name}: hit in {place}, frame {entry.pa >> 12:#x} {pte_flags(entry.pte)}",
                cost or {},
                data,
                depth,
            )
        )
        return pa

    def walk(self, va: int, access: str, depth: int) -> int:
        """The page-table walk: each entry is read through the data cache."""
        satp = int(self.machine.harts[self.hart].satp)
        found = follow(self.machine, satp & ((1 << self.machine.xlen) - 1), va)
        for step in found.steps:
            what = f"{step.level}[{step.index}] at {step.pte_address:#x} = {step.pte:#x} {pte_flags(step.pte)}"
            self.access(step.pte_address, what, False, depth=depth + 1, walking=True)
            self.links[-1].layer = "pte"
            self.links[-1].data |= {
                "level": step.level,
                "index": step.index,
                "pte": step.pte,
                "flags": pte_flags(step.pte),
            }
        last = found.steps[-1] if found.steps else None
        leaf = last is not None and is_leaf(last.pte) and (found.access_fault or not found.why)
        if leaf and not self.permitted(last.pte, access):
            raise Fault(f"{refusal(last.pte, access)} in {last.level}[{last.index}]")
        if last is None or found.pa is None:
            raise AccessFault(found.why) if found.access_fault else Fault(found.why)
        want = PTE_A | (PTE_D if access == "write" else 0)
        if want & ~last.pte and is_leaf(last.pte):
            letters = "".join(letter for letter, bit in (("A", PTE_A), ("D", PTE_D)) if want & ~last.pte & bit)
            self.access(
                last.pte_address,
                f"the walker sets {letters} in {last.level}[{last.index}]",
                True,
                depth=depth + 1,
                walking=True,
            )
            self.links[-1].layer = "pte"
        return found.pa


def refusal(pte: int, access: str) -> str:
    """Which bit says no."""
    if not pte & PTE_U:
        return "U is 0"
    return f"{ {'read': 'R', 'write': 'W', 'execute': 'X'}[access] } is 0"
