# misaligned.s: what if a word doesn't begin at a multiple of four?
#
# The machine reads it all the same. Inside one cache line that is one access; across two lines it takes two, and
# across two pages two translations as well. Whether that costs time is a matter of the latencies: of L1D hits, they are 0.
#
# Look at: emu run programs/misaligned.s     cycles of 1,000 loads at each kind of address
#          emu run --set l1d.latency=1 programs/misaligned.s
#          emu stat programs/misaligned.s    misaligned accesses; more L1D accesses than loads and stores

    .equ ROUNDS, 1000
    .globl _start
    .text
_start:
    la   s0, pages
    li   t0, 0x11223344             # bytes 44 33 22 11 across a page boundary
    li   t1, 4096 - 2
    add  t1, t1, s0
    sw   t0, 0(t1)
    lbu  a0, 0(t1)                  # the first byte is the last but one of its page
    call print_hex
    call space
    li   t1, 4096
    add  t1, t1, s0
    lbu  a0, 1(t1)                  # the last byte is the second of the next page
    call print_hex
    call newline

    la   s1, cases
1:  lw   a0, 0(s1)                  # offset
    bltz a0, 2f
    add  a0, a0, s0
    call measure
    mv   s2, a0
    addi a0, s1, 4
    call print_string
    mv   a0, s2
    li   a1, 6
    call pad_decimal
    call newline
    addi s1, s1, 20
    j    1b
2:  li   a0, 0
    call exit

measure:                            # a0 = address → a0 = cycles of ROUNDS loads
    li   t0, ROUNDS
    lw   t1, 0(a0)                  # warm
    rdcycle a1
1:  lw   t1, 0(a0)
    addi t0, t0, -1
    bnez t0, 1b
    rdcycle a2
    sub  a0, a2, a1
    ret

    .data
    .balign 4
cases:
    .word 64
    .ascii "aligned        \0"
    .word 65
    .ascii "in one line    \0"
    .word 126
    .ascii "across lines   \0"
    .word 4094
    .ascii "across pages   \0"
    .word -1

    .bss
    .balign 4096
pages: .zero 8192

    .include "lib/io.s"
