"""prctl(2): what a process says about itself, option by option: a function each, whose contract is in the man page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL
from emu.kernel.mm.uaccess import copy_to_user, put_user, user_page
from emu.kernel.siginfo import NSIG
from emu.kernel.syscall.table import Addr, Int, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE = 1, 2, 3, 4
PR_GET_KEEPCAPS, PR_SET_KEEPCAPS, PR_SET_NAME, PR_GET_NAME, PR_GET_SECCOMP, PR_CAPBSET_READ = 7, 8, 15, 16, 21, 23
PR_GET_SECUREBITS, PR_SET_TIMERSLACK, PR_GET_TIMERSLACK = 27, 29, 30
PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 36, 37, 38, 39
Option = Callable[["Kernel", "Task", int, int], int]
LAST_CAP = 40
TIMERSLACK = 50_000  # nanoseconds
OPTIONS: dict[int, tuple[Option, bool]] = {}


def option(number: int, strict: bool = True) -> Callable[[Option], Option]:
    """Enter a function under its PR_ number; `strict`: the arguments that it doesn't take must be 0."""

    def enter(function: Option) -> Option:
        OPTIONS[number] = function, strict
        return function

    return enter


@syscall("prctl")
def sys_prctl(kernel: Kernel, task: Task, number: Int, arg2: Addr, arg3: Addr, arg4: Addr, arg5: Addr) -> int:
    found = OPTIONS.get(number)
    if found is None or (found[1] and (arg3 or arg4 or arg5)):
        return -EINVAL
    return found[0](kernel, task, arg2, arg3)


# -- names ------------------------------------------------------------------------------------------------------------
@option(PR_SET_NAME, strict=False)
def set_name(kernel: Kernel, task: Task, addr: int, _: int) -> int:
    data = bytearray()
    while len(data) < 15:
        byte = kernel.ram[user_page(task.mm, addr + len(data), False)]
        if not byte:
            break
        data.append(byte)
    task.comm = data.decode("utf-8", "surrogateescape")
    return 0


@option(PR_GET_NAME, strict=False)
def get_name(kernel: Kernel, task: Task, addr: int, _: int) -> int:
    copy_to_user(task.mm, addr, task.comm.encode("utf-8", "surrogateescape")[:15].ljust(16, b"\0"))
    return 0


# -- the family -------------------------------------------------------------------------------------------------------
@option(PR_SET_PDEATHSIG, strict=False)
def set_pdeathsig(kernel: Kernel, task: Task, number: int, _: int) -> int:
    if number > NSIG:
        return -EINVAL
    task.pdeath_signal = number
    return 0


@option(PR_GET_PDEATHSIG, strict=False)
def get_pdeathsig(kernel: Kernel, task: Task, addr: int, _: int) -> int:
    put_user(task.mm, addr, task.pdeath_signal, 4)
    return 0


@option(PR_SET_CHILD_SUBREAPER, strict=False)
def set_child_subreaper(kernel: Kernel, task: Task, on: int, _: int) -> int:
    task.process.subreaper = bool(on)
    return 0


@option(PR_GET_CHILD_SUBREAPER, strict=False)
def get_child_subreaper(kernel: Kernel, task: Task, addr: int, _: int) -> int:
    put_user(task.mm, addr, int(task.process.subreaper), 4)
    return 0


# -- rights -----------------------------------------------------------------------------------------------------------
@option(PR_GET_DUMPABLE, strict=False)
def get_dumpable(kernel: Kernel, task: Task, _: int, __: int) -> int:
    return int(task.process.dumpable)


@option(PR_SET_DUMPABLE, strict=False)
def set_dumpable(kernel: Kernel, task: Task, on: int, _: int) -> int:
    if on > 1:
        return -EINVAL
    task.process.dumpable = bool(on)
    return 0


@option(PR_SET_NO_NEW_PRIVS)
def set_no_new_privs(kernel: Kernel, task: Task, on: int, _: int) -> int:
    if on != 1:
        return -EINVAL
    task.no_new_privs = True
    return 0


@option(PR_GET_NO_NEW_PRIVS)
def get_no_new_privs(kernel: Kernel, task: Task, arg2: int, _: int) -> int:
    return -EINVAL if arg2 else int(task.no_new_privs)


@option(PR_GET_KEEPCAPS, strict=False)
def get_keepcaps(kernel: Kernel, task: Task, _: int, __: int) -> int:
    return int(task.keepcaps)


@option(PR_SET_KEEPCAPS, strict=False)
def set_keepcaps(kernel: Kernel, task: Task, on: int, _: int) -> int:
    if on > 1:
        return -EINVAL
    task.keepcaps = bool(on)
    return 0


@option(PR_CAPBSET_READ, strict=False)
def read_capability_bound(kernel: Kernel, task: Task, number: int, _: int) -> int:
    """The bounding set is always full."""
    return 1 if number <= LAST_CAP else -EINVAL


@option(PR_GET_SECUREBITS, strict=False)
def get_securebits(kernel: Kernel, task: Task, _: int, __: int) -> int:
    return 0


@option(PR_GET_SECCOMP, strict=False)
def get_seccomp(kernel: Kernel, task: Task, _: int, __: int) -> int:
    """There is no seccomp: its mode is 0."""
    return 0


# -- time ------------------------------------------------------------------------------------------------------------
@option(PR_SET_TIMERSLACK, strict=False)
def set_timerslack(kernel: Kernel, task: Task, nanoseconds: int, _: int) -> int:
    """Timers here are exact; the value is kept."""
    task.timerslack = nanoseconds or TIMERSLACK
    return 0


@option(PR_GET_TIMERSLACK, strict=False)
def get_timerslack(kernel: Kernel, task: Task, _: int, __: int) -> int:
    return min(task.timerslack, kernel.xlen_mask >> 1)
