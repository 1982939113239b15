# loop_order.s: does the order of three loops matter, when they do the same work?
#
# C = A × B over 64 × 64 words, three times: the innermost loop runs along k, along j, or along i.
# Rows lie side by side in memory. Along j both C and B are read in order; along k, B is read down a
# column, a new line each time; along i, both A and C are.
#
# Look at: emu run programs/loop_order.s                       cycles for each order
#          emu run --set l1d.size=8K programs/loop_order.s     with a cache that is too small for a matrix
#          emu stat programs/loop_order.s                      where the cycles went

    .equ N, 64
    .equ ROW, N * 4

# \outer, \middle, \inner: which of s1 (i), s2 (j), s3 (k) each loop counts
    .macro matmul name, outer, middle, inner
\name:
    rdcycle s6
    li   \outer, 0
1:  li   \middle, 0
2:  li   \inner, 0
3:  slli t0, s1, 8              # i * ROW
    slli t1, s2, 2              # j * 4
    slli t2, s3, 2              # k * 4
    slli t3, s3, 8              # k * ROW
    add  t2, t2, t0
    add  t2, t2, s8             # A + i*ROW + k*4
    add  t3, t3, t1
    add  t3, t3, s9             # B + k*ROW + j*4
    add  t1, t1, t0
    add  t1, t1, s10            # C + i*ROW + j*4
    lw   t4, 0(t2)
    lw   t5, 0(t3)
    lw   t6, 0(t1)
    mul  t4, t4, t5
    add  t6, t6, t4
    sw   t6, 0(t1)
    addi \inner, \inner, 1
    blt  \inner, s11, 3b
    addi \middle, \middle, 1
    blt  \middle, s11, 2b
    addi \outer, \outer, 1
    blt  \outer, s11, 1b
    rdcycle a0
    sub  a0, a0, s6
    ret
    .endm

    .globl _start
    .text
_start:
    la   s8, matrix_a
    la   s9, matrix_b
    la   s10, matrix_c
    li   s11, N
    mv   t0, s8                 # A and B: 0, 1, 2, …
    li   t1, 0
    li   t2, 2 * N * N
1:  sw   t1, 0(t0)
    addi t0, t0, 4
    addi t1, t1, 1
    bne  t1, t2, 1b

    la   a0, text_ijk
    call print_string
    call ijk
    call report
    la   a0, text_ikj
    call print_string
    call ikj
    call report
    la   a0, text_jki
    call print_string
    call jki
    call report
    li   a0, 0
    call exit

report:                         # a0 = cycles; prints them and the bits of C, clears C
    mv   s5, ra
    call print_decimal
    la   a0, text_check
    call print_string
    mv   t0, s10
    li   t1, N * N
    li   a0, 0
1:  lw   t2, 0(t0)
    sw   zero, 0(t0)
    xor  a0, a0, t2
    addi t0, t0, 4
    addi t1, t1, -1
    bnez t1, 1b
    call print_hex
    call newline
    jr   s5

    matmul ijk, s1, s2, s3
    matmul ikj, s1, s3, s2
    matmul jki, s2, s3, s1

    .section .rodata
text_ijk: .asciz "inner loop along k, cycles: "
text_ikj: .asciz "inner loop along j, cycles: "
text_jki: .asciz "inner loop along i, cycles: "
text_check: .asciz ", check: "

    .bss
    .balign 4096
matrix_a: .zero N * ROW
matrix_b: .zero N * ROW
matrix_c: .zero N * ROW

    .include "lib/io.s"
