# stride.s: add up every 8th, 16th, 32nd, 64th byte's word of 16 MB: what does a larger step cost?
#
# The same array is swept once for each step. Up to 64 bytes every sweep misses the same lines, with fewer and fewer
# instructions between two misses: four at the end.

    .include "lib.s"
    SIZE BYTES, 16 << 20
    SIZE TURNS, 8

    .globl _start
    .text
_start:
    la   s1, array
    li   s2, BYTES
    add  s3, s1, s2                 # its end
    li   s4, TURNS
    mv   t0, s1                     # fill: one word of each 64 bytes
    li   a1, 2463534242
1:  RANDOM a1, t1
    sw   a1, 0(t0)
    addi t0, t0, 64
    bltu t0, s3, 1b
    li   a0, 0
turn:
    li   s5, 8                      # the step
    li   s6, 64
2:  mv   t0, s1
3:  lw   t1, 0(t0)
    ADD32 a0, a0, t1
    add  t0, t0, s5
    bltu t0, s3, 3b
    slli s5, s5, 1
    bleu s5, s6, 2b
    addi s4, s4, -1
    bnez s4, turn
    j    finish

    .bss
    .balign 4096
array: .zero BYTES
