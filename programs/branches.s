# branches.s: why is the loop faster when the data are sorted?
#
# Bytes of 128 and more are counted in an array, first with random bytes, then with sorted ones: the same
# number of each, the same instructions. The branch predictor guesses from what a branch did last: on
# sorted bytes it is nearly always right, on random ones every other time wrong.
#
# Look at: emu run programs/branches.s      cycles of both
#          emu stat programs/branches.s     branch misses
#          emu config                       the price of one

    .equ SIZE, 8192
    .globl _start
    .text
_start:
    la   s0, bytes
    li   t0, 0                      # fill with a pseudo-random sequence
    li   t1, SIZE
    mv   t2, s0
    li   t4, 1103515245
    li   t5, 12345
1:  mul  t0, t0, t4
    add  t0, t0, t5
    srli t6, t0, 16
    sb   t6, 0(t2)
    addi t2, t2, 1
    addi t1, t1, -1
    bnez t1, 1b
    la   a0, text_random
    call print_string
    call count
    call report

    li   t1, SIZE                   # as many small and large ones, but in order
    sub  t1, t1, s2
    mv   t2, s0
    add  t1, t1, s0
    li   t3, SIZE
    add  t3, t3, s0
2:  sltu t0, t2, t1                 # 1 in the part of the small ones
    addi t0, t0, -1                 # 0, or all bits set
    sb   t0, 0(t2)
    addi t2, t2, 1
    bltu t2, t3, 2b
    la   a0, text_sorted
    call print_string
    call count
    call report
    li   a0, 0
    call exit

count:                              # → s2 = how many bytes ≥ 128, a0 = cycles
    li   s2, 0
    li   t0, SIZE
    mv   t1, s0
    li   t2, 128
    rdcycle a1
1:  lbu  t3, 0(t1)
    addi t1, t1, 1
    blt  t3, t2, 2f                 # the branch in question
    addi s2, s2, 1
2:  addi t0, t0, -1
    bnez t0, 1b
    rdcycle a0
    sub  a0, a0, a1
    ret

report:
    mv   s5, ra
    call print_decimal
    la   a0, text_count
    call print_string
    mv   a0, s2
    call print_decimal
    call newline
    jr   s5

    .section .rodata
text_random: .asciz "random bytes, cycles: "
text_sorted: .asciz "sorted bytes, cycles: "
text_count:  .asciz ", counted: "

    .bss
    .balign 4096
bytes: .zero SIZE

    .include "lib/io.s"
