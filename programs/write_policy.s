# write_policy.s: how much traffic does a store make?
#
# The same 4 KB are written 64 times. A write-back cache keeps the new bytes and sends each line on
# once, when it is evicted; a write-through cache sends every single store to the next level.
#
# Look at: emu stat programs/write_policy.s                              L1D write-backs, L2 writes
#          emu stat --set l1d.write_through=on programs/write_policy.s      the same program, the other policy

    .equ SIZE, 4096
    .equ ROUNDS, 64
    .globl _start
    .text
_start:
    li   s0, ROUNDS
1:  la   t0, buffer
    li   t1, SIZE / 4
2:  sw   s0, 0(t0)
    addi t0, t0, 4
    addi t1, t1, -1
    bnez t1, 2b
    addi s0, s0, -1
    bnez s0, 1b

    la   a0, text
    call print_string
    li   a0, ROUNDS * SIZE / 4
    call print_decimal
    call newline
    li   a0, 0
    call exit

    .section .rodata
text: .asciz "stores: "

    .bss
    .balign 4096
buffer: .zero SIZE

    .include "lib/io.s"
