"""From a trap to its handler: system calls, page faults, and what else can go wrong in an instruction (Linux: traps.c).

The hart stands on the instruction that trapped with its registers untouched. A handler that repairs the cause does
nothing more, and the instruction runs again; a system call adds 4 to pc; all else is a signal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa import causes
from emu.kernel import siginfo, signal, sigsend, trace_call, trace_fault
from emu.kernel.errno import EINTR, ENOSYS, EPERM, Errno
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.mm.fault import FAULT_ACCERR, FAULT_MAJOR, FAULT_MINOR, FAULT_SIGBUS
from emu.kernel.mm.memory import handle_mm_fault
from emu.kernel.mm.vma import ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE
from emu.kernel.sched.wait import Blocked
from emu.kernel.syscall.numbers import NAMES
from emu.kernel.syscall.table import sext32
from emu.machine.ledger import LEDGER_FAULT, LEDGER_TRAP

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

ACCESS = {
    causes.INSN_PAGE_FAULT: ACCESS_FETCH,
    causes.LOAD_PAGE_FAULT: ACCESS_LOAD,
    causes.STORE_PAGE_FAULT: ACCESS_STORE,
}
# cause -> (signal, si_code)
SIGNALS = {
    causes.INSN_ADDR_MISALIGNED: (siginfo.SIGBUS, siginfo.BUS_ADRALN),
    causes.LOAD_ADDR_MISALIGNED: (siginfo.SIGBUS, siginfo.BUS_ADRALN),
    causes.STORE_ADDR_MISALIGNED: (siginfo.SIGBUS, siginfo.BUS_ADRALN),
    causes.INSN_ACCESS_FAULT: (siginfo.SIGSEGV, siginfo.SEGV_ACCERR),
    causes.LOAD_ACCESS_FAULT: (siginfo.SIGSEGV, siginfo.SEGV_ACCERR),
    causes.STORE_ACCESS_FAULT: (siginfo.SIGSEGV, siginfo.SEGV_ACCERR),
    causes.ILLEGAL_INSN: (siginfo.SIGILL, siginfo.ILL_ILLOPC),
    causes.BREAKPOINT: (siginfo.SIGTRAP, siginfo.TRAP_BRKPT),
}
FOR_ROOT = frozenset("mount umount2 pivot_root swapon swapoff acct setns".split())  # none of them is there


def handle_trap(kernel: Kernel, cpu: int) -> None:
    """Serve the trap of hart `cpu`."""
    hart = kernel.harts[cpu]
    task = kernel.sched.running[cpu]
    cause = hart.cause
    access = ACCESS.get(cause)
    if access is not None:
        do_page_fault(kernel, task, hart, access)
    elif cause == causes.ECALL_U:
        do_syscall(kernel, task, hart)
    else:
        hart.charge(LEDGER_TRAP, kernel.cost_trap)
        if kernel.tracer is not None:
            value = hart.tval & kernel.xlen_mask
            kernel.tracer.emit(kernel, "trap", cause=cause, pc=hart.pc & kernel.xlen_mask, value=value)
        number, code = SIGNALS.get(cause, (siginfo.SIGILL, siginfo.ILL_ILLOPC))
        addr = hart.pc if cause in (causes.BREAKPOINT, causes.ILLEGAL_INSN) else hart.tval
        sigsend.force(kernel, task, number, code, addr & kernel.xlen_mask, cause)
    if task.pending or task.process.pending:
        signal.deliver(kernel, task)
    if kernel.yield_wanted:
        kernel.yield_wanted = False
        kernel.sched.yield_now(cpu)


def do_page_fault(kernel: Kernel, task: Task, hart: object, access: int) -> None:
    """Repair the page table and let the instruction run again, or send SIGSEGV or SIGBUS."""
    hart.charge(LEDGER_TRAP, kernel.cost_trap)
    addr = hart.tval & kernel.xlen_mask
    probe = None if kernel.tracer is None else trace_fault.probe(kernel, task.mm, addr, access, "user")
    kernel.may_sleep = True
    try:
        result = handle_mm_fault(task.mm, addr, access)
    except OutOfMemory:
        kernel.out_of_memory(task)
        return
    except Blocked:
        if probe is not None:
            probe.waits()
        kernel.sched.block(task)
        return
    except Errno:  # the file could not be read
        result = FAULT_SIGBUS
    finally:
        kernel.may_sleep = False
    if result == FAULT_MINOR:
        task.min_flt += 1
        kernel.vm.minor += 1
        hart.charge(LEDGER_FAULT, kernel.cost_fault)
    elif result == FAULT_MAJOR:
        task.maj_flt += 1
        kernel.vm.major += 1
        hart.charge(LEDGER_FAULT, kernel.cost_fault)
    if probe is not None:
        probe.end(result)
    if result > FAULT_MAJOR:
        kernel.vm.invalid += 1
        if result == FAULT_SIGBUS:
            sigsend.force(kernel, task, siginfo.SIGBUS, siginfo.BUS_ADRERR, addr, hart.cause)
        else:
            code = siginfo.SEGV_ACCERR if result == FAULT_ACCERR else siginfo.SEGV_MAPERR
            sigsend.force(kernel, task, siginfo.SIGSEGV, code, addr, hart.cause)


def do_syscall(kernel: Kernel, task: Task, hart: object) -> None:
    """Look the number up, call, put the result in a0 and step over the ecall."""
    hart.charge(LEDGER_TRAP, kernel.cost_syscall)
    x = hart.x
    entry = kernel.syscalls.get(x[17])
    if kernel.tracer is not None:
        trace_call.enter(kernel, task, x, entry)
    if entry is None:
        result: int | None = unknown_syscall(kernel, task, x[17])
    else:
        if task.again:
            task.again = False
        else:
            entry.count += 1
        try:
            result = entry.function(kernel, task, *[coerce(x, r) for coerce, r in entry.arguments])
        except Errno as error:
            result = -error.number
        except Blocked:
            if task.in_call and not task.in_iowait and signal.takes_one(task):
                task.stop_waiting()
            else:
                kernel.sched.block(task)
                task.again = True
            return
        except OutOfMemory:
            kernel.out_of_memory(task)
            return
        if result is None:
            if kernel.tracer is not None:
                trace_call.leave(kernel, task, entry, None)
            return
        if result < 0:
            entry.errors += 1
    if task.in_call:
        task.in_call, task.on_interrupt = "", None
        if task.saved_mask is not None and result != -EINTR:
            task.blocked, task.saved_mask = task.saved_mask, None
    task.restart = None
    if kernel.tracer is not None:
        trace_call.leave(kernel, task, entry, result, x[17])
    x[10] = result if kernel.xlen == 64 else sext32(result)
    hart.pc += 4


def unknown_syscall(kernel: Kernel, task: Task, number: int) -> int:
    """ENOSYS, said once for each number, with Linux's name for it; EPERM for what only root may ask for."""
    name = NAMES[kernel.xlen].get(number)
    if task.euid and name in FOR_ROOT:
        return -EPERM
    if number not in kernel.unknown_syscalls:
        what = f"{name} ({number})" if name else f"number {number}"
        kernel.log(f"{task.comm}[{task.pid}]: system call {what} is not implemented: ENOSYS")
    if len(kernel.unknown_syscalls) < 1000:
        kernel.unknown_syscalls[number] = kernel.unknown_syscalls.get(number, 0) + 1
    return -ENOSYS
