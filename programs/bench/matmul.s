# matmul.s: what does the order of loops cost? C = A × B over 256 × 256 words as in every textbook: row, column, sum.
#
# The inner loop walks B down a column: with rows of 1 KB those words share four sets of a 32 KB, 8-way L1D, and every
# one of them misses. ORDER = 1 swaps the two inner loops (row, sum, column), and nearly all hits.
# ROWS is the number of rows of C to compute.

    .include "lib.s"
    SIZE N, 256
    SIZE ROWS, N
    SIZE ORDER, 0
    .equ ROW, N * 4

    .globl _start
    .text
_start:
    la   s1, matrix_a
    la   s2, matrix_b
    la   s3, matrix_c
    mv   t0, s1                     # A and B: random words
    li   t1, 2 * N * N
    li   a1, 2463534242
1:  RANDOM a1, t2
    sw   a1, 0(t0)
    addi t0, t0, 4
    addi t1, t1, -1
    bnez t1, 1b
    li   s4, ROWS
    li   s5, ROW
    mv   s6, s1                     # the row of A
    mv   s7, s3                     # the row of C
.if ORDER == 0
row:
    mv   s8, s2                     # the column of B
    li   s9, N
column:
    mv   t0, s6
    mv   t1, s8
    add  t2, s6, s5
    li   t6, 0
2:  lw   t3, 0(t0)
    lw   t4, 0(t1)
    addi t0, t0, 4
    add  t1, t1, s5
    MUL32 t3, t3, t4
    ADD32 t6, t6, t3
    bne  t0, t2, 2b
    sw   t6, 0(s7)
    addi s7, s7, 4
    addi s8, s8, 4
    addi s9, s9, -1
    bnez s9, column
    add  s6, s6, s5
    addi s4, s4, -1
    bnez s4, row
.else
row:
    mv   t0, s2                     # the row of B
    add  s8, s6, s5
sum:
    lw   t5, 0(s6)                  # A[i][k]
    mv   t1, s7
    add  t2, s7, s5
2:  lw   t3, 0(t0)
    lw   t4, 0(t1)
    addi t0, t0, 4
    MUL32 t3, t3, t5
    ADD32 t4, t4, t3
    sw   t4, 0(t1)
    addi t1, t1, 4
    bne  t1, t2, 2b
    addi s6, s6, 4
    bne  s6, s8, sum
    mv   s7, t1
    addi s4, s4, -1
    bnez s4, row
.endif
    li   a0, 0                      # a0 = a0 * 31 + word, over C
    li   t0, ROWS * N
    li   t3, 31
3:  lw   t1, 0(s3)
    MUL32 a0, a0, t3
    ADD32 a0, a0, t1
    addi s3, s3, 4
    addi t0, t0, -1
    bnez t0, 3b
    j    finish

    .bss
    .balign 4096
matrix_a: .zero N * ROW
matrix_b: .zero N * ROW
matrix_c: .zero N * ROW
