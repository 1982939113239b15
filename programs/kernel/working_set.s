# working_set.s: what happens when a program goes on using more memory than there is?
#
# It writes to all its pages, then goes through them three more times. As long as they fit into RAM that costs nothing after
# the first time. One page more than fits, and LRU throws out just the page that will be needed next: nearly each access
# waits for the disk, and the machine does nothing else. That is thrashing.
#
# Look at: emu stat --ram 8M --swap 32M programs/kernel/working_set.s 4     fits: no major fault
#          emu stat --ram 8M --swap 32M programs/kernel/working_set.s 12    doesn't: faults.major, swap_pages.in and .out,
#                                                                           and the share of `swap` in the cycles

    .include "../lib/sys.s"
    .globl _start
_start:
    LX   a0, 2*W(sp)                # argv[1]: MB
    call parse_decimal
    slli s0, a0, 8                  # pages
    slli s1, a0, 20
    li   a0, 0
    mv   a1, s1
    li   a2, PROT_RW
    li   a3, PRIVATE
    li   a4, -1
    li   a5, 0
    sys  SYS_mmap
    mv   s1, a0
    tell s0, " pages\n"
    li   s9, PAGE
    mv   t0, s1
    mv   t1, s0
1:  sw   t1, 0(t0)
    add  t0, t0, s9
    addi t1, t1, -1
    bnez t1, 1b

    li   s2, 3
    li   s5, 0                      # pages that have changed
round:
    call major_faults
    mv   s3, a0
    mv   t0, s1
    mv   t1, s0
2:  lw   t2, 0(t0)
    xor  t2, t2, t1
    snez t2, t2
    add  s5, s5, t2
    add  t0, t0, s9
    addi t1, t1, -1
    bnez t1, 2b
    call major_faults
    sub  s4, a0, s3
    tell s4, " major faults in a round\n"
    addi s2, s2, -1
    bnez s2, round
    tell s5, " pages lost\n"
    li   a0, 0
    call exit
