"""`walk VA`, `vtop VA`: the address split by level, each table entry, the page, and what each access would meet."""

from __future__ import annotations

from typing import Any

from emu.debug.look import caches, outcome, owners
from emu.debug.look.subject import kernel_of, machine_of, mm_of
from emu.debug.look.tables import follow
from emu.debug.look.walkview import blocks
from emu.debug.look.words import size
from emu.debug.view import View
from emu.isa.paging import PTE_U, PTE_V, is_canonical, is_leaf, pte_flags
from emu.kernel.mm.mm import Mm
from emu.kernel.mm.page import flag_names
from emu.kernel.mm.vma import VM_SHARED, VM_WRITE


def walk(session: Any, va: int, pid: int | None = None) -> View:
    """Nothing is touched: no A bit, no TLB, no cache."""
    machine, kernel, mm = machine_of(session), kernel_of(session), mm_of(session, pid)
    va &= (1 << machine.xlen) - 1
    found, canonical = follow(machine, (mm.scheme.mode, mm.pgd), va), is_canonical(mm.scheme, va)
    entries = [entry(session, mm, step, found) for step in found.steps]
    pa = found.pa
    data: dict[str, Any] = {
        "va": va,
        "pid": session.pid if pid is None else pid,
        "scheme": mm.scheme.name,
        "canonical": canonical,
        "split": split(mm, va, len(entries) if pa is not None else len(mm.scheme.levels)),
        "entries": entries,
        "pa": pa,
        "page_size": found.page_size if pa is not None else None,
        "state": "corrupt" if found.corrupt else state(mm, va, pa, entries),
        "why": found.why,
        "area": area(mm, va),
        "page": page(kernel, pa),
        "outcomes": outcomes(kernel, mm, va),
    }
    view = View("walk", data)
    view.blocks += blocks(session, mm, data)
    if not canonical:
        view.notes.append(
            f"not a {mm.scheme.name} address: bits {machine.xlen - 1} to {mm.scheme.va_bits} must repeat "
            f"bit {mm.scheme.va_bits - 1}"
        )
    return view


def split(mm: Mm, va: int, depth: int) -> list[dict[str, Any]]:
    """The index that each of the first `depth` levels takes from the address; the rest is the offset."""
    levels = mm.scheme.levels[:depth]
    parts = [
        {"level": level.name, "index": level.index(va), "bits": level.bits, "shift": level.shift} for level in levels
    ]
    rest = levels[-1].shift
    return [*parts, {"level": "offset", "index": va & ((1 << rest) - 1), "bits": rest, "shift": 0}]


def entry(session: Any, mm: Mm, step: Any, found: Any) -> dict[str, Any]:
    """One entry that the walk reads: where it is, what it holds, what it says, where a walk would find it."""
    where = caches.where(session.machine, session.hart, step.pte_address)
    return {
        "level": step.level,
        "index": step.index,
        "address": step.pte_address,
        "value": step.pte,
        "flags": pte_flags(step.pte),
        "frame": step.pte >> 10 & ((1 << 44) - 1),
        "found_in": where,
        "says": found.why if found.corrupt and step is found.steps[-1] else says(step, found.page_size),
    }


def says(step: Any, page_size: int) -> str:
    """What an entry means."""
    pte, frame = step.pte, step.pte >> 10 & ((1 << 44) - 1)
    if not pte & PTE_V:
        if not pte:
            return "no entry: V is 0"
        return f"on swap: slot {pte >> 10}" if pte & 2 else "V is 0"
    if not is_leaf(pte):
        return f"next table at {frame << 12:#x}"
    huge = f", a huge page of {size(page_size)}" if page_size > 4096 else ""
    if not pte & PTE_U:
        return f"frame {frame:#x}, not for user mode: PROT_NONE{huge}"
    return f"frame {frame:#x}{huge}"


def state(mm: Mm, va: int, pa: int | None, entries: list[dict[str, Any]]) -> str:
    """mapped, huge, swapped, not present or unmapped; of what no kernel makes `walk` says corrupt."""
    if pa is not None:
        return "huge" if len(entries) < len(mm.scheme.levels) else "mapped"
    if entries and entries[-1]["value"] and not entries[-1]["value"] & PTE_V:
        return "swapped"
    return "not present" if mm.vma_at(va) is not None else "unmapped"


def area(mm: Mm, va: int) -> dict[str, Any] | None:
    """The area that holds the address."""
    vma = mm.vma_at(va)
    if vma is None:
        return None
    file = vma.vm_file.path if vma.vm_file else ""
    offset = (vma.index_of(va) << 12 | va & 4095) if vma.vm_file else None
    cow = bool(vma.vm_flags & VM_WRITE) and not vma.vm_flags & VM_SHARED
    name = mm.name_of(vma) or "anonymous"
    return {
        "start": vma.vm_start,
        "end": vma.vm_end,
        "rights": vma.letters(),
        "name": name,
        "file": file,
        "offset": offset,
        "private_writable": cow,
    }


def page(kernel: Any, pa: int | None) -> dict[str, Any] | None:
    """struct page of the frame."""
    if pa is None or pa >> 12 >= kernel.pages.mem_map.count:
        return None
    mem_map, pfn = kernel.pages.mem_map, pa >> 12
    return {
        "pfn": pfn,
        "kind": owners.kind_of(kernel, pfn),
        "flags": flag_names(mem_map.flags[pfn]),
        "refcount": mem_map.refcount[pfn],
        "mapcount": mem_map.mapcount[pfn],
        "zone": kernel.pages.zone_of(pfn).name,
    }


def outcomes(kernel: Any, mm: Mm, va: int) -> list[dict[str, Any]]:
    """read, write, execute by a user instruction and by the kernel for a system call."""
    rows = []
    for access in outcome.ACCESSES:
        for mode, ask in (("user", outcome.user_access), ("kernel", outcome.kernel_access)):
            rows.append({"access": access, "mode": mode, **ask(kernel, mm, va, access)._asdict()})
    return rows
