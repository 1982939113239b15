"""copy_from_user, copy_to_user: the kernel reaches user memory through the process's own page table, page by page.

Missing pages are faulted in exactly as a guest access would fault them in; a page that can't be had ends the copy. A
and D bits are set as the hardware would set them. Nothing here believes an address or a length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W
from emu.kernel import trace_fault
from emu.kernel.errno import EFAULT, ENAMETOOLONG, Errno
from emu.kernel.mm.fault import FAULT_MAJOR
from emu.kernel.mm.memory import handle_mm_fault
from emu.kernel.mm.page import PAGE_SIZE, PG_CODE
from emu.kernel.mm.vma import ACCESS_LOAD, ACCESS_STORE, VM_RWX, VM_WRITE

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

_READABLE = PTE_V | PTE_R | PTE_U
_WRITABLE = PTE_V | PTE_W | PTE_U
PATH_MAX = 4096


def user_page(mm: Mm, addr: int, write: bool) -> int:
    """The physical address of the byte at `addr`, present and allowed, after faults as needed. EFAULT."""
    need, access = (_WRITABLE, ACCESS_STORE) if write else (_READABLE, ACCESS_LOAD)
    if not 0 <= addr < mm.task_size:
        raise Errno(EFAULT)
    for _ in range(8):  # a fault may have to be taken twice: swap in, then break COW
        cell = mm.pte_cell(addr)
        if cell is None and addr >> mm.pmd_shift in mm.huge:
            return huge_page(mm, addr, need)
        pte = mm.cells[cell] if cell is not None else 0
        if pte & need == need:
            mm.cells[cell] = pte | (PTE_A | PTE_D if write else PTE_A)
            pfn = pte >> 10
            if write and mm.pages.mem_map.flags[pfn] & PG_CODE:
                mm.pages.code_changed(pfn)
            return pfn << 12 | addr & (PAGE_SIZE - 1)
        fault_in(mm, addr, access)
    raise Errno(EFAULT)


def huge_page(mm: Mm, addr: int, need: int) -> int:
    """The same inside a huge page. EFAULT."""
    pte = mm.entry(addr)
    if pte & need != need:
        raise Errno(EFAULT)
    return pte >> 10 << 12 | addr & (PAGE_SIZE - 1)


def fault_in(mm: Mm, addr: int, access: int) -> None:
    """Take the fault that a guest access would take, and count it. EFAULT."""
    kernel = mm.kernel
    if kernel.pagefault_disabled:
        raise Errno(EFAULT)
    probe = None if kernel.tracer is None else trace_fault.probe(kernel, mm, addr, access, "kernel")
    result = handle_mm_fault(mm, addr, access)
    if result <= FAULT_MAJOR:
        kernel.count_fault(result)
    if probe is not None:
        probe.end(result)
    if result > FAULT_MAJOR:
        raise Errno(EFAULT)


def copy_from_user(mm: Mm, addr: int, count: int) -> bytes:
    """`count` bytes at `addr`. EFAULT if any can't be read. For sizes that the caller has bounded."""
    pa = user_page(mm, addr, False)
    if (addr & (PAGE_SIZE - 1)) + count <= PAGE_SIZE:
        return bytes(mm.pages.ram[pa : pa + count])
    data = bytearray()
    while len(data) < count:
        pa = user_page(mm, addr + len(data), False)
        size = min(count - len(data), PAGE_SIZE - (pa & (PAGE_SIZE - 1)))
        data += mm.pages.ram[pa : pa + size]
    return bytes(data)


def copy_to_user(mm: Mm, addr: int, data: bytes | bytearray | memoryview) -> None:
    """Store all of `data` at `addr`; EFAULT if any byte can't be (what came before it is stored)."""
    done = 0
    while done < len(data):
        pa = user_page(mm, addr + done, True)
        size = min(len(data) - done, PAGE_SIZE - (pa & (PAGE_SIZE - 1)))
        mm.pages.ram[pa : pa + size] = data[done : done + size]
        done += size


def strncpy_from_user(mm: Mm, addr: int, limit: int = PATH_MAX) -> bytes:
    """The bytes of a C string without its NUL. EFAULT; ENAMETOOLONG when no NUL comes within `limit` bytes."""
    data = bytearray()
    while len(data) < limit:
        pa = user_page(mm, addr + len(data), False)
        size = min(limit - len(data), PAGE_SIZE - (pa & (PAGE_SIZE - 1)))
        chunk = bytes(mm.pages.ram[pa : pa + size])
        end = chunk.find(0)
        if end >= 0:
            return bytes(data) + chunk[:end]
        data += chunk
    raise Errno(ENAMETOOLONG)


def get_user(mm: Mm, addr: int, size: int, signed: bool = False) -> int:
    """One integer."""
    return int.from_bytes(copy_from_user(mm, addr, size), "little", signed=signed)


def put_user(mm: Mm, addr: int, value: int, size: int) -> None:
    """One integer; its low bytes."""
    copy_to_user(mm, addr, (value & ((1 << 8 * size) - 1)).to_bytes(size, "little"))


def populate(mm: Mm, start: int, end: int) -> bool:
    """Fault in every page of a range (MAP_POPULATE, mlock); False where one can't be had."""
    for addr in range(start, end, PAGE_SIZE):
        vma = mm.vma_at(addr)
        if vma is None or not vma.vm_flags & VM_RWX:
            return False
        try:
            user_page(mm, addr, bool(vma.vm_flags & VM_WRITE))
        except Errno:
            return False
    return True
