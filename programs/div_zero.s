# div_zero.s: does a division by zero trap?
#
# Not on RISC-V: it has a result like any other. The quotient is all ones and the remainder is the dividend, so a
# program that cares tests the divisor with one branch. The one overflow, −2^(XLEN−1) / −1, gives the dividend.
#
# Look at: emu run programs/div_zero.s
#          emu help insn div

    .macro show text, op, left, right
    la   a0, \text
    call print_string
    li   t0, \left
    li   t1, \right
    \op  a0, t0, t1
    call print_signed
    call newline
    .endm

    .globl _start
    .text
_start:
    show text_div, div, 7, 0
    show text_rem, rem, 7, 0
    show text_over, div, 1 << (__riscv_xlen - 1), -1
    show text_over_rem, rem, 1 << (__riscv_xlen - 1), -1
    show text_trunc, div, -7, 2
    show text_trunc_rem, rem, -7, 2
    li   a0, 0
    call exit

    .section .rodata
text_div:       .asciz "7 / 0 = "
text_rem:       .asciz "7 % 0 = "
text_over:      .asciz "smallest / -1 = "
text_over_rem:  .asciz "smallest % -1 = "
text_trunc:     .asciz "-7 / 2 = "
text_trunc_rem: .asciz "-7 % 2 = "

    .include "lib/io.s"
