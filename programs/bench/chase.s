# chase.s: what does a load cost whose address is the value of the one before? Pointers through 8 MB, in random order.
#
# One node in each 64 bytes, linked into a single cycle by Sattolo's shuffle ("a random cyclic permutation of n
# objects", 1986). Nearly every step misses the data TLB and all caches; on the host as well.

    .include "lib.s"
    SIZE NODES, 131072
    SIZE STEPS, 10000000

    .globl _start
    .text
_start:
    la   s1, nodes
    li   s2, NODES
    mv   t0, s1                     # every node points to itself
    li   t1, 0
1:  SX   t0, 0(t0)
    addi t0, t0, 64
    addi t1, t1, 1
    bltu t1, s2, 1b

    addi s3, s2, -1                 # from the last to the second: swap with one before it
    li   a1, 2463534242
2:  RANDOM a1, t1
    SRLI32 t1, a1, 1
    remu t1, t1, s3
    slli t1, t1, 6
    add  t1, t1, s1
    slli t2, s3, 6
    add  t2, t2, s1
    LX   t3, 0(t1)
    LX   t4, 0(t2)
    SX   t4, 0(t1)
    SX   t3, 0(t2)
    addi s3, s3, -1
    bnez s3, 2b

    li   t0, STEPS
    mv   a0, s1
3:  LX   a0, 0(a0)
    addi t0, t0, -1
    bnez t0, 3b
    sub  a0, a0, s1                 # the checksum: the offset of the last node
    j    finish

    .bss
    .balign 4096
nodes: .zero NODES * 64
