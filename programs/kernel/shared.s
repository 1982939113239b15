# shared.s: which memory do a parent and its child have in common after fork?
#
# Two pages, one private, one shared, hold 1 in both. The child adds 1 to each. Private memory looks common until somebody
# writes; shared memory is.
#
# Look at: emu run programs/kernel/shared.s

    .include "../lib/sys.s"
    .globl _start
_start:
    mmap PAGE, PROT_RW, PRIVATE
    mv   s0, a0
    mmap PAGE, PROT_RW, SHARED
    mv   s1, a0
    li   t0, 1
    sw   t0, 0(s0)
    sw   t0, 0(s1)
    call fork
    bnez a0, parent
    lw   t0, 0(s0)
    addi t0, t0, 1
    sw   t0, 0(s0)
    lw   t0, 0(s1)
    addi t0, t0, 1
    sw   t0, 0(s1)
    say  "child:  "
    j    show
parent:
    call wait_child
    say  "parent: "
show:
    lw   s2, 0(s0)
    lw   s3, 0(s1)
    say  "private "
    tell s2, ", shared "
    tell s3, "\n"
    li   a0, 0
    call exit
