# pagetouch.s: store one word into each page of 256 MB, then read them all back.
#
# Under an operating system the first turn is a page fault a page; after that, and without one, each access misses both
# TLBs and all caches and walks the page table: the dearest four instructions there are. The checksum adds what was read.

    .include "lib.s"
    SIZE PAGES, 65536
    SIZE TURNS, 10

    .globl _start
    .text
_start:
    la   s1, memory
    li   s2, 4096
    li   s4, TURNS
    li   a0, 0
turn:
    li   t0, PAGES
    mv   t1, s1
1:  sw   t0, 0(t1)
    add  t1, t1, s2
    addi t0, t0, -1
    bnez t0, 1b
    li   t0, PAGES
    mv   t1, s1
2:  lw   t2, 0(t1)
    ADD32 a0, a0, t2
    add  t1, t1, s2
    addi t0, t0, -1
    bnez t0, 2b
    addi s4, s4, -1
    bnez s4, turn
    j    finish

    .bss
    .balign 4096
memory: .zero PAGES * 4096
