"""The execve that starts the first program, told from what stands on its stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.abi import SP
from emu.kernel.mm.uaccess import PATH_MAX
from emu.kernel.strace.call import Call
from emu.kernel.strace.options import Options
from emu.kernel.strace.text import quoted

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


def first_execve(kernel: Kernel, options: Options) -> tuple[str, str]:
    """`execve("/prog", ["prog"], 0x7ffe… /* 0 vars */` and its result."""
    task = kernel.tasks[1]
    word, sp = kernel.xlen // 8, task.regs[SP] & kernel.xlen_mask
    count = Call(kernel, task, "getpid", (), options).word(sp) or 0
    call = Call(kernel, task, "execve", (0, sp + word, sp + word * (count + 2)), options)
    call.finish(0)
    path = quoted(task.mm.exe_file.path.encode("utf-8", "surrogateescape"), PATH_MAX)
    return f"execve({path}, {call.texts[1]}, {call.texts[2]}", "0"
