# illegal.s: what does the processor do with bytes that are no instruction?
#
# Nothing: decoding fails, the hart traps with the cause "illegal instruction" and the kernel sends SIGILL.
# `unimp` is the agreed way to write such bytes: gcc puts it where a program must never come.
#
# Look at: emu run programs/illegal.s; echo $?     132 = 128 + 4 (SIGILL)

    .globl _start
    .text
_start:
    li   a7, 64
    li   a0, 1
    la   a1, text
    li   a2, text_end - text
    ecall
    unimp

    .section .rodata
text:
    .ascii "and now something that is no instruction\n"
text_end:
