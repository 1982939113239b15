# The matrices of mix.s: C = A × B in 16-bit numbers with 32-bit sums, then a walk over C that counts rises and clips.

    .equ SIDE, 12

matrix_build:                       # A[i] = 3 i mod 251 - 100, B[i] = 5 i mod 127 - 50
    la   t0, matrix_a
    la   t1, matrix_b
    li   t2, 0
    li   t3, 0
    li   t4, SIDE * SIDE
1:  addi t5, t2, -100
    sh   t5, 0(t0)
    addi t5, t3, -50
    sh   t5, 0(t1)
    addi t0, t0, 2
    addi t1, t1, 2
    addi t2, t2, 3
    li   t5, 251
    rem  t2, t2, t5
    addi t3, t3, 5
    li   t5, 127
    rem  t3, t3, t5
    addi t4, t4, -1
    bnez t4, 1b
    ret

matrix_turn:                        # a0 = seed → a0 = a number that depends on all of it
    addi sp, sp, -2*W
    SX   ra, 0(sp)
    SX   s1, W(sp)
    andi s1, a0, 255
    mv   a0, s1
    call matrix_add
    call matrix_multiply
    neg  a0, s1
    call matrix_add                 # A is again what it was
    mv   a0, s1
    call matrix_sum
    LX   ra, 0(sp)
    LX   s1, W(sp)
    addi sp, sp, 2*W
    ret

matrix_add:                         # A += a0
    la   t0, matrix_a
    addi t1, t0, SIDE * SIDE * 2
1:  lh   t2, 0(t0)
    add  t2, t2, a0
    sh   t2, 0(t0)
    addi t0, t0, 2
    bltu t0, t1, 1b
    ret

matrix_multiply:                    # C = A × B
    la   a1, matrix_a
    la   a3, matrix_c
    li   a4, SIDE
1:  la   a2, matrix_b
    li   a5, SIDE
2:  mv   t0, a1
    mv   t1, a2
    li   t2, 0
    li   t3, SIDE
3:  lh   t4, 0(t0)
    lh   t5, 0(t1)
    addi t0, t0, 2
    addi t1, t1, SIDE * 2
    mul  t4, t4, t5
    addi t3, t3, -1
    ADD32 t2, t2, t4
    bnez t3, 3b
    sw   t2, 0(a3)
    addi a3, a3, 4
    addi a2, a2, 2
    addi a5, a5, -1
    bnez a5, 2b
    addi a1, a1, SIDE * 2
    addi a4, a4, -1
    bnez a4, 1b
    ret

matrix_sum:                         # a0 = limit → a0 = 10 for each time the running sum passes it, 1 for each rise
    slli t6, a0, 6
    la   t0, matrix_c
    addi t1, t0, SIDE * SIDE * 2
    addi t1, t1, SIDE * SIDE * 2
    li   a0, 0
    li   t2, 0                      # the sum
    li   t3, 0                      # the element before
1:  lw   t4, 0(t0)
    ADD32 t2, t2, t4
    blt  t2, t6, 2f
    li   t2, 0
    addi a0, a0, 10
    j    3f
2:  slt  t5, t3, t4
    add  a0, a0, t5
3:  mv   t3, t4
    addi t0, t0, 4
    bltu t0, t1, 1b
    ret

    .bss
    .balign 16
matrix_a: .zero SIDE * SIDE * 2
matrix_b: .zero SIDE * SIDE * 2
matrix_c: .zero SIDE * SIDE * 4
    .text
