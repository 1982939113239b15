# numa.s: from which memory does a page come when the machine has several nodes?
#
# With --nodes 2 the memory is divided in two. A thread on each hart touches a page of its own, and /proc/self/pagemap tells the frames.
# The kernel takes the frame from the node of the hart that touches first, not of the one that asked for the memory.
#
# Look at: emu run --harts 2 --nodes 2 programs/kernel/numa.s
#          emu run --harts 2 --nodes 2 --proc buddyinfo programs/kernel/numa.s     free blocks, node by node

    .include "../lib/sys.s"
    .include "../lib/thread.s"
    .globl _start
_start:
    la   a0, system_info
    sys  SYS_sysinfo
    la   t0, system_info
    LX   s0, 4*W(t0)                # totalram
    srli s0, s0, 13                 # half of it, in pages: where node 1 begins, about
    mmap 2 * PAGE, PROT_RW, PRIVATE
    mv   s1, a0
    mv   a3, s1
    li   t0, PAGE
    add  a3, a3, t0
    la   a0, toucher
    la   a1, stack_end
    la   a2, tid
    call start_thread
    la   a0, tid
    call join
    li   a0, 0
    call pin
    sw   s0, 0(s1)
    mv   a0, s1
    call node_of
    mv   s2, a0
    li   t0, PAGE
    add  a0, s1, t0
    call node_of
    mv   s3, a0
    say  "touched by hart 0: node "
    tell s2, "\n"
    say  "touched by hart 1: node "
    tell s3, "\n"
    li   a0, 0
    call exit

toucher:                            # a0 = the page
    mv   s4, a0
    mv   s5, ra
    li   a0, 1
    call pin
    bnez a0, alone
    sw   s4, 0(s4)
    jr   s5

node_of:
    mv   s6, ra
    call frame_of
    sltu a0, a0, s0
    xori a0, a0, 1
    jr   s6

alone:
    say  "there is no other hart: --harts 2\n"
    li   a0, 1
    sys  SYS_exit_group

    .bss
    .balign 16
tid:   .zero 16
stack: .zero 4096
stack_end:
