"""vm_area_struct: a range of an address space with one set of rights and one source of its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.isa.paging import PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.mm.mm import Mm
    from emu.kernel.mm.rmap import AnonVma

VM_READ, VM_WRITE, VM_EXEC, VM_SHARED = 1, 2, 4, 8
VM_MAYREAD, VM_MAYWRITE, VM_MAYEXEC, VM_MAYSHARE = 0x10, 0x20, 0x40, 0x80
VM_GROWSDOWN = 0x100
VM_LOCKED = 0x2000
VM_SEQ_READ, VM_RAND_READ = 0x8000, 0x10000
VM_DONTCOPY, VM_DONTEXPAND = 0x20000, 0x40000
VM_LOCKONFAULT, VM_ACCOUNT, VM_NORESERVE, VM_HUGETLB = 0x80000, 0x100000, 0x200000, 0x400000
VM_WIPEONFORK, VM_DONTDUMP = 0x02000000, 0x04000000
VM_HUGEPAGE, VM_NOHUGEPAGE = 0x20000000, 0x40000000
VM_RWX = VM_READ | VM_WRITE | VM_EXEC
VM_LOCKED_MASK = VM_LOCKED | VM_LOCKONFAULT
VM_MAY = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC

ACCESS_LOAD = VM_READ | VM_WRITE  # any of these rights lets a load through: the hardware has no write-only page
ACCESS_STORE = VM_WRITE
ACCESS_FETCH = VM_EXEC


def protection(flags: int) -> int:
    """Linux's protection_map: the PTE of a page with these rights, before its frame; write needs read in hardware.

    PROT_NONE keeps the frame in a valid entry that only lacks U: nobody in user mode gets through.
    """
    if not flags & VM_RWX:
        return PTE_V | PTE_R | PTE_A
    prot = PTE_V | PTE_U | PTE_A
    if flags & (VM_READ | VM_WRITE):
        prot |= PTE_R
    if flags & VM_EXEC:
        prot |= PTE_X
    if flags & VM_WRITE:
        prot |= PTE_W | PTE_D
    return prot


class Vma:
    """Addresses vm_start up to vm_end. `vm_pgoff` is the page offset in the file, or vm_start's page number when
    anonymous.

    prot_rw is the PTE of a page this area may write, prot_ro that of one it must copy or report first.
    """

    __slots__ = (
        "anon_vma",
        "mm",
        "name",
        "prot_ro",
        "prot_rw",
        "slab",
        "vm_end",
        "vm_file",
        "vm_flags",
        "vm_pgoff",
        "vm_start",
    )

    def __init__(self, mm: Mm, start: int, end: int, flags: int, file: File | None = None, pgoff: int = 0) -> None:
        self.mm, self.vm_start, self.vm_end = mm, start, end
        self.vm_file = file
        self.vm_pgoff = pgoff if file else start >> 12
        self.anon_vma: AnonVma | None = None
        self.name = ""
        self.slab = 0  # where the structure lies, see mm.slab
        self.set_flags(flags)

    def set_flags(self, flags: int) -> None:
        """New vm_flags, and the bits that its entries have from now on."""
        self.vm_flags = flags
        self.prot_rw = protection(flags)
        self.prot_ro = self.prot_rw & ~(PTE_W | PTE_D)

    @property
    def pages(self) -> int:
        """Its length in pages."""
        return (self.vm_end - self.vm_start) >> 12

    @property
    def mapping(self) -> Any:
        """The AddressSpace of the file, or None."""
        return self.vm_file.inode.mapping if self.vm_file else None

    def index_of(self, addr: int) -> int:
        """linear_page_index: the page offset of `addr` in the file (or in the anonymous mapping)."""
        return self.vm_pgoff + ((addr - self.vm_start) >> 12)

    def letters(self) -> str:
        """`rw-p` as in /proc/PID/maps."""
        flags = self.vm_flags
        rwx = "".join(c if flags & bit else "-" for c, bit in (("r", VM_READ), ("w", VM_WRITE), ("x", VM_EXEC)))
        return rwx + ("s" if flags & VM_MAYSHARE else "p")

    def __repr__(self) -> str:
        what = self.name or (self.vm_file.path if self.vm_file else "anonymous")
        return f"<Vma {self.vm_start:#x}-{self.vm_end:#x} {self.letters()} {what}>"
