# sieve.s: how fast are stores, near and far? The sieve of Eratosthenes over 4 MB of flags, one byte a number.
#
# The inner loop is three instructions (store, add, compare and branch) that stride through memory by the prime: small
# primes stay in a cache line for a while, large ones touch a new line, and often a new page, with every store.
# The checksum is the number of primes below N, once for each turn.

    .include "lib.s"
    SIZE N, 4 << 20
    SIZE TURNS, 3

    .globl _start
    .text
_start:
    li   s1, TURNS
    li   s2, N
    li   s3, 0                      # the checksum
    la   s4, flags
turn:
    mv   t0, s4                     # clear the flags, a register at a time
    add  t1, s4, s2
1:  SX   zero, 0(t0)
    addi t0, t0, W
    bltu t0, t1, 1b

    li   t0, 2                      # the number looked at
    li   t4, 1
2:  mul  t1, t0, t0
    bgeu t1, s2, 5f
    add  t2, s4, t0
    lbu  t3, 0(t2)
    bnez t3, 4f
    add  t2, s4, t1                 # strike out its multiples from its square on
    add  t5, s4, s2
3:  sb   t4, 0(t2)
    add  t2, t2, t0
    bltu t2, t5, 3b
4:  addi t0, t0, 1
    j    2b

5:  addi t0, s4, 2                  # count what is left
    add  t1, s4, s2
6:  lbu  t2, 0(t0)
    addi t0, t0, 1
    seqz t2, t2
    add  s3, s3, t2
    bltu t0, t1, 6b
    addi s1, s1, -1
    bnez s1, turn
    mv   a0, s3
    j    finish

    .bss
    .balign 4096
flags: .zero N
