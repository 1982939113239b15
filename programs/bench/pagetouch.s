# pagetouch.s: what does an access cost that misses everything? Store a word into each page of 256 MB, then load all.
#
# Under an operating system the first turn is a page fault a page; after that, and without one, each access misses both
# TLBs and all caches and walks the page table: the dearest four instructions there are. WORDS = 512 stores and reads
# that many words a page, which is what programs do with memory that they ask for. The checksum adds what was read.

    .include "lib.s"
    SIZE PAGES, 65536
    SIZE WORDS, 1
    SIZE TURNS, 10

    .globl _start
    .text
_start:
    la   s1, memory
    li   s2, 4096
    li   s3, WORDS * 8
    li   s4, TURNS
    li   a0, 0
turn:
    li   t0, PAGES
    mv   t1, s1
1:
.if WORDS > 1
    mv   t2, t1
    add  t3, t1, s3
2:  sw   t0, 0(t2)
    addi t2, t2, 8
    bne  t2, t3, 2b
.else
    sw   t0, 0(t1)
.endif
    add  t1, t1, s2
    addi t0, t0, -1
    bnez t0, 1b

    li   t0, PAGES
    mv   t1, s1
3:
.if WORDS > 1
    mv   t2, t1
    add  t3, t1, s3
4:  lw   t4, 0(t2)
    addi t2, t2, 8
    ADD32 a0, a0, t4
    bne  t2, t3, 4b
.else
    lw   t4, 0(t1)
    ADD32 a0, a0, t4
.endif
    add  t1, t1, s2
    addi t0, t0, -1
    bnez t0, 3b
    addi s4, s4, -1
    bnez s4, turn
    j    finish

    .bss
    .balign 4096
memory: .zero PAGES * 4096
