# brk_heap.s: where does the memory of malloc come from?
#
# The heap ends at the "program break". brk moves it: memory is handed out by moving a boundary, nothing more, and its
# pages come only when they are touched, filled with zeros. malloc cuts what it gets from here into pieces.
#
# Look at: emu run programs/brk_heap.s
#          emu stat programs/brk_heap.s      16 pages asked for, 2 touched: two minor faults for the heap

    .equ SYS_brk, 214
    .equ GROW, 65536
    .globl _start
    .text
_start:
    li   a0, 0                      # an impossible request: the answer is where the break is
    li   a7, SYS_brk
    ecall
    mv   s0, a0
    li   t0, GROW
    add  a0, s0, t0
    li   a7, SYS_brk
    ecall
    sub  s1, a0, s0
    la   a0, text_grown
    call print_string
    mv   a0, s1
    call print_decimal
    call newline

    lbu  s2, 0(s0)                  # the first page: full of zeros
    li   t0, 42
    sb   t0, 0(s0)
    li   t1, GROW
    add  t1, t1, s0
    sb   t0, -1(t1)                 # the last page
    la   a0, text_zero
    call print_string
    mv   a0, s2
    call print_decimal
    call newline

    mv   a0, s0                     # give all of it back
    li   a7, SYS_brk
    ecall
    sub  s1, a0, s0
    la   a0, text_left
    call print_string
    mv   a0, s1
    call print_decimal
    call newline
    li   a0, 0
    call exit

    .section .rodata
text_grown: .asciz "the heap grew by "
text_zero:  .asciz "its first byte: "
text_left:  .asciz "left after shrinking: "

    .include "lib/io.s"
