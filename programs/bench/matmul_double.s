# matmul_double.s: how fast are fused multiply-adds? C = A × B over 128 × 128 doubles, in the order row, sum, column.
#
# EXACT = 1 takes whole numbers, so that no result is ever rounded and NX stays clear: the machine then has to find out
# for each operation that it is exact.

    .include "lib.s"
    SIZE N, 128
    SIZE TURNS, 8
    SIZE EXACT, 0
    .equ ROW, N * 8

    .globl _start
    .text
_start:
    la   s1, matrix_a
    la   s2, matrix_b
    la   s3, matrix_c
    mv   t0, s1                     # A and B: random words, as thousandths
    li   t1, 2 * N * N
    li   a1, 2463534242
    li   t3, 1000
    fcvt.d.w ft0, t3
1:  RANDOM a1, t2
    ADDI32 t2, a1, 0
    srai t2, t2, 16
.if EXACT
    andi t2, t2, 1023
.endif
    fcvt.d.w ft1, t2
.if EXACT == 0
    fdiv.d ft1, ft1, ft0
.endif
    fsd  ft1, 0(t0)
    addi t0, t0, 8
    addi t1, t1, -1
    bnez t1, 1b
    li   s10, TURNS
turn:
    li   s4, N
    li   s5, ROW
    mv   s6, s1                     # the row of A
    mv   s7, s3                     # the row of C
row:
    mv   t0, s2                     # the row of B
    add  s8, s6, s5
sum:
    fld  ft5, 0(s6)                 # A[i][k]
    mv   t1, s7
    add  t2, s7, s5
2:  fld  ft3, 0(t0)
    fld  ft4, 0(t1)
    addi t0, t0, 8
    fmadd.d ft4, ft3, ft5, ft4
    fsd  ft4, 0(t1)
    addi t1, t1, 8
    bne  t1, t2, 2b
    addi s6, s6, 8
    bne  s6, s8, sum
    mv   s7, t1
    addi s4, s4, -1
    bnez s4, row
    addi s10, s10, -1
    bnez s10, turn
    li   a0, 0                      # a0 = a0 * 31 + word, over C
    li   t0, N * N * 2
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
