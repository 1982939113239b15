# softirqs.s: what does an interrupt leave for later, and what if later never comes?
#
# The top half of an interrupt only acknowledges it; the work is done by softirqs on the way out: TIMER ends sleeps and sends SIGALRM,
# BLOCK ends requests of the disk. They have a budget: 10 rounds of 16. Here 300 children sleep until the same moment. What is left over
# falls to ksoftirqd, a thread that takes its turn like any other, so that a flood of interrupts can't keep the hart from its tasks.
#
# Look at: emu run programs/kernel/softirqs.s                                  /proc/softirqs, before and after
#          emu run --proc interrupts,softirqs,stat programs/kernel/softirqs.s
#          emu stat programs/kernel/softirqs.s                                 the ledger's irq and softirq

    .include "../lib/sys.s"
    .include "../lib/procfile.s"
    .equ SLEEPERS, 300
    .equ WAKE_MS, 900
    .equ TIMER_ABSTIME, 1
    .globl _start
_start:
    call timer_softirqs
    mv   s10, a0
    li   s0, SLEEPERS
1:  call fork
    beqz a0, sleeper
    addi s0, s0, -1
    bnez s0, 1b
    li   s0, SLEEPERS
2:  call wait_child
    addi s0, s0, -1
    bnez s0, 2b
    call timer_softirqs
    sub  s10, a0, s10
    li   t0, SLEEPERS
    tell t0, " sleepers woken by "
    tell s10, " rounds of the TIMER softirq\n"
    la   a0, path
    call show_file
    li   a0, 0
    call exit

sleeper:                            # until 900 ms after the start of the machine
    la   t0, timespec
    li   t1, WAKE_MS * 1000000
    sw   t1, 8(t0)
    li   a0, 1                      # CLOCK_MONOTONIC
    li   a1, TIMER_ABSTIME
    la   a2, timespec
    li   a3, 0
    sys  SYS_clock_nanosleep
    li   a0, 0
    call exit

timer_softirqs:                     # the second number: HI, then TIMER
    mv   s11, ra
    la   a0, path
    call read_file
    li   a0, 2                      # behind the 0 of CPU0 and HI's
    call number
    jr   s11

    .section .rodata
path: .asciz "/proc/softirqs"
    .text
