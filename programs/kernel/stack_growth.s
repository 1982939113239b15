# stack_growth.s: who gives the stack its memory, and when?
#
# Nobody asks for stack. A function that is called takes its frame by moving sp; the first touch below the stack's area
# faults, and the kernel moves the area's beginning down, as long as RLIMIT_STACK (8 MB) allows. Here 256 calls inside each
# other take a page each. When they have returned, the pages stay: going down again costs nothing.
#
# Look at: emu run programs/kernel/stack_growth.s      a fault a page the first time, none the second
#          emu stat programs/kernel/stack_growth.s     faults.minor

    .include "../lib/sys.s"
    .equ DEPTH, 256
    .globl _start
_start:
    call dive
    call dive
    li   a0, 0
    call exit

dive:
    mv   s0, ra
    call minor_faults
    mv   s1, a0
    li   s2, DEPTH
    mv   s4, sp
    call deeper
    sub  s4, sp, s4                 # 0: all have returned
    call minor_faults
    sub  s1, a0, s1
    say  "256 calls deep: "
    tell s1, " faults\n"
    jr   s0

deeper:
    li   t0, PAGE
    sub  sp, sp, t0                 # a page for this call
    SX   ra, 0(sp)
    addi s2, s2, -1
    beqz s2, 1f
    call deeper
1:  LX   ra, 0(sp)
    li   t0, PAGE
    add  sp, sp, t0
    ret
