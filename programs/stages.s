# stages.s: when does the five-stage pipeline have to wait?
#
# Fetch, decode, execute, memory, write-back: an instruction leaves the pipeline every cycle, unless
# one needs a result that isn't there yet. Each loop runs 1,000 times with the same number of instructions.
#
#   free    no instruction needs the one before it in time
#   load    the instruction behind a load uses what was loaded: it comes out of the memory stage, one cycle late
#   mul     a chain of multiplications: each waits for the one before
#   div     a chain of divisions: the divider works for many cycles
#
# Look at: emu run programs/stages.s        cycles for each round of each loop
#          emu stat programs/stages.s       the ledger: issue, stall
#          emu config                       the costs: load-use, mul, div

    .equ ROUNDS, 1000
    .macro begin_loop name
\name:                          # → a0 = cycles of ROUNDS rounds
    li   t0, ROUNDS
    la   t1, cell
    li   t2, 3
    li   t3, 1
    rdcycle a1
1:
    .endm
    .macro end_loop
    addi t0, t0, -1
    bnez t0, 1b
    rdcycle a2
    sub  a0, a2, a1
    ret
    .endm

    .macro report name, text
    call \name              # once to warm the caches
    call \name
    mv   s0, a0
    la   a0, \text
    call print_string
    li   t0, ROUNDS
    divu a0, s0, t0
    li   a1, 4
    call pad_decimal
    call newline
    .endm

    .globl _start
    .text
_start:
    report free, text_free
    report load, text_load
    report mult, text_mul
    report divi, text_div
    li   a0, 0
    call exit

begin_loop free
    lw   t4, 0(t1)
    addi t3, t3, 1              # needs nothing of the load
end_loop

begin_loop load
    lw   t4, 0(t1)
    addi t3, t4, 1              # needs t4 at once
end_loop

begin_loop mult
    mul  t3, t3, t2
    mul  t3, t3, t2
end_loop

begin_loop divi
    divu t3, t3, t2
    divu t3, t3, t2
end_loop

    .section .rodata
text_free: .asciz "free"
text_load: .asciz "load"
text_mul:  .asciz "mul "
text_div:  .asciz "div "

    .data
    .balign 8
cell: .quad 7

    .include "lib/io.s"
