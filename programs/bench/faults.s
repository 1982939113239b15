# faults.s: the first store into each page of fresh memory: how many page faults a second does the kernel serve?

    .include "lib.s"
    SIZE PAGES, 65536

    .globl _start
    .text
_start:
    la   t1, memory
    li   t0, PAGES
    li   t2, 4096
    li   a0, 0
    beqz t0, 2f
1:  sw   t0, 0(t1)
    add  t1, t1, t2
    addi a0, a0, 1
    bne  a0, t0, 1b
2:  j    finish

    .bss
    .balign 4096
memory: .zero 65536 * 4096
