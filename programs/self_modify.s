# self_modify.s: when does the processor notice that its code has changed?
#
# Instructions are bytes in memory: a program can write some and jump to them. It calls a function, changes
# its first instruction and calls it again. `fence.i` says: from here on, fetch what was stored before.
#
# Look at: emu run programs/self_modify.s
#          emu help insn fence.i

    .globl _start
    .text
_start:
    li   a0, 0
    li   a1, 4096
    li   a2, 7                      # PROT_READ | PROT_WRITE | PROT_EXEC: a page for our own code
    li   a3, 0x22
    li   a4, -1
    li   a5, 0
    li   a7, 222
    ecall
    mv   s0, a0

    la   t0, template               # li a0, 1 ; ret
    lw   t1, 0(t0)
    lw   t2, 4(t0)
    sw   t1, 0(s0)
    sw   t2, 4(s0)
    fence.i
    jalr s0
    call print_decimal
    call newline

    lw   t1, 0(s0)                  # an I-type immediate stands in bits 31…20
    li   t2, 1 << 20
    add  t1, t1, t2                 # li a0, 2
    sw   t1, 0(s0)
    fence.i
    jalr s0
    call print_decimal
    call newline
    li   a0, 0
    call exit

    .option push
    .option norvc                   # four bytes each
    .balign 4
template:
    li   a0, 1
    ret
    .option pop

    .include "lib/io.s"
