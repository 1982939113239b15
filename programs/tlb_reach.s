# tlb_reach.s: how much memory can be used before the TLB is too small?
#
# One word is read in each of n pages, round after round. As long as n entries fit into the D-TLB each
# access hits; beyond that the L2 TLB answers, and beyond that every access is a page walk: a staircase.
# Page i is touched at its line number i, so that the pages don't fight for one set of the data cache.
#
# Look at: emu run programs/tlb_reach.s              cycles an access, against pages
#          emu run --preset toy programs/tlb_reach.s a smaller TLB: the steps come sooner
#          emu stat programs/tlb_reach.s             D-TLB and L2-TLB misses, walks

    .equ MOST, 4096                 # pages
    .equ ACCESSES, 8192             # for each n
    .globl _start
    .text
_start:
    li   a0, 0                      # MOST pages of anonymous memory
    li   a1, MOST * 4096
    li   a2, 3
    li   a3, 0x22                   # MAP_PRIVATE | MAP_ANONYMOUS
    li   a4, -1
    li   a5, 0
    li   a7, 222
    ecall
    mv   s0, a0
    li   s1, 4                      # n
    la   a0, heading
    call print_string
1:  mv   a0, s1
    call touch                      # the first round takes the page faults
    mv   a0, s1
    call measure
    mv   s2, a0
    mv   a0, s1
    li   a1, 6
    call pad_decimal
    li   t0, ACCESSES
    divu a0, s2, t0
    li   a1, 15
    call pad_decimal
    call newline
    slli s1, s1, 1
    li   t0, MOST
    ble  s1, t0, 1b
    li   a0, 0
    call exit

measure:                            # a0 = n → a0 = cycles of ACCESSES reads over n pages
    mv   a3, ra
    mv   a4, a0
    li   a5, ACCESSES
    divu a5, a5, a0                 # rounds
    rdcycle a6
1:  mv   a0, a4
    call touch
    addi a5, a5, -1
    bnez a5, 1b
    rdcycle a0
    sub  a0, a0, a6
    jr   a3

touch:                              # a0 = n: read a word in each of the first n pages
    mv   t0, s0
    li   t1, 0                      # offset into the page: 64 bytes further for each page
    li   t2, 4096
    li   t3, 4095
1:  add  t4, t0, t1
    lw   t5, 0(t4)
    addi t1, t1, 64
    and  t1, t1, t3
    add  t0, t0, t2
    addi a0, a0, -1
    bnez a0, 1b
    ret

    .section .rodata
heading: .asciz " pages  cycles/access\n"

    .include "lib/io.s"
