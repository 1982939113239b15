# nbody.s: how fast are doubles in real work? The Sun and four planets, from the Computer Language Benchmarks Game.
#
# What programs/nbody.s does (lib/nbody.s has the loop), a hundred times as long; everything is in L1D. The checksum is of
# the bits of the positions.

    .include "lib.s"
    .include "../lib/nbody.s"
    SIZE STEPS, 100000

    .globl _start
    .text
_start:
    la   s1, bodies
    li   s2, STEPS
    la   t0, step
    fld  fs0, 0(t0)                 # dt
    addi s3, s1, BODIES * BODY      # the end of the bodies
turn:
    call advance
    addi s2, s2, -1
    bnez s2, turn
    li   a0, 0                      # a0 = a0 * 31 + word, over all positions
    li   t3, 31
4:  li   t2, 6
    mv   t0, s1
5:  lw   t1, 0(t0)
    MUL32 a0, a0, t3
    ADD32 a0, a0, t1
    addi t0, t0, 4
    addi t2, t2, -1
    bnez t2, 5b
    addi s1, s1, BODY
    bltu s1, s3, 4b
    j    finish
