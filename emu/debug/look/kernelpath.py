"""The way that handle_mm_fault would take, foretold: the questions of emu.kernel.mm.memory in their order."""

from __future__ import annotations

from typing import Any, NamedTuple

from emu.isa.paging import PTE_V, PTE_W
from emu.kernel.mm import huge
from emu.kernel.mm.brk import stack_above
from emu.kernel.mm.mm import Mm
from emu.kernel.mm.page import PG_ANON, PG_LOCKED, PG_SWAPCACHE, PG_WRITEBACK
from emu.kernel.mm.swap import slot_of
from emu.kernel.mm.vma import ACCESS_STORE, VM_HUGETLB, VM_SHARED, Vma


class Outcome(NamedTuple):
    """`kind`: none minor major cow swap-in spurious segv sigbus. `path`: the kernel's functions, outermost first.

    `cycles`: what the kernel charges the hart; `wait`: cycles that the task then sleeps for a disk. `frame`: the one
    that will be mapped, None where that can't be told.
    """

    kind: str
    what: str
    path: tuple[str, ...] = ()
    cycles: int = 0
    wait: int = 0
    signal: str = ""
    code: str = ""
    frame: int | None = None


def fault(kernel: Any, mm: Mm, va: int, access: int) -> Outcome:
    """handle_mm_fault, foretold."""
    vma, grown = mm.vma_at(va), False
    if vma is None and va < mm.task_size:
        vma = stack_above(mm, va)
        grown = vma is not None
    if vma is None:
        return fatal(kernel, "segv", "nothing is mapped there", "SIGSEGV", "SEGV_MAPERR")
    if not vma.vm_flags & access:
        return fatal(kernel, "segv", f"the area is {vma.letters()}", "SIGSEGV", "SEGV_ACCERR")
    found = in_area(kernel, mm, vma, va, access)
    return (
        found._replace(what=f"the stack grows, then {found.what}", path=("expand_stack", *found.path))
        if grown
        else found
    )


def in_area(kernel: Any, mm: Mm, vma: Vma, va: int, access: int) -> Outcome:
    """The address lies in an area that allows the access."""
    key = va >> mm.pmd_shift
    if key not in mm.ptes:
        if key in mm.huge:
            return handled(kernel, "spurious", "a stale TLB entry is dropped", "huge_fault", "flush_page")
        if vma.vm_flags & VM_HUGETLB:
            return huge_pool_page(kernel)
        if access == ACCESS_STORE and huge.wanted(mm, vma, va):
            return handled(kernel, "minor", "a huge page of zeroes", "do_huge_anonymous_page", "alloc_pages")
    pte = mm.entry(va)
    ahead = missing_tables(mm, va)
    if not pte:
        return anonymous(kernel, access, ahead) if vma.vm_file is None else of_file(kernel, vma, va, access, ahead)
    if not pte & PTE_V:
        return swapped(kernel, vma, pte, access)
    if access == ACCESS_STORE and not pte & PTE_W:
        return write_protected(kernel, vma, pte >> 10)
    return handled(kernel, "spurious", "the entry allows it: a stale TLB entry is dropped", "spurious_fault")


def handled(kernel: Any, kind: str, what: str, *path: str, wait: int = 0, frame: int | None = None) -> Outcome:
    """A fault after which the instruction runs again."""
    cycles = kernel.cost_trap + kernel.cost_fault
    return Outcome(kind, what, ("handle_mm_fault", *path), cycles, wait, frame=frame)


def fatal(kernel: Any, kind: str, what: str, signal: str, code: str) -> Outcome:
    """A fault that becomes a signal."""
    return Outcome(kind, what, ("handle_mm_fault", "force_sig_fault"), kernel.cost_trap, 0, signal, code)


def huge_pool_page(kernel: Any) -> Outcome:
    """hugetlb_fault: a page of the pool, or SIGBUS."""
    if not kernel.huge_pool.free:
        return fatal(kernel, "sigbus", "the pool of huge pages is empty", "SIGBUS", "BUS_ADRERR")
    return handled(kernel, "minor", "a huge page from the pool", "hugetlb_fault")


def missing_tables(mm: Mm, va: int) -> int:
    """How many frames the kernel takes for page tables first."""
    return len(mm.scheme.levels) - len(mm.kernel.machine.walk((mm.scheme.mode, mm.pgd), va).steps)


def anonymous(kernel: Any, access: int, ahead: int) -> Outcome:
    """do_anonymous_page."""
    if access != ACCESS_STORE:
        zero = kernel.pages.zero_pfn
        return handled(kernel, "minor", "the page of zeroes is mapped, read-only", "do_anonymous_page", frame=zero)
    pfn, text = next_frame(kernel, ahead)
    return handled(kernel, "minor", f"a new frame of zeroes ({text})", "do_anonymous_page", "alloc_page", frame=pfn)


