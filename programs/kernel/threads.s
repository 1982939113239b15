# threads.s: why must threads that share a variable lock it, and what does a lock cost?
#
# Four threads add 1 to one counter, a thousand times each, by load, add, store. With a mutex made of one word and futex,
# the sum is right: who finds it locked sleeps in the kernel, and who never meets another makes no system call at all. With
# an argument they don't lock, and additions are lost.
#
# Look at: emu run programs/kernel/threads.s            4000
#          emu run programs/kernel/threads.s unlocked   less
#          emu stat --harts 4 programs/kernel/threads.s     syscalls.futex; with --timing full the bus.invalidate of a lock

    .include "../lib/sys.s"
    .equ THREADS, 4
    .equ ROUNDS, 1000
    .equ STACK, 4096
    .equ FLAGS, 0x250f00            # VM FS FILES SIGHAND THREAD SYSVSEM CHILD_CLEARTID
    .equ FUTEX_WAIT, 0
    .equ FUTEX_WAKE, 1
    .globl _start
_start:
    LX   s10, 0(sp)                 # argc
    addi s10, s10, -1               # 0: lock
    li   s0, 0
    la   s1, tids
1:  li   t0, 1
    sw   t0, 0(s1)                  # set to 0 by the kernel when the thread has ended
    li   a0, FLAGS
    addi t0, s0, 1
    li   t1, STACK
    mul  t0, t0, t1
    la   a1, stacks
    add  a1, a1, t0                 # its stack: from the end
    li   a2, 0
    li   a3, 0
    mv   a4, s1
    sys  SYS_clone
    beqz a0, thread
    addi s1, s1, 4
    addi s0, s0, 1
    li   t0, THREADS
    bltu s0, t0, 1b

    la   s1, tids
    li   s0, THREADS
2:  lw   a2, 0(s1)
    beqz a2, 3f
    mv   a0, s1
    li   a1, FUTEX_WAIT
    li   a3, 0
    sys  SYS_futex
    j    2b
3:  addi s1, s1, 4
    addi s0, s0, -1
    bnez s0, 2b
    lw   s0, counter
    li   s1, THREADS * ROUNDS
    bltu s0, s1, 4f
    tell s0, "\n"
    li   a0, 0
    call exit
4:  say  "additions were lost\n"
    li   a0, 1
    call exit

thread:
    li   s0, ROUNDS
    la   s1, counter
    la   s2, mutex
1:  bnez s10, 2f
    call lock
2:  lw   s3, 0(s1)
    andi t0, s0, 63
    bnez t0, 3f
    sys  SYS_sched_yield            # at the worst moment
3:  addi s3, s3, 1
    sw   s3, 0(s1)
    bnez s10, 4f
    call unlock
4:  addi s0, s0, -1
    bnez s0, 1b
    li   a0, 0
    call exit                       # of this thread only

lock:                               # 0 free, 1 locked, 2 locked and somebody waits
1:  lr.w.aq t1, (s2)
    bnez t1, 2f
    li   t2, 1
    sc.w t2, t2, (s2)
    bnez t2, 1b
    ret
2:  li   t2, 2
    amoswap.w.aq t1, t2, (s2)
    beqz t1, 3f
    mv   a0, s2
    li   a1, FUTEX_WAIT
    li   a2, 2                      # sleep only if it still is 2
    li   a3, 0
    sys  SYS_futex
    j    2b
3:  ret

unlock:
    amoswap.w.rl t1, zero, (s2)
    li   t2, 2
    bne  t1, t2, 1f
    mv   a0, s2
    li   a1, FUTEX_WAKE
    li   a2, 1
    sys  SYS_futex
1:  ret

    .bss
    .balign 16
counter: .zero 4
mutex:   .zero 4
tids:    .zero 4 * THREADS
    .balign 16
stacks:  .zero THREADS * STACK
