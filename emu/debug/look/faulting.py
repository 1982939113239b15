"""The middle of a chain: what the kernel would do about a page fault, and what the second try then finds."""

from __future__ import annotations

from typing import Any

from emu.debug.look import kernelpath, outcome
from emu.debug.look.links import Link
from emu.debug.look.model import Model
from emu.kernel.mm.mm import Mm
from emu.kernel.mm.vma import ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE

RIGHTS = {"read": ACCESS_LOAD, "write": ACCESS_STORE, "execute": ACCESS_FETCH}


def served(kernel: Any, mm: Mm, va: int, access: str) -> tuple[list[Link], kernelpath.Outcome]:
    """From the trap to the entry in the page table: area, path, frame; cycles by cause."""
    met = outcome.user_access(kernel, mm, va, access)
    if met.kind == "none":  # a stale TLB entry refused it
        met = kernelpath.fault(kernel, mm, va, RIGHTS[access])
    vma = mm.vma_at(va)
    name = f"{vma.vm_start:x}-{vma.vm_end:x} {vma.letters()} {mm.name_of(vma) or 'anonymous'}" if vma else "nothing"
    links = [
        Link("trap", "into the kernel and back", {"trap": kernel.cost_trap}),
        Link("vma", f"find_vma({va:#x}): {name}", {}, {"area": name}, 1),
        Link("path", " > ".join(met.path), {}, {"path": list(met.path)}, 1),
    ]
    if met.signal:
        links.append(Link("signal", f"{met.signal} ({met.code}): {met.what}", {}, {"signal": met.signal}, 1))
        return links, met
    figures = {"fault": met.kind, "frame": met.frame}
    links.append(Link("frame", f"{met.kind} fault: {met.what}", {"fault": kernel.cost_fault}, figures, 1))
    if met.wait:
        text = f"the task sleeps for the disk, {met.wait:,} cycles or more; then it faults again"
        links.append(Link("wait", text, {}, {"wait": met.wait}, 1))
    return links, met


def again(model: Model, kernel: Any, mm: Mm, va: int, access: str, pfn: int) -> None:
    """The second try, on the entry that the kernel has made: TLB miss, walk, and the line in the new frame."""
    links = model.links
    links.append(Link("retry", "the instruction runs again", {}, {}))
    cost = int(model.m.cost_l2tlb)
    links.append(Link("tlb", "both TLBs miss: the entry is new", {"walk": cost} if cost else {}, {"hit": False}, 1))
    for name, index, at in entries_after(kernel, mm, va):
        model.access(at, f"{name}[{index}] at {at:#x}", False, depth=2, walking=True)
        links[-1].layer = "pte"
    model.access(pfn << 12 | va & 4095, f"line of {va:#x} in frame {pfn:#x}", access == "write", access == "execute", 1)


def entries_after(kernel: Any, mm: Mm, va: int) -> list[tuple[str, int, int]]:
    """(level, index, address) of each entry of the walk, when the missing tables have been allocated."""
    steps = kernel.machine.walk((mm.scheme.mode, mm.pgd), va).steps
    rows = [(step.level, step.index, step.pte_address) for step in steps]
    for ahead, level in enumerate(mm.scheme.levels[len(rows) :]):
        table, _ = kernelpath.next_frame(kernel, ahead)
        if table is None:
            break
        rows.append((level.name, level.index(va), (table << 12) + level.index(va) * mm.scheme.pte_size))
    return rows
