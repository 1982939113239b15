"""execve: a new address space from an ELF file (Linux: fs/exec.c, fs/binfmt_elf.c). Segments are mapped, nothing is
copied.

    0 ┆ NULL page … 64 kB ┆ text ┆ data ┆ bss ┆ heap ▲ …… ▼ mmap area ┆ gap ┆ ▼ stack ┆ 3 GB (RV32) or 128 TB (RV64)

With ASLR the ends of heap, mmap area and stack move by random amounts that follow from the seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel import auxv, elf, exit
from emu.kernel.binfmt import Binprm, open_interpreter, read_at
from emu.kernel.elfmap import Loaded, map_interpreter, map_program
from emu.kernel.fs.inode import Inode
from emu.kernel.layout import TASK_SIZE, map_vdso, new_mm, setup_heap, setup_stack
from emu.kernel.mm.mm import Mm
from emu.kernel.mm.page import page_align
from emu.kernel.sched.states import DEAD
from emu.kernel.sigframe import NO_ALTSTACK

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.fs.permission import Ids
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process, Task


def read_image(kernel: Kernel, inode: Inode) -> elf.Image:
    """An executable's bytes for the parser, which asks for its headers only: through the page cache."""
    return elf.Image(inode.i_size, lambda offset, size: read_at(inode, offset, size))


def peek_whole(inode: Inode) -> bytes:
    """All bytes of a file as they are now, in the cache or not, without bringing any into the cache."""
    data = bytearray(page_align(inode.i_size))
    for index in range(len(data) >> 12):
        page = memoryview(data)[index << 12 : (index + 1) << 12]
        pfn = inode.mapping.pages.get(index)
        if pfn is None:
            inode.read_page(index, page)
        else:
            page[:] = inode.sb.kernel.ram[pfn << 12 : (pfn + 1) << 12]
    return bytes(data[: inode.i_size])


def load(kernel: Kernel, bprm: Binprm, envp: list[bytes], rlimits: list[list[int]]) -> tuple[Mm, int, int]:
    """Build the address space of a program: (mm, entry pc, sp). ElfError or Errno; nothing is left behind then."""
    program = parse(kernel, bprm.file.inode)
    loader = open_interpreter(kernel, bprm, program.interp) if program.interp else None
    mm = new_mm(kernel, rlimits)
    try:
        bias = map_program(mm, bprm.file, program)
        setup_heap(kernel, mm)
        top = setup_stack(kernel, mm, program)
        base, entry = load_interpreter(mm, loader) if loader else (0, program.entry + bias)
        map_vdso(kernel, mm)
        sp = auxv.build_stack(mm, top, Loaded(program, bias, base), bprm, envp)
    except BaseException:
        kernel.free_mm(mm)
        raise
    finally:
        if loader:
            loader.put()
    mm.exe_file = bprm.file.get()
    mm.exe_file.inode.execs += 1
    return mm, entry, sp


def parse(kernel: Kernel, inode: Inode) -> elf.Elf:
    """An executable's headers. ElfError, also if it is for the other width."""
    program = elf.parse(read_image(kernel, inode), TASK_SIZE[kernel.xlen])
    if program.xlen != kernel.xlen:
        raise elf.ElfError(
            f"the program is for RV{program.xlen}, the machine is RV{kernel.xlen}", hint=f"use --xlen {program.xlen}"
        )
    return program


def load_interpreter(mm: Mm, file: File) -> tuple[int, int]:
    """Map the dynamic linker that a program asks for: where it lies, where it begins. LoaderError Errno."""
    try:
        program = parse(mm.kernel, file.inode)
    except elf.ElfError as error:
        raise elf.LoaderError(f"its program interpreter {file.path}: {error.message}", hint=error.hint) from None
    bias = map_interpreter(mm, file, program)
    return program.segments[0].first_page + bias, program.entry + bias


def begin_new_exec(kernel: Kernel, task: Task, ids: Ids, readable: bool) -> None:
    """The point of no return: other threads end, handlers are reset, descriptors marked close-on-exec are closed.
    Into a program with lent rights, or whose file the caller may not read, nobody looks (PR_SET_DUMPABLE).
    """
    group = task.process
    for thread in [thread for thread in group.threads if thread is not task]:
        exit.do_exit(kernel, thread, 0)
    if not task.is_leader:
        become_leader(kernel, task)
    if task.files.users > 1:
        task.files.users -= 1
        task.files = task.files.copy()
    task.files.close_on_exec()
    unshare_sighand(group)
    for timer in group.posix_timers.values():
        timer.set(0, 0)
    group.posix_timers.clear()
    task.altstack = NO_ALTSTACK
    group.did_exec = True
    commit_creds(task, ids)
    group.dumpable = readable and not ids.lent
    group.membarriers = 0
    task.keepcaps = False
    exit.mm_release(kernel, task)


def commit_creds(task: Task, ids: Ids) -> None:
    """The rights of the new program; with lent ones nobody has it killed when he ends."""
    task.suid = task.fsuid = task.euid = ids.euid
    task.sgid = task.fsgid = task.egid = ids.egid
    if ids.lent:
        task.pdeath_signal = 0


def unshare_sighand(group: Process) -> None:
    """Handlers end with the program that they belong to; what is ignored stays so."""
    if group.sighand.users > 1:
        group.sighand.users -= 1
        group.sighand = group.sighand.copy()
    group.sighand.actions = {number: action for number, action in group.actions.items() if action.handler == 1}


def become_leader(kernel: Kernel, task: Task) -> None:
    """de_thread: the thread that calls execve takes over the leader's pid."""
    old = task.process.leader
    del kernel.tasks[task.pid]
    task.pid, task.exit_signal = old.pid, old.exit_signal
    old.state = DEAD
    kernel.slab.caches["task_struct"].free(old.slab)
    kernel.slab.caches["pid"].free(task.pid_slab)
    task.pid_slab = old.pid_slab
    task.process.leader = kernel.tasks[task.pid] = task


def install(kernel: Kernel, task: Task, mm: Mm, pc: int, sp: int, filename: bytes) -> None:
    """Make the task run the new program: the point of no return of execve."""
    old, task.mm = task.mm, mm
    task.regs, task.fregs, task.fcsr = [0] * 32, [0] * 32, 0
    task.pc, task.regs[2] = kernel.to_register(pc), kernel.to_register(sp)
    task.clear_child_tid = task.robust_list = 0
    task.comm = filename.rpartition(b"/")[2][:15].decode("utf-8", "surrogateescape")
    if old is not None:
        kernel.mm_put(old)
