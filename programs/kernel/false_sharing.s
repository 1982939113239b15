# false_sharing.s: why do two threads that share nothing slow each other down?
#
# Each of two harts adds to a counter of its own. As long as the two counters lie in one cache line, the line must go from one
# cache to the other and back: every store takes it away from the other hart (BusRdX), though no word is shared. With padding between
# them each stays where it is used.
#
# Look at: emu run --harts 2 programs/kernel/false_sharing.s
#          emu stat --harts 2 programs/kernel/false_sharing.s     bus.read_exclusive, and the ledger's coherence

    .include "../lib/sys.s"
    .include "../lib/thread.s"
    .equ ROUNDS, 2000
    .globl _start
_start:
    sw   zero, counters, t0         # page faults are not the question
    la   a0, counters
    addi a1, a0, 4
    call race
    mv   s10, a0
    say  "counters in one line:       "
    tell s10, " cycles\n"
    la   a0, counters
    addi a1, a0, 256
    call race
    mv   s11, a0
    say  "counters in lines of their own: "
    tell s11, " cycles\n"
    divu s0, s10, s11
    tell s0, " times as many\n"
    li   a0, 0
    call exit

race:                               # a0, a1 = the counters of hart 0 and 1 → a0 = cycles of hart 0
    addi sp, sp, -32
    SX   ra, 0(sp)
    SX   a0, W(sp)
    sw   zero, ready, t0
    mv   a3, a1
    la   a0, other_hart
    la   a1, stack_end
    la   a2, tid
    call start_thread
    li   a0, 0
    call pin
    la   a0, ready
    li   a1, 1
    call lower
    LX   a0, W(sp)
    rdcycle s0
    call count
    rdcycle s1
    la   a0, tid
    call join
    sub  a0, s1, s0
    LX   ra, 0(sp)
    addi sp, sp, 32
    ret

other_hart:                         # a0 = its counter
    mv   s0, a0
    mv   s1, ra
    li   a0, 1
    call pin
    bnez a0, alone
    la   a0, ready
    li   a1, 1
    call raise
    mv   a0, s0
    mv   ra, s1

count:
    li   t0, ROUNDS
1:  lw   t1, 0(a0)
    addi t1, t1, 1
    sw   t1, 0(a0)
    addi t0, t0, -1
    bnez t0, 1b
    ret

alone:
    say  "there is no other hart: --harts 2\n"
    li   a0, 1
    sys  SYS_exit_group

    .bss
    .balign 4096
counters: .zero 512
ready:    .zero 64
tid:      .zero 64
stack:    .zero 4096
stack_end:
