# exec_data.s: can a program jump to its data?
#
# The bytes are a fine instruction, but they lie on the stack, whose pages lack the X bit: fetching traps before
# anything is executed. This is what stops an attacker who managed to write code into a buffer.
#
# Look at: emu run programs/exec_data.s      the fault card: an instruction page fault, pc = the address
#          programs/self_modify.s            how a program may do it after all

    .globl _start
    .text
_start:
    la   a0, text
    call print_string
    li   t0, 0x00008067         # the bytes of `ret`
    sw   t0, -16(sp)
    addi t0, sp, -16
    fence.i
    jalr t0                     # to the stack
    li   a0, 0
    call exit

    .section .rodata
text: .asciz "jumping to the stack\n"

    .include "lib/io.s"
