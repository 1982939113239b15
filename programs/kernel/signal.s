# signal.s: how does a signal interrupt a program that is in the middle of something?
#
# On the way back from the kernel, the process finds itself in its handler instead of where it was: the kernel has put all
# registers on its stack and will take them back from there when the handler returns. Each register keeps its value across
# the handler, also those that functions may change.
#
# Look at: emu run programs/kernel/signal.s
#          emu stat programs/kernel/signal.s      syscalls.rt_sigreturn: the way back

    .include "../lib/sys.s"
    .globl _start
_start:
    li   a0, SIGUSR1
    la   a1, handler
    call handle_signal
    sys  SYS_getpid
    mv   s0, a0
    li   t0, 111
    li   t6, 666
    li   a5, 55
    mv   a0, s0
    li   a1, SIGUSR1
    sys  SYS_kill                   # the handler runs before this returns
    add  s1, t0, t6
    add  s1, s1, a5
    add  s1, s1, a0
    say  "registers after it: "
    tell s1, "\n"

    li   a0, SIGUSR1
    li   a1, 1                      # SIG_IGN
    call handle_signal
    mv   a0, s0
    li   a1, SIGUSR1
    sys  SYS_kill
    say  "ignored\n"

    call fork
    bnez a0, 1f
    li   a0, SIGUSR1
    li   a1, 0                      # SIG_DFL
    call handle_signal
    sys  SYS_getpid
    li   a1, SIGUSR1
    sys  SYS_kill
    say  "never said\n"
1:  call wait_child
    mv   s1, a1
    mv   s2, a2
    say  "the child was killed ("
    tell s2, ") by signal "
    tell s1, "\n"
    li   a0, 0
    call exit

handler:
    mv   s5, ra                     # all registers are the handler's to change
    mv   s6, a0
    lw   s7, SI_UNION(a1)           # si_pid: who sent it
    say  "handler: signal "
    tell s6, " from process "
    tell s7, "\n"
    li   t6, 0
    li   s0, 0
    jr   s5
