# Threads and harts for the programs in programs/kernel/. Include it after sys.s.
#
#   start_thread  a0 = function, a1 = end of its stack, a2 = address of a word for its tid, a3 = its argument (its a0)
#   join          a0 = address of that word: waits until the thread has ended
#   pin           a0 = hart: the calling thread runs there and nowhere else → a0 = 0, or an error
#   lower, raise  wait until the word at a0 is a1 by looking again and again; set it to a1
#   frame_of      a0 = address → a0 = its page frame number, from /proc/self/pagemap

.equ SYS_sched_setaffinity, 122
.equ SYS_pread64, 67
.equ THREAD_FLAGS, 0x250f00         # VM FS FILES SIGHAND THREAD SYSVSEM CHILD_CLEARTID
.equ FUTEX_WAIT, 0
.equ FUTEX_WAKE, 1
.equ AT_FDCWD, -100

    .text
start_thread:
    mv   t0, a0
    mv   t1, a3
    li   t2, 1
    sw   t2, 0(a2)                  # the kernel sets it to 0 when the thread has ended
    li   a0, THREAD_FLAGS
    mv   a4, a2
    li   a2, 0
    li   a3, 0
    sys  SYS_clone
    beqz a0, 1f
    ret
1:  mv   a0, t1
    jalr t0
    li   a0, 0
    j    exit                       # of this thread only

join:
    mv   t6, a0
1:  lw   a2, 0(t6)
    beqz a2, 2f
    mv   a0, t6
    li   a1, FUTEX_WAIT
    li   a3, 0
    sys  SYS_futex
    j    1b
2:  ret

pin:
    li   t0, 1
    sll  t0, t0, a0
    li   a0, 0                      # myself
    li   a1, W
    addi sp, sp, -16                # threads may call it at the same time
    SX   t0, 0(sp)
    mv   a2, sp
    sys  SYS_sched_setaffinity
    addi sp, sp, 16
    bltz a0, 1f
    li   a0, 0
1:  ret

lower:
    lw   t0, 0(a0)
    bne  t0, a1, lower
    fence
    ret

raise:
    fence
    sw   a1, 0(a0)
    ret

frame_of:
    mv   t6, a0
    li   a0, AT_FDCWD
    la   a1, pagemap_path
    li   a2, 0
    sys  SYS_openat
    mv   t5, a0
    addi sp, sp, -16
    mv   a1, sp
    li   a2, 8
    srli a3, t6, 12
    slli a3, a3, 3                  # 8 bytes for each page
    li   a4, 0
    sys  SYS_pread64
    mv   a0, t5
    sys  SYS_close
    LX   a0, 0(sp)
    addi sp, sp, 16
    slli a0, a0, 8 * W - 32         # the flags in the uppermost bits go; 32 bits of frame number are plenty
    srli a0, a0, 8 * W - 32
    ret

    .section .rodata
pagemap_path: .asciz "/proc/self/pagemap"
    .text
