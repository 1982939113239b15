# alu.s: how fast do register instructions go, with nothing but a loop branch between them?
#
# A xorshift generator and a checksum of what it yields, as a compiler writes them: shifts, exclusive ors, additions,
# one conditional move by arithmetic, ten instructions and a branch a turn. No loads, no stores.

    .include "lib.s"
    SIZE TURNS, 20000000

    .globl _start
    .text
_start:
    li   a0, 0                      # the checksum
    li   a1, 88675123               # the generator
    li   a2, TURNS
1:  slli t0, a1, 13
    xor  a1, a1, t0
    srli t0, a1, 7
    xor  a1, a1, t0
    slli t0, a1, 17
    xor  a1, a1, t0
    slt  t1, a1, a0                 # a0 += (a1 < a0) + (a1 & 255)
    andi t2, a1, 255
    add  a0, a0, t1
    add  a0, a0, t2
    addi a2, a2, -1
    bnez a2, 1b
    j    finish
