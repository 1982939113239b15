# orphan.s: whose child is a process whose parent has ended?
#
# A parent forks, its child forks again and ends. The grandchild is adopted by process 1, which is the ancestor of all and
# has to wait for it. Here process 1 is the program itself.
#
# Look at: emu run programs/kernel/orphan.s

    .include "../lib/sys.s"
    .globl _start
_start:
    call fork
    bnez a0, init
    call fork
    bnez a0, middle
    sys  SYS_getppid
    mv   s0, a0
    say  "grandchild: my parent is "
    tell s0, "\n"
    li   a0, 5
    call milliseconds               # meanwhile the parent ends
    sys  SYS_getppid
    mv   s0, a0
    say  "grandchild: my parent is "
    tell s0, "\n"
    li   a0, 3
    call exit
middle:
    li   a0, 1
    call milliseconds
    li   a0, 2
    call exit
init:
    call wait_child
    call report
    call wait_child
    call report
    li   a0, 0
    call exit
report:
    mv   s3, ra
    mv   s0, a0
    mv   s1, a1
    say  "process 1: "
    tell s0, " ended with status "
    tell s1, "\n"
    jr   s3
