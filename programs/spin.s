# spin.s: what stops a program that never ends?
#
# You do: it has no system call and no fault, but the timer interrupts it all the same.
#
# Look at: emu run --max-insns 1M programs/spin.s; echo $?     124: the limit was reached
#          emu run programs/spin.s                             and Ctrl-C: 130

    .globl _start
    .text
_start:
    li   t0, 0
1:  addi t0, t0, 1
    j    1b
