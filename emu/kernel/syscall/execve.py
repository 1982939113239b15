"""execve, execveat: another program in the same process (execve(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel import elf, exec
from emu.kernel.errno import E2BIG, EFAULT, EINVAL, ENOEXEC, Errno
from emu.kernel.mm.uaccess import get_user, strncpy_from_user
from emu.kernel.syscall.path import AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, lookup_at, start_dir
from emu.kernel.syscall.table import Addr, Int, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


MAX_ARG_STRLEN = 131072
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
    inode = lookup_at(kernel, task, dirfd, path, flags)
    name = path.decode("utf-8", "surrogateescape")
    if not name:
        name = task.files.get_raw(dirfd).path
    elif not name.startswith("/"):
        name = exec.absolute(kernel, start_dir(task, dirfd, path), path)
    arguments, environment = string_array(kernel, task, argv), string_array(kernel, task, envp)
    file = exec.open_exec(kernel, inode, name)
    try:
        mm, pc, sp = exec.load(kernel, file, arguments or [b""], environment, task.process.rlimits)
    except elf.ElfError as error:
        kernel.log(f"{task.comm}[{task.pid}]: execve {name}: {error.message}")
        raise Errno(ENOEXEC) from None
    finally:
        file.put()
    exec.begin_new_exec(kernel, task)
    exec.install(kernel, task, mm, pc, sp)
    kernel.reload(task)
    if kernel.tracer is not None:
        kernel.tracer.emit(kernel, "exec", task.pid, path=name, pc=pc)


@syscall("execve")
def sys_execve(kernel: Kernel, task: Task, path: Addr, argv: Addr, envp: Addr) -> None:
    do_execve(kernel, task, AT_FDCWD, strncpy_from_user(task.mm, path), argv, envp, 0)


@syscall("execveat")
def sys_execveat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, argv: Addr, envp: Addr, flags: Int) -> int | None:
    if flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW):
        return -EINVAL
    return do_execve(kernel, task, dirfd, strncpy_from_user(task.mm, path), argv, envp, flags)
