"""What would happen on an access: the hardware's verdict for each kind of access, then what the kernel would do."""

from __future__ import annotations

from typing import Any

from emu.debug.look.kernelpath import Outcome, fault
from emu.debug.look.tables import beyond, follow, misplaced, refused
from emu.isa.paging import PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, is_leaf
from emu.kernel.mm.mm import Mm
from emu.kernel.mm.vma import ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE

ACCESSES = {"read": (ACCESS_LOAD, PTE_R), "write": (ACCESS_STORE, PTE_W), "execute": (ACCESS_FETCH, PTE_X)}

FOREVER = "the kernel finds nothing wrong: the same fault comes again, for ever"
MENDED = "the kernel enters what the area allows in the last entry again"


def hardware(machine: Any, mm: Mm, va: int, access: str, user: bool = True) -> str:
    """'' where the walk allows the access, else the reason for a page fault."""
    way = follow(machine, (mm.scheme.mode, mm.pgd), va & ((1 << machine.xlen) - 1))
    if not way.steps or not is_leaf(way.steps[-1].pte) or (way.why and not way.access_fault):
        return way.why
    last = way.steps[-1]
    return denied(last.pte, f"{last.level}[{last.index}]", access, user) or way.why


def denied(pte: int, name: str, access: str, user: bool = True) -> str:
    """Which bit of a leaf refuses an access, '' if none does."""
    if bool(pte & PTE_U) != user:
        return f"U is {int(not user)} in {name}"
    letter = {"read": "R", "write": "W", "execute": "X"}[access]
    return "" if pte & ACCESSES[access][1] else f"{letter} is 0 in {name}"


def mended(kernel: Any, mm: Mm, va: int, access: str) -> bool:
    """Whether the access is allowed after spurious_fault, which gives the last entry the area's bits again."""
    machine, base = kernel.machine, mm.ptes.get(va >> mm.pmd_shift)
    steps = follow(machine, (mm.scheme.mode, mm.pgd), va).steps
    if base is None or len(steps) < len(mm.scheme.levels):
        return False
    at = (base + (va >> 12 & mm.pte_mask)) * mm.scheme.pte_size
    pte, level = restored(mm, va), mm.scheme.levels[-1]
    wrong = refused(pte, "", mm.scheme.pte_size == 8) or misplaced(pte, "", level) or denied(pte, "", access)
    return at == steps[-1].pte_address and not wrong and not beyond(pte, level, len(machine.ram))


def user_access(kernel: Any, mm: Mm, va: int, access: str) -> Outcome:
    """What a user-mode instruction would meet."""
    why = hardware(kernel.machine, mm, va, access)
    if not why:
        pte = kernel.machine.walk((mm.scheme.mode, mm.pgd), va).steps[-1].pte
        want = PTE_A | (PTE_D if access == "write" else 0)
        sets = "".join(letter for letter, bit in (("A", PTE_A), ("D", PTE_D)) if want & bit & ~pte)
        return Outcome("none", "no fault" + (f"; the walker sets {sets}" if sets else ""))
    way = follow(kernel.machine, (mm.scheme.mode, mm.pgd), va)
    if way.access_fault and why == way.why:
        return refuse(kernel, why)
    met = fault(kernel, mm, va, ACCESSES[access][0])
    if met.kind != "spurious":
        return met
    return met._replace(what=MENDED if mended(kernel, mm, va, access) else FOREVER)


def refuse(kernel: Any, why: str) -> Outcome:
    """An access fault: no matter for the memory management."""
    return Outcome("segv", why, ("force_sig_fault",), kernel.cost_trap, 0, "SIGSEGV", "SEGV_ACCERR")


def kernel_access(kernel: Any, mm: Mm, va: int, access: str) -> Outcome:
    """What a system call that is given the address would meet: copy_from_user, copy_to_user."""
    if access == "execute":
        return Outcome("never", "S-mode may not execute a page with U set")
    need = PTE_V | PTE_U | (PTE_W if access == "write" else PTE_R)
    entry = mm.entry(va) if 0 <= va < mm.task_size else 0
    name = "copy_to_user" if access == "write" else "copy_from_user"
    if entry & need == need:
        return Outcome("none", f"{name} works")
    met = fault(kernel, mm, va, ACCESSES[access][0]) if 0 <= va < mm.task_size else None
    if met is not None and met.kind == "spurious" and restored(mm, va) & need == need:
        met = met._replace(what=MENDED)
    elif met is None or met.signal or met.kind == "spurious":
        return Outcome("efault", f"{name} fails: EFAULT")
    return met._replace(what=f"{name} faults it in: {met.what}", path=(name, *met.path))


def restored(mm: Mm, va: int) -> int:
    """The last entry as spurious_fault leaves it; a huge page's as it is."""
    vma = mm.vma_at(va)
    return mm.entry(va) | (vma.prot_ro if vma is not None and va >> mm.pmd_shift in mm.ptes else 0)
