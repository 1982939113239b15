# fp_rounding.s: why is 0.1 + 0.2 not 0.3, and how does a program find out?
#
# A double is a whole number of at most 53 bits times a power of two. 0.1, 0.2 and 0.3 are none; what is stored is the
# nearest one, and here all its decimal digits are shown. The exact sum of the first two lies halfway between two
# doubles: the rounding mode in frm decides. What happened on the way is in fflags, until the program clears it:
# NX inexact, UF underflow, OF overflow, DZ division by zero, NV invalid.
#
# Look at: emu run programs/fp_rounding.s
#          emu help insn fadd.d

    .include "lib/xlen.s"
    .equ DIGITS, 25
    .globl _start
    .text

    .macro show text, register
    la   a0, \text
    call print_string
    fmv.d fa0, \register
    li   a0, DIGITS
    call print_double
    call newline
    .endm

    .macro in_mode text, mode
    fadd.d fa0, fs0, fs1, \mode
    show \text, fa0
    .endm

    .macro flags text, instruction:vararg   # the flags that an instruction raises, and its result
    fsflags zero
    \instruction
    frflags s1
    show \text, fa0
    mv   a0, s1
    call print_flags
    .endm

_start:
    la   s0, numbers
    fld  fs0, 0(s0)                 # 0.1
    fld  fs1, 8(s0)                 # 0.2
    fld  fs2, 16(s0)                # 0.3
    fld  fs3, 24(s0)                # 1
    fld  fs4, 32(s0)                # 3
    fld  fs5, 40(s0)                # very large
    fld  fs6, 48(s0)                # very small
    fcvt.d.w fs7, zero
    show text_a, fs0
    show text_b, fs1
    fadd.d fs8, fs0, fs1
    show text_sum, fs8
    show text_c, fs2
    feq.d s1, fs8, fs2
    la   a0, text_equal
    call print_string
    mv   a0, s1
    call print_decimal
    call newline
    la   a0, text_modes
    call print_string
    in_mode text_rne, rne
    in_mode text_rtz, rtz
    in_mode text_rdn, rdn
    in_mode text_rup, rup
    in_mode text_rmm, rmm
    la   a0, text_flags
    call print_string
    flags text_one, fadd.d fa0, fs3, fs3
    flags text_third, fdiv.d fa0, fs3, fs4
    flags text_dz, fdiv.d fa0, fs3, fs7
    flags text_nv, fdiv.d fa0, fs7, fs7
    flags text_of, fmul.d fa0, fs5, fs5
    flags text_uf, fmul.d fa0, fs6, fs6
    li   a0, 0
    call exit

print_flags:                        # a0 = fflags: the names of the bits that are set
    addi sp, sp, -32
    SX   ra, 0(sp)
    SX   s1, W(sp)
    SX   s2, 2 * W(sp)
    slli s1, a0, 1
    la   s2, names
    la   a0, text_raised
    call print_string
1:  srli s1, s1, 1
    andi t0, s1, 1
    beqz t0, 2f
    mv   a0, s2
    call print_string
2:  addi s2, s2, 4
    srli t0, s1, 1
    bnez t0, 1b
    call newline
    LX   ra, 0(sp)
    LX   s1, W(sp)
    LX   s2, 2 * W(sp)
    addi sp, sp, 32
    ret

    .section .rodata
    .balign 8
numbers:     .double 0.1, 0.2, 0.3, 1, 3, 1e300, 1e-300
names:       .asciz " NX", " UF", " OF", " DZ", " NV"
text_a:      .asciz "0.1        "
text_b:      .asciz "0.2        "
text_sum:    .asciz "0.1 + 0.2  "
text_c:      .asciz "0.3        "
text_equal:  .asciz "equal      "
text_modes:  .asciz "\n0.1 + 0.2 in each rounding mode\n"
text_rne:    .asciz "to nearest, ties to even      "
text_rtz:    .asciz "towards zero                  "
text_rdn:    .asciz "down                          "
text_rup:    .asciz "up                            "
text_rmm:    .asciz "to nearest, ties away from 0  "
text_flags:  .asciz "\nresults and the flags they raise\n"
text_one:    .asciz "1 + 1          "
text_third:  .asciz "1 / 3          "
text_dz:     .asciz "1 / 0          "
text_nv:     .asciz "0 / 0          "
text_of:     .asciz "1e300 * 1e300  "
text_uf:     .asciz "1e-300 squared "
text_raised: .asciz "    flags:"

    .include "lib/io.s"
    .include "lib/double.s"
