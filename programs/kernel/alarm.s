# alarm.s: how does a program that computes learn that time has passed?
#
# setitimer asks for SIGALRM every 10 ms. A timer of the machine interrupts the hart; the softirq TIMER sends the signal; on the way back to
# user mode its handler runs, wherever the program was. Then the same while it sleeps: the sleep ends early, with EINTR.
#
# Look at: emu run programs/kernel/alarm.s
#          emu run --proc interrupts,softirqs programs/kernel/alarm.s      riscv-timer and TIMER

    .include "../lib/sys.s"
    .equ SYS_setitimer, 103
    .equ SIGALRM, 14
    .globl _start
_start:
    li   a0, SIGALRM
    la   a1, on_alarm
    call handle_signal
    la   t0, timer
    li   t1, 10000                  # microseconds
    SX   t1, W(t0)                  # it_interval.tv_usec
    SX   t1, 3*W(t0)                # it_value.tv_usec
    call set_timer
    li   s0, 0                      # rounds of work
    la   s1, alarms
    li   s2, 5
1:  addi s0, s0, 1
    lw   t0, 0(s1)
    bltu t0, s2, 1b
    tell t0, " alarms while it computed\n"

    la   t0, timer
    SX   zero, W(t0)                # once
    call set_timer
    li   a0, 500
    call milliseconds
    mv   s0, a0
    say  "a sleep of 500 ms ended with "
    mv   a0, s0
    call print_signed
    call newline
    li   a0, 0
    call exit

set_timer:
    li   a0, 0                      # ITIMER_REAL
    la   a1, timer
    li   a2, 0
    sys  SYS_setitimer
    ret

on_alarm:
    la   t0, alarms
    lw   t1, 0(t0)
    addi t1, t1, 1
    sw   t1, 0(t0)
    ret

    .bss
    .balign 8
timer:  .zero 4*W
alarms: .zero 8
    .text
