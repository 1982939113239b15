"""The signal frame on the user's stack, and the way back (Linux: arch/riscv/kernel/signal.c, asm/ucontext.h).

sp ► siginfo 128 │ uc_flags │ uc_link │ uc_stack │ uc_sigmask, padded to 128 │ pc ra sp … t6 │ f0 … f31 fcsr, room for Q
"""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

from emu.kernel.errno import Errno
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.siginfo import SA_NODEFER, SA_ONSTACK, SA_RESETHAND, SIG_DFL, UNBLOCKABLE, SigAction, SigInfo

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

SIGINFO = 128
FP_STATE = 528
SS_ONSTACK, SS_DISABLE, SS_AUTODISARM = 1, 2, 1 << 31
NO_ALTSTACK = (0, SS_DISABLE, 0)


class Layout:
    """Offsets in struct ucontext for a register width."""

    def __init__(self, xlen: int) -> None:
        self.word = xlen // 8
        self.code = "Q" if xlen == 64 else "I"
        self.stack = 2 * self.word
        self.mask = self.stack + 3 * self.word
        self.regs = (self.mask + 128 + 15) & -16
        self.fpregs = self.regs + 32 * self.word
        self.size = self.fpregs + FP_STATE


LAYOUTS = {64: Layout(64), 32: Layout(32)}


def pack_siginfo(info: SigInfo, xlen: int) -> bytes:
    """siginfo_t: signo, errno, code, then the union, which is aligned as a pointer is."""
    head = struct.pack("<iii", info.number, 0, info.code) + (b"" if xlen == 32 else bytes(4))
    if info.fault:
        body = struct.pack("<Q" if xlen == 64 else "<I", info.addr)
    else:
        extra = info.status & 0xFFFFFFFF or info.value & ((1 << xlen) - 1)
        body = struct.pack("<IIQ" if xlen == 64 else "<III", info.pid, info.uid, extra)
    return (head + body).ljust(SIGINFO, b"\0")


def setup(kernel: Kernel, task: Task, action: SigAction, info: SigInfo) -> bool:
    """Save the context on the user's stack and enter the handler; False if the stack can't take it."""
    layout, hart = LAYOUTS[kernel.xlen], kernel.harts[task.cpu]
    sp = hart.x[2] & kernel.xlen_mask
    base, flags, size = task.altstack
    if action.flags & SA_ONSTACK and not flags & SS_DISABLE and not on_altstack(task, sp):
        sp = base + size
    sp = (sp - SIGINFO - layout.size) & -16
    mask = task.saved_mask if task.saved_mask is not None else task.blocked
    try:
        copy_to_user(task.mm, sp, pack_siginfo(info, kernel.xlen) + pack_context(kernel, task, layout, mask))
    except Errno:
        return False
    enter_handler(kernel, task, action, info, sp)
    return True


def on_altstack(task: Task, sp: int) -> bool:
    """Whether the stack that is used is the alternate one, and still known as that."""
    base, flags, size = task.altstack
    return not flags & (SS_DISABLE | SS_AUTODISARM) and base <= sp - 1 < base + size


def pack_context(kernel: Kernel, task: Task, layout: Layout, mask: int) -> bytes:
    """struct ucontext: the alternate stack, the mask that the handler's end restores, all registers."""
    hart = kernel.harts[task.cpu]
    base, flags, size = task.altstack
    words = [0, 0, base, flags, size]
    head = struct.pack(f"<5{layout.code}", *words) + struct.pack("<Q", mask)
    keep = kernel.xlen_mask
    regs = struct.pack(f"<32{layout.code}", hart.pc & keep, *(value & keep for value in hart.x[1:]))
    fp = struct.pack("<32QI", *(value & (1 << 64) - 1 for value in hart.f), hart.fcsr & 0xFFFFFFFF)
    return (head.ljust(layout.regs, b"\0") + regs + fp).ljust(layout.size, b"\0")


def enter_handler(kernel: Kernel, task: Task, action: SigAction, info: SigInfo, sp: int) -> None:
    """Registers of the handler's call; its mask; one-shot actions reset."""
    hart, x = kernel.harts[task.cpu], kernel.harts[task.cpu].x
    put = kernel.to_register
    x[1], x[2] = put(task.mm.vdso), put(sp)
    x[10], x[11], x[12] = info.number, put(sp), put(sp + SIGINFO)
    hart.pc = put(action.handler)
    task.saved_mask = None
    if task.altstack[1] & SS_AUTODISARM:
        task.altstack = NO_ALTSTACK
    task.blocked |= action.mask
    if not action.flags & SA_NODEFER:
        task.blocked |= 1 << (info.number - 1)
    if action.flags & SA_RESETHAND:
        task.process.actions[info.number] = replace(action, handler=SIG_DFL)


def restore(kernel: Kernel, task: Task) -> bool:
    """rt_sigreturn: everything back as the frame says, whatever the handler made of it; False if it can't be read."""
    layout, hart = LAYOUTS[kernel.xlen], kernel.harts[task.cpu]
    sp = hart.x[2] & kernel.xlen_mask
    try:
        context = copy_from_user(task.mm, sp + SIGINFO, layout.size)
    except Errno:
        return False
    base, flags, size = struct.unpack_from(f"<3{layout.code}", context, layout.stack)
    task.altstack = (base, flags & (SS_DISABLE | SS_AUTODISARM), size)
    task.blocked = struct.unpack_from("<Q", context, layout.mask)[0] & ~UNBLOCKABLE
    regs = struct.unpack_from(f"<32{layout.code}", context, layout.regs)
    hart.pc = kernel.to_register(regs[0])
    for n in range(1, 32):
        hart.x[n] = kernel.to_register(regs[n])
    *fregs, fcsr = struct.unpack_from("<32QI", context, layout.fpregs)
    for n in range(32):
        hart.f[n] = fregs[n] - (1 << 64) if fregs[n] >> 63 else fregs[n]
    hart.fcsr = fcsr & 0xFF
    return True
