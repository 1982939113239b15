"""What a fault most likely means: a list of questions, the first one that fits answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa import causes
from emu.kernel.mm.vma import VM_EXEC, VM_GROWSDOWN, VM_RWX, VM_WRITE
from emu.kernel.rlimit import RLIMIT_STACK
from emu.kernel.siginfo import SIGBUS, SIGILL, SIGTRAP

if TYPE_CHECKING:
    from emu.kernel.fault_card import FaultCard
    from emu.kernel.kernel import Kernel
    from emu.kernel.siginfo import SigInfo
    from emu.kernel.task import Task


def hint(kernel: Kernel, task: Task, info: SigInfo, card: FaultCard) -> str:
    """One sentence or two; '' when nothing is known."""
    if info.number == SIGTRAP:
        return "The program executed ebreak, and no debugger is attached."
    if info.number == SIGILL:
        return illegal(kernel, task, card)
    if info.cause in causes.MISALIGNED:
        return "The address is not a multiple of the access's size (atomics need that), or the jump target is odd."
    if info.number == SIGBUS:
        return "The address lies beyond the last page of the mapped file: the file is shorter than the mapping."
    return page_fault(task, card)


def illegal(kernel: Kernel, task: Task, card: FaultCard) -> str:
    """What the bytes of an illegal instruction look like."""
    vma = task.mm.vma_at(card.pc)
    if vma is not None and vma.vm_flags & VM_WRITE:
        return "The bytes at pc are no instruction, and the page is writable: data was executed, or code overwritten."
    past_the_end = "" if card.source else " Or did the program run past the end of its code, without exit or ret?"
    name = card.instruction.partition(" ")[0]
    if name.startswith("f") and not name.startswith("fence"):
        flag = f"-mcpu=generic_rv{kernel.xlen}+m+a+c"
        return (
            f"This machine has no floating point (F, D): compile for RV{kernel.xlen}IMAC, zig cc {flag}.{past_the_end}"
        )
    return (
        f"The bytes at pc are no instruction of this RV{kernel.xlen} machine, or one that user mode may not use."
        + past_the_end
    )


def page_fault(task: Task, card: FaultCard) -> str:
    """SIGSEGV."""
    mm, addr = task.mm, card.address
    vma = mm.vma_at(addr)
    if vma is not None:
        return refused(card, vma.vm_flags)
    if addr < 0x10000:
        base = "NULL" if not addr else f"NULL plus {addr} (a field of a structure, or an array element)"
        return f"NULL dereference: the address is {base}, and the first 64 kB are never mapped."
    if addr >= mm.task_size:
        return "The address is not in user space at all: a corrupt pointer, or a negative index."
    above = mm.find_vma(addr)
    if above is not None and above.vm_flags & VM_GROWSDOWN and above.vm_start - addr < 64 << 20:
        limit = mm.rlimit(RLIMIT_STACK)
        if above.vm_end - addr > limit:
            most = f"{limit >> 10} kB (RLIMIT_STACK)"
            return f"Stack overflow: the stack may grow to {most}. Endless recursion, or a huge local?"
        return "Just below the stack, but too near to the mapping below it: the guard gap may not be used."
    if card.access == "fetch":
        return "A jump to where no code is: a bad function pointer, or a return address that was overwritten."
    if mm.start_brk <= addr < mm.brk + (1 << 20) and addr >= mm.brk:
        return f"{addr - mm.brk} bytes beyond the end of the heap (brk is {mm.brk:#x}): an index out of bounds?"
    return "Nothing is mapped there: an uninitialised or freed pointer, or an index far out of bounds."


def refused(card: FaultCard, flags: int) -> str:
    """The address is mapped, but not for this access."""
    if not flags & VM_RWX:
        return "The page is mapped PROT_NONE: a guard page, or memory that was given back."
    if card.access == "fetch":
        return "Data was executed: the page is not executable. A jump through a bad pointer, or code on the stack."
    if card.access == "store" and flags & VM_EXEC:
        return "A write to the program's text, which is read-only: a string literal or constant, or a wild pointer."
    if card.access == "store":
        return "A write to read-only memory: a constant, a string literal, or a mapping without PROT_WRITE."
    return "The mapping does not allow this access."
