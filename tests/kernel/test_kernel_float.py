"""Floating-point registers and fcsr belong to a thread: they survive switches, fork and handlers, and end with exec."""

import pytest

from emu.asm import Source, assemble
from emu.isa.insns import XLENS
from emu.kernel import Kernel, Options
from emu.kernel.fs.console import Capture
from emu.machine import Machine, load_config

widths = pytest.mark.parametrize("xlen", XLENS)
FILL = "\n".join(f"    fcvt.d.w f{n}, t0\n    addi t0, t0, 1" for n in range(32))
CHECK = "\n".join(f"    fcvt.w.d t1, f{n}, rtz\n    bne t0, t1, wrong\n    addi t0, t0, 1" for n in range(32))
MACROS = f"""
    .macro syscall number
    li   a7, \\number
    ecall
    .endm
    .macro fill first               # f0 … f31 = first …; fcsr = first & 0x9f: a mode that exists
    li   t0, \\first
{FILL}
    li   t0, \\first & 0x9f
    fscsr t0
    .endm
    .macro check first
    frcsr t0
    li   t1, \\first & 0x9f
    bne  t0, t1, wrong
    li   t0, \\first
{CHECK}
    .endm
    .globl _start
    .text
wrong:
    li   a0, 1
    syscall 93
"""

FORK = """
_start:
    fill 0x43
    li   a0, 17                     # SIGCHLD
    li   a1, 0
    li   a2, 0
    li   a3, 0
    li   a4, 0
    syscall 220                     # clone
    check 0x43                      # in both
    bnez a0, parent
    fill 0x95
    li   s0, 50
1:  syscall 124                     # sched_yield
    check 0x95
    addi s0, s0, -1
    bnez s0, 1b
    li   a0, 0
    syscall 93
parent:
    li   s0, 50
1:  syscall 124
    check 0x43
    addi s0, s0, -1
    bnez s0, 1b
    li   a0, -1
    la   a1, status
    li   a2, 0
    li   a3, 0
    syscall 260                     # wait4
    check 0x43
    lw   a0, status
    snez a0, a0
    syscall 93
    .bss
status: .zero 8
"""

SIGNAL = """
_start:
    li   a0, 10                     # SIGUSR1
    la   a1, action
    li   a2, 0
    li   a3, 8
    syscall 134                     # rt_sigaction
    fill 0x62
    syscall 172                     # getpid
    li   a1, 10
    syscall 129                     # kill
    check 0x62
    lw   t0, met
    li   t1, 7
    bne  t0, t1, wrong
    li   a0, 0
    syscall 93
handler:
    fill 0x1f
    li   t0, 7
    sw   t0, met, t1
    ret
    .data
    .balign 8
action:
    .if __riscv_xlen == 64
    .quad handler, 0, 0
    .else
    .word handler, 0, 0, 0
    .endif
met: .word 0
"""

EXEC = """
_start:
    lw   t0, 0(sp)                  # argc
    li   t1, 1
    bne  t0, t1, second
    fill 0x7f
    la   a0, path
    la   a1, arguments
    li   a2, 0
    syscall 221                     # execve
    j    wrong
second:
    frcsr a0
    bnez a0, wrong
    fclass.d a0, f9
    li   t0, 1 << 4                 # +0
    bne  a0, t0, wrong
    li   a0, 0
    syscall 93
    .data
path: .asciz "/float"
    .balign 8
arguments:
    .if __riscv_xlen == 64
    .quad path, path, 0
    .else
    .word path, path, 0
    .endif
"""


@widths
@pytest.mark.parametrize("program", [FORK, SIGNAL, EXEC], ids=["fork", "signal", "exec"])
def test_registers_belong_to_the_thread(xlen, program):
    """The guest finds its own registers again, whoever ran in between."""
    elf = assemble([Source("float.s", MACROS + program)], xlen=xlen)
    kernel = Kernel(Machine(load_config("toy", {"ram": "16M"}), xlen=xlen), Options(stdout=Capture()))
    kernel.spawn(elf, "/float", ["/float"], {})
    end = kernel.run()
    assert (end.code, end.reason) == (0, "exited"), end


@widths
def test_programs_are_told(xlen):
    """AT_HWCAP has the letters of F and D, as the machine executes them."""
    kernel = Kernel(Machine(load_config("toy", {"ram": "16M"}), xlen=xlen), Options(stdout=Capture()))
    letters = {chr(ord("A") + bit) for bit in range(26) if kernel.hwcap >> bit & 1}
    assert letters == set("IMAFDC")
