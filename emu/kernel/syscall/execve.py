"""execve, execveat: another program in the same process (execve(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel import elf, exec
from emu.kernel.auxv import MAX_ARG_STRLEN
from emu.kernel.binfmt import Binprm, check_executable, find_interpreter, open_exec
from emu.kernel.errno import E2BIG, EFAULT, EINVAL, Errno
from emu.kernel.fs.file import O_RDONLY, File
from emu.kernel.fs.permission import MAY_READ, allowed, cred_of, ids_after_exec
from emu.kernel.mm.uaccess import get_user, strncpy_from_user
from emu.kernel.syscall.path import AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, lookup_at, start_dir
from emu.kernel.syscall.table import Addr, Int, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


MAX_ARGS = 100_000


def string_array(kernel: Kernel, task: Task, addr: int) -> list[bytes]:
    """argv or envp. E2BIG EFAULT."""
    strings: list[bytes] = []
    word, total = kernel.xlen // 8, 0
    while addr and (at := get_user(task.mm, addr + len(strings) * word, word)):
        try:
            strings.append(strncpy_from_user(task.mm, at, MAX_ARG_STRLEN))
        except Errno as error:
            raise Errno(EFAULT if error.number == EFAULT else E2BIG) from None
        total += len(strings[-1]) + 1 + word
        if len(strings) > MAX_ARGS or total > 6 << 20:
            raise Errno(E2BIG)
    return strings


def do_execve(kernel: Kernel, task: Task, dirfd: int, path: bytes, argv: int, envp: int, flags: int) -> None:
    """Replace the program. Errno before the point of no return; after it there is no way back, and none is needed."""
    file = open_exec_at(kernel, task, dirfd, path, flags)
    name, filename = file.path, exec_name(dirfd, path)
    closed = filename is not path and dirfd in task.files.cloexec
    bprm = Binprm(file, filename, filename, [], task.fs.cwd, closed)
    try:
        bprm.argv, environment = string_array(kernel, task, argv) or [b""], string_array(kernel, task, envp)
        find_interpreter(kernel, bprm)
        bprm.ids = ids_after_exec(task, bprm.file.inode)
        readable = allowed(cred_of(task), bprm.file.inode, MAY_READ)
        mm, pc, sp = exec.load(kernel, bprm, environment, task.process.rlimits)
    except elf.ElfError as error:
        kernel.log(f"{task.comm}[{task.pid}]: execve {name}: {error.message}")
        raise Errno(error.number) from None
    finally:
        bprm.file.put()
    exec.begin_new_exec(kernel, task, bprm.ids, readable)
    exec.install(kernel, task, mm, pc, sp, filename if path else name.encode("utf-8", "surrogateescape"))
    kernel.reload(task)
    if kernel.tracer is not None:
        kernel.tracer.emit(kernel, "exec", task.pid, path=name, pc=pc)


def open_exec_at(kernel: Kernel, task: Task, dirfd: int, path: bytes, flags: int) -> File:
    """The executable that execveat names. EACCES ELOOP, and what a walk may raise."""
    if not path and flags & AT_EMPTY_PATH:
        inode = lookup_at(kernel, task, dirfd, path, flags)
        check_executable(inode)
        return File(inode, O_RDONLY, task.files.get_raw(dirfd).path)
    if flags & AT_SYMLINK_NOFOLLOW:
        check_executable(lookup_at(kernel, task, dirfd, path, flags))
    return open_exec(kernel, start_dir(task, dirfd, path), path)


def exec_name(dirfd: int, path: bytes) -> bytes:
    """The name of a program that a descriptor leads to is one in /dev/fd."""
    if path.startswith(b"/") or dirfd == AT_FDCWD:
        return path
    return b"/dev/fd/%d/%s" % (dirfd, path) if path else b"/dev/fd/%d" % dirfd


@syscall("execve")
def sys_execve(kernel: Kernel, task: Task, path: Addr, argv: Addr, envp: Addr) -> None:
    do_execve(kernel, task, AT_FDCWD, strncpy_from_user(task.mm, path), argv, envp, 0)


@syscall("execveat")
def sys_execveat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, argv: Addr, envp: Addr, flags: Int) -> int | None:
    if flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW):
        return -EINVAL
    return do_execve(kernel, task, dirfd, strncpy_from_user(task.mm, path), argv, envp, flags)
