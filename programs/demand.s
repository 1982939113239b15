# demand.s: when does a program get its memory: when it asks, or when it uses it?
#
# mmap of 64 MB returns at once: it only writes down an area. The first touch of each page traps, the kernel finds the
# area, takes a frame, clears it, writes the PTE and lets the instruction run again: a minor fault. The second touch
# costs a load.
#
# Look at: emu run programs/demand.s
#          emu stat programs/demand.s        minor faults; the ledger's share of trap and fault

    .equ SIZE, 64 << 20
    .equ PAGES, 64                  # how many are touched
    .globl _start
    .text
_start:
    rdcycle s2
    li   a0, 0
    li   a1, SIZE
    li   a2, 3                      # PROT_READ | PROT_WRITE
    li   a3, 0x22                   # MAP_PRIVATE | MAP_ANONYMOUS
    li   a4, -1
    li   a5, 0
    li   a7, 222
    ecall
    rdcycle t0
    sub  s2, t0, s2
    mv   s0, a0
    call touch
    mv   s3, a0
    call touch
    mv   s4, a0

    la   a0, text_mmap
    mv   a1, s2
    call report
    la   a0, text_first
    mv   a1, s3
    call report
    la   a0, text_second
    mv   a1, s4
    call report
    li   a0, 0
    call exit

touch:                              # → a0 = cycles a page
    mv   t0, s0
    li   t1, PAGES
    li   t2, 4096
    rdcycle a1
1:  sw   t1, 0(t0)
    add  t0, t0, t2
    addi t1, t1, -1
    bnez t1, 1b
    rdcycle a0
    sub  a0, a0, a1
    li   t1, PAGES
    divu a0, a0, t1
    ret

report:                             # a0 = text, a1 = cycles
    mv   s5, ra
    mv   s6, a1
    call print_string
    mv   a0, s6
    call print_decimal
    call newline
    jr   s5

    .section .rodata
text_mmap:   .asciz "mmap of 64 MB, cycles: "
text_first:  .asciz "first touch of a page: "
text_second: .asciz "second touch: "

    .include "lib/io.s"
