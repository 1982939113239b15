# sum_array.s: why is the second pass over the same data faster?
#
# 2,048 words are added up twice by the same loop. The first pass misses in the TLB (once a page) and
# in the L1 data cache (once a line); the second finds everything where the first one left it.
#
# Look at: emu run programs/sum_array.s                  cycles of both passes
#          emu run --timing simple programs/sum_array.s  without cache costs they are equal
#          emu stat programs/sum_array.s                 L1D misses: one for each line, not for each word

    .equ COUNT, 2048
    .globl _start
    .text
_start:
    call sum                # first pass: cold
    mv   s2, a0
    mv   s3, a1
    call sum                # second pass: warm
    mv   s4, a1

    la   a0, text_sum
    call print_string
    mv   a0, s2
    call print_decimal
    la   a0, text_first
    call print_string
    mv   a0, s3
    call print_decimal
    la   a0, text_second
    call print_string
    mv   a0, s4
    call print_decimal
    call newline
    li   a0, 0
    call exit

sum:                        # → a0 = the sum, a1 = the cycles that it took
    la   t0, numbers
    li   t1, COUNT
    li   a0, 0
    rdcycle t3
1:  lw   t2, 0(t0)
    addi t0, t0, 4          # between the load and its use: no stall
    add  a0, a0, t2
    addi t1, t1, -1
    bnez t1, 1b
    rdcycle t4
    sub  a1, t4, t3
    ret

    .section .rodata
text_sum:    .asciz "sum "
text_first:  .asciz "\nfirst pass, cycles: "
text_second: .asciz "\nsecond pass, cycles: "

    .data
    .balign 64
numbers:
    .set i, 0
    .rept COUNT
    .word i
    .set i, i + 1
    .endr

    .include "lib/io.s"