def of_file(kernel: Any, vma: Vma, va: int, access: int, ahead: int) -> Outcome:
    """do_fault: the page cache, then what kind of mapping it is."""
    index, mapping = vma.index_of(va), vma.mapping
    if index << 12 >= mapping.host.i_size:
        return fatal(kernel, "sigbus", "beyond the last page of the file", "SIGBUS", "BUS_ADRERR")
    name, what = "do_read_fault", "the page cache's frame is mapped, read-only"
    if access == ACCESS_STORE and vma.vm_flags & VM_SHARED:
        name, what = "do_shared_fault", "the page cache's frame is mapped and becomes dirty"
    elif access == ACCESS_STORE:
        name, what = "do_cow_fault", "a private copy of the file's page"
    pfn = mapping.pages.get(index)
    if pfn is not None and not locked(kernel, pfn):
        new, text = next_frame(kernel, ahead) if name == "do_cow_fault" else (pfn, f"frame {pfn}")
        return handled(kernel, "minor", f"{what} ({text})", "do_fault", name, frame=new)
    if mapping.is_shmem and index not in getattr(mapping.host, "swapped", ()):
        return handled(kernel, "minor", what, "do_fault", name, "shmem_get_page")
    wait = kernel.reading.get(pfn, 0) - kernel.now if pfn is not None else kernel.disk.latency
    return handled(
        kernel, "major", f"the file is read, then {what}", "do_fault", "filemap_fault", name, wait=max(0, wait)
    )


def locked(kernel: Any, pfn: int) -> bool:
    """Whether the disk has yet to fill a frame."""
    return bool(kernel.pages.mem_map.flags[pfn] & PG_LOCKED) and kernel.now < kernel.reading.get(pfn, 0)


def swapped(kernel: Any, vma: Vma, entry: int, access: int) -> Outcome:
    """do_swap_page."""
    slot = slot_of(entry)
    pfn = kernel.swap.cache.get(slot)
    if pfn is not None and not locked(kernel, pfn):
        return handled(kernel, "minor", f"frame {pfn} is still in the swap cache", "do_swap_page", frame=pfn)
    wait = kernel.reading.get(pfn, 0) - kernel.now if pfn is not None else kernel.swap_disk.latency
    return handled(
        kernel, "swap-in", f"slot {slot} is read from swap", "do_swap_page", "swapin_readahead", wait=max(0, wait)
    )


def write_protected(kernel: Any, vma: Vma, pfn: int) -> Outcome:
    """do_wp_page."""
    mem_map = kernel.pages.mem_map
    if vma.vm_flags & VM_SHARED:
        return handled(kernel, "cow", f"frame {pfn} becomes writable, its file page dirty", "do_wp_page", frame=pfn)
    if mem_map.flags[pfn] & PG_ANON and reusable(kernel, pfn):
        what = f"frame {pfn} has no other user: it becomes writable"
        return handled(kernel, "cow", what, "do_wp_page", "wp_page_reuse", frame=pfn)
    old = "the page of zeroes" if pfn == kernel.pages.zero_pfn else f"frame {pfn}"
    new, text = next_frame(kernel, 0)
    return handled(kernel, "cow", f"a copy of {old} ({text})", "do_wp_page", "wp_page_copy", frame=new)


def reusable(kernel: Any, pfn: int) -> bool:
    """reuse_swap_page, without giving up the copy."""
    mem_map = kernel.pages.mem_map
    if not mem_map.flags[pfn] & PG_SWAPCACHE:
        return mem_map.refcount[pfn] == 1
    busy = mem_map.flags[pfn] & PG_WRITEBACK or kernel.swap.area.count[mem_map.private[pfn]]
    return mem_map.refcount[pfn] == 2 and mem_map.mapcount[pfn] == 1 and not busy


def next_frame(kernel: Any, ahead: int = 0) -> tuple[int | None, str]:
    """The frame that the next alloc_page but `ahead` would give, and from where; (None, …) where that can't be told."""
    pages = kernel.pages
    zone = next((zone for zone in pages.zonelist if zone.pcp), None)
    if zone is not None:
        if len(zone.pcp) <= ahead:
            return None, f"from {zone.name}'s free lists: its per-cpu list is used up by page tables"
        return zone.pcp[-1 - ahead], f"frame {zone.pcp[-1 - ahead]}, from {zone.name}'s per-cpu list"
    zone = next((zone for zone in pages.zonelist if zone.nr_free > zone.min), None)
    if zone is None:
        return None, "after direct reclaim: every zone is below its min watermark"
    order = next(n for n, area in enumerate(zone.free_area) if area)
    return None, f"from {zone.name}'s free blocks of order {order}, {zone.pcp_batch} at once"
