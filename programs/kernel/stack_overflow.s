# stack_overflow.s: what ends a recursion that never ends?
#
# The stack grows until RLIMIT_STACK, 8 MB; the next page is refused with SIGSEGV. Its handler needs a stack, too, but
# there is none left: so the program has set up another one with sigaltstack. With an argument there is no handler.
#
# Look at: emu run programs/kernel/stack_overflow.s       how large the stack became
#          emu run programs/kernel/stack_overflow.s x     the fault card: just below the stack's area

    .include "../lib/sys.s"
    .globl _start
_start:
    LX   t0, 0(sp)
    li   t1, 1
    bgtu t0, t1, recurse
    la   a0, stack_t
    la   t0, other_stack
    SX   t0, 0(a0)                  # ss_sp
    sw   zero, W(a0)                # ss_flags
    li   t0, 8192
    SX   t0, 2*W(a0)                # ss_size
    li   a1, 0
    sys  132                        # sigaltstack
    la   t0, action
    la   t1, handler
    SX   t1, 0(t0)
    li   t1, 0x08000004             # SA_ONSTACK | SA_SIGINFO
    SX   t1, W(t0)
    li   a0, SIGSEGV
    mv   a1, t0
    li   a2, 0
    li   a3, 8
    sys  SYS_rt_sigaction
recurse:
    mv   s0, sp
1:  addi sp, sp, -64                # a call's frame
    SX   ra, 0(sp)
    jal  1b

handler:
    LX   t0, SI_UNION(a1)           # the address that was refused
    sub  s0, s0, t0
    li   t0, 1 << 19
    add  s0, s0, t0                 # rounded
    srli s0, s0, 20
    say  "SIGSEGV when the stack had "
    tell s0, " MB\n"
    li   a0, 3
    call exit

    .bss
    .balign 16
stack_t:     .zero 3*W
action:      .zero 2*W + 8
other_stack: .zero 8192
