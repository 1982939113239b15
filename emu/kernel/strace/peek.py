"""The guest's memory as it would read it, without a fault, an A bit or a cache line: for who only looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import PTE_V
from emu.kernel.errno import Errno
from emu.kernel.mm.page import PAGE_SIZE

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.mm.vma import Vma


def peek(mm: Mm, addr: int, count: int) -> bytes | None:
    """`count` bytes at `addr`; None if any lies where nothing is mapped, or in swap."""
    data = bytearray()
    while len(data) < count:
        page = peek_page(mm, addr + len(data))
        if page is None:
            return None
        offset = addr + len(data) & (PAGE_SIZE - 1)
        data += page[offset : offset + count - len(data)]
    return bytes(data)


def peek_string(mm: Mm, addr: int, limit: int = 4096) -> bytes | None:
    """The bytes before a NUL, at most `limit`; None if it can't be read."""
    data = b""
    while len(data) < limit:
        page = peek_page(mm, addr + len(data))
        if page is None:
            return None
        piece, nul, _ = bytes(page[addr + len(data) & (PAGE_SIZE - 1) :]).partition(b"\0")
        data += piece
        if nul:
            break
    return data[:limit]


def peek_page(mm: Mm, addr: int) -> bytes | memoryview | None:
    """The page that holds an address: its frame, or what a first access would find there."""
    if not 0 <= addr < mm.task_size:
        return None
    pte = mm.entry(addr)
    if pte & PTE_V:
        start = pte >> 10 << 12
        return mm.pages.ram[start : start + PAGE_SIZE]
    vma = mm.vma_at(addr)
    if vma is None or pte:
        return None
    return bytes(PAGE_SIZE) if vma.vm_file is None else peek_file(mm.kernel, vma, vma.index_of(addr))


def peek_file(kernel: Kernel, vma: Vma, index: int) -> bytes | memoryview | None:
    """A page of a mapped file, from the page cache or from where the file is kept."""
    inode = vma.vm_file.inode
    pfn = inode.mapping.pages.get(index)
    if pfn is not None:
        return kernel.ram[pfn << 12 : pfn + 1 << 12]
    page = bytearray(PAGE_SIZE)
    try:
        inode.read_page(index, memoryview(page))
    except (Errno, AttributeError):
        return None
    return bytes(page)
