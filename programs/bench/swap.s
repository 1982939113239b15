# swap.s: stores into PAGES pages, then ROUNDS times a load from each: with less memory than that, every page goes to swap
# and comes back. How many a second?

    .include "lib.s"
    SIZE PAGES, 65536
    SIZE ROUNDS, 0

    .globl _start
    .text
_start:
    li   s1, ROUNDS
    li   a0, 0
    la   t1, memory
    li   t0, PAGES
    li   t2, 4096
1:  sw   t0, 0(t1)
    add  t1, t1, t2
    addi t0, t0, -1
    bnez t0, 1b
2:  beqz s1, 4f
    la   t1, memory
    li   t0, PAGES
3:  lw   t3, 0(t1)
    sub  t3, t3, t0
    seqz t3, t3
    add  a0, a0, t3                 # pages that came back as they were
    add  t1, t1, t2
    addi t0, t0, -1
    bnez t0, 3b
    addi s1, s1, -1
    j    2b
4:  j    finish

    .bss
    .balign 4096
memory: .zero PAGES * 4096
