"""Memory of a process as it would see it, read without any side effect; and written as a debugger may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emu.errors import EmuError
from emu.isa.paging import PTE_A, PTE_D, PTE_V, PTE_W
from emu.kernel.errno import Errno
from emu.kernel.mm import cow, memory, tlb
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.mm.fault import FAULT_MAJOR
from emu.kernel.mm.page import PG_ANON, PG_CODE
from emu.kernel.mm.swap import slot_of
from emu.kernel.mm.vma import ACCESS_LOAD, ACCESS_STORE, VM_SHARED, VM_WRITE
from emu.kernel.sched.wait import Blocked

PAGE = 4096
LARGEST = 256 << 20


def pieces(va: int, count: int) -> Iterator[tuple[int, int, int]]:
    """(address, offset in the whole, length) of each page's part of a range."""
    done = 0
    while done < count:
        size = min(count - done, PAGE - ((va + done) & (PAGE - 1)))
        yield va + done, done, size
        done += size


def read(kernel: Any, mm: Any, va: int, count: int) -> bytes | None:
    """`count` bytes at `va`, None unless all are mapped. Pages that were never touched read as they would be."""
    va &= kernel.xlen_mask
    if mm is None or not 0 <= count <= LARGEST or va + count > mm.task_size:
        return None
    data = bytearray()
    for addr, _, size in pieces(va, count):
        page = page_of(kernel, mm, addr)
        if page is None:
            return None
        data += page[addr & (PAGE - 1) : (addr & (PAGE - 1)) + size]
    return bytes(data)


def page_of(kernel: Any, mm: Any, addr: int) -> Any:
    """The bytes of the page at an address, wherever they are: memory, swap, the file; None outside of all areas."""
    pte = mm.entry(addr)
    if pte & PTE_V:
        return frame(kernel, pte >> 10)
    if pte:
        return swapped(kernel, slot_of(pte))
    vma = mm.vma_at(addr)
    if vma is None:
        return None
    if vma.vm_file is None:
        return bytes(PAGE)
    return of_file(kernel, vma.vm_file.inode, vma.index_of(addr))


def frame(kernel: Any, pfn: int) -> Any:
    """A frame of physical memory, None beyond its end."""
    return kernel.ram[pfn << 12 : (pfn + 1) << 12] if (pfn + 1) << 12 <= len(kernel.ram) else None


def swapped(kernel: Any, slot: int) -> Any:
    """A page on swap, or its frame while the swap cache has one."""
    pfn = kernel.swap.cache.get(slot)
    if pfn is not None:
        return frame(kernel, pfn)
    if not 0 < slot < kernel.swap.area.pages:
        return None
    data = bytearray(PAGE)
    kernel.swap.area.read(slot, [memoryview(data)])
    return data


def of_file(kernel: Any, inode: Any, index: int) -> Any:
    """A page of a file, cached or not; None behind its end or where it can't be read."""
    pfn = inode.mapping.pages.get(index)
    if pfn is not None:
        return frame(kernel, pfn)
    if inode.mapping.is_shmem or index << 12 >= inode.i_size:
        return bytes(PAGE) if inode.mapping.is_shmem else None
    data = bytearray(PAGE)
    try:
        inode.read_page(index, memoryview(data))
    except Errno:
        return None
    return data


# -- writing ----------------------------------------------------------------------------------------------------------


def write(kernel: Any, mm: Any, va: int, data: bytes) -> None:
    """Store bytes whatever the rights: shared pages are copied first, missing ones are brought in. EmuError."""
    va &= kernel.xlen_mask
    if mm is None:
        raise EmuError("the process has no memory any more")
    for addr, _, _ in pieces(va, len(data)):
        if not 0 <= addr < mm.task_size or (mm.vma_at(addr) is None and not mm.entry(addr) & PTE_V):
            raise EmuError(f"nothing is mapped at {addr:#x}", hint="vmmap shows what is")
    for addr, offset, size in pieces(va, len(data)):
        pfn = own_page(kernel, mm, addr)
        at = pfn << 12 | addr & (PAGE - 1)
        kernel.ram[at : at + size] = data[offset : offset + size]
        kernel.machine.code_changed(pfn)


def own_page(kernel: Any, mm: Any, addr: int) -> int:
    """The frame of a page that only this process (or, of a shared mapping, everybody) will see changed. EmuError."""
    try:
        return _own_page(kernel, mm, addr)
    except (OutOfMemory, Blocked, Errno):
        raise EmuError(f"the page at {addr:#x} can't be had now: no memory, or its file can't be read") from None


def _own_page(kernel: Any, mm: Any, addr: int) -> int:
    vma = mm.vma_at(addr)
    access = ACCESS_STORE if vma is not None and vma.vm_flags & VM_WRITE else ACCESS_LOAD
    for _ in range(8):
        pte = mm.entry(addr)
        if pte & PTE_V and (pte & PTE_W or access != ACCESS_STORE):
            break
        if memory.handle_mm_fault(mm, addr, access) > FAULT_MAJOR:
            if pte & PTE_V:
                break
            raise EmuError(f"the page at {addr:#x} can't be brought in")
    cell = mm.pte_cell(addr)
    if cell is None or vma is None or vma.vm_flags & VM_SHARED or mm.cells[cell] & PTE_W:
        if cell is not None:
            mm.cells[cell] |= PTE_A | PTE_D if mm.cells[cell] & PTE_W else PTE_A
        return mm.entry(addr) >> 10
    pfn = mm.cells[cell] >> 10
    if not (kernel.pages.mem_map.flags[pfn] & PG_ANON and kernel.pages.mem_map.mapcount[pfn] == 1):
        cow.wp_page_copy(mm, vma, addr, cell, pfn)
        pfn = mm.cells[cell] >> 10
        mm.cells[cell] = pfn << 10 | vma.prot_ro
        tlb.flush_page(mm, addr)
    if vma.letters()[2] == "x":
        kernel.pages.mem_map.flags[pfn] |= PG_CODE
    return pfn
