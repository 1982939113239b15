# System calls for the programs in programs/kernel/: numbers, macros, and the places of fields in Linux's structures,
# the same source for RV32 and RV64. Include it first: it brings xlen.s and io.s.
#
#   say "text"            prints a text               tell reg, "text"   prints a number and then a text
#   sys N                 a7 = N, ecall               mmap length, prot, flags    anonymous, anywhere; the rest is a0
#
#   fork                  → a0 = 0 in the child, its pid in the parent
#   wait_child            → a0 = pid of a child that ended, a1 = its exit status or signal, a2 = 1 exited, 2 killed
#   free_pages            → a0 = free frames of the machine
#   minor_faults          → a0 = minor faults of this process so far     major_faults   the same for major ones
#   milliseconds          a0 → sleeps so long on the simulated clock
#   handle_signal         a0 = signal, a1 = address of the handler: entered with a0 = signal, a1 = siginfo, a2 = ucontext

    .include "xlen.s"

.equ SYS_openat, 56
.equ SYS_close, 57
.equ SYS_pipe2, 59
.equ SYS_exit_group, 94
.equ SYS_waitid, 95
.equ SYS_kill, 129
.equ SYS_sched_yield, 124
.equ SYS_rt_sigaction, 134
.equ SYS_getrusage, 165
.equ SYS_getpid, 172
.equ SYS_getppid, 173
.equ SYS_gettid, 178
.equ SYS_sysinfo, 179
.equ SYS_brk, 214
.equ SYS_munmap, 215
.equ SYS_mremap, 216
.equ SYS_clone, 220
.equ SYS_execve, 221
.equ SYS_mmap, 222
.equ SYS_mprotect, 226
.equ SYS_msync, 227
.equ SYS_mincore, 232
.equ SYS_madvise, 233
.equ SYS_ftruncate, 46
.equ SYS_fsync, 82
.if __riscv_xlen == 64
.equ SYS_futex, 98
.equ SYS_clock_nanosleep, 115
.equ SI_UNION, 16                   # si_addr, or si_pid, of a siginfo
.equ UC_PC, 176                     # the pc in a ucontext; the registers x1 … follow
.else
.equ SYS_futex, 422                 # the calls with 64-bit times
.equ SYS_clock_nanosleep, 407
.equ SI_UNION, 12
.equ UC_PC, 160
.endif
.equ SI_CODE, 8

.equ PROT_NONE, 0
.equ PROT_READ, 1
.equ PROT_WRITE, 2
.equ PROT_RW, 3
.equ MAP_SHARED, 1
.equ MAP_PRIVATE, 2
.equ MAP_FIXED, 0x10
.equ MAP_ANONYMOUS, 0x20
.equ PRIVATE, 0x22                  # MAP_PRIVATE | MAP_ANONYMOUS
.equ SHARED, 0x21                   # MAP_SHARED | MAP_ANONYMOUS
.equ MAP_FIXED_NOREPLACE, 0x100000
.equ SIGUSR1, 10
.equ SIGSEGV, 11
.equ SIGPIPE, 13
.equ SIGCHLD, 17
.equ PAGE, 4096

.macro sys number:req
    li   a7, \number
    ecall
.endm

.macro say text:req
    .section .rodata
say_\@: .asciz "\text"
    .text
    la   a0, say_\@
    call print_string
.endm

.macro tell value:req, text:req
    mv   a0, \value
    call print_decimal
    say  "\text"
.endm

.macro mmap length:req, prot:req, flags:req, fd=-1
    li   a0, 0
    li   a1, \length
    li   a2, \prot
    li   a3, \flags
    li   a4, \fd
    li   a5, 0
    sys  SYS_mmap
.endm

    .text
fork:
    li   a0, SIGCHLD                # what the parent is told at the end; nothing is shared
    li   a1, 0
    li   a2, 0
    li   a3, 0
    li   a4, 0
    sys  SYS_clone
    ret

wait_child:
    li   a0, 0                      # P_ALL
    li   a1, 0
    la   a2, child_info
    li   a3, 4                      # WEXITED
    li   a4, 0
    sys  SYS_waitid
    bltz a0, 1f
    la   t0, child_info
    lw   a2, SI_CODE(t0)
    lw   a0, SI_UNION(t0)
    lw   a1, SI_UNION + 8(t0)
1:  ret

free_pages:
    la   a0, system_info
    sys  SYS_sysinfo
    la   t0, system_info
    LX   a0, 5*W(t0)                # freeram, in units of mem_unit bytes
    lw   t1, 13*W(t0)               # mem_unit
    mul  a0, a0, t1
    srli a0, a0, 12
    ret

minor_faults:
    li   t3, 8*W
    j    1f
major_faults:
    li   t3, 9*W
1:  li   a0, 0                      # RUSAGE_SELF
    la   a1, usage
    sys  SYS_getrusage
    la   t0, usage
    add  t0, t0, t3
    LX   a0, 0(t0)
    ret

milliseconds:
    la   t0, timespec
    li   t1, 1000000
    mul  t1, a0, t1
    sw   t1, 8(t0)                  # tv_nsec; tv_sec is 64 bits wide for both
    li   a0, 1                      # CLOCK_MONOTONIC
    li   a1, 0
    la   a2, timespec
    li   a3, 0
    sys  SYS_clock_nanosleep
    ret

handle_signal:
    la   t0, sigaction
    SX   a1, 0(t0)
    li   t1, 4                      # SA_SIGINFO
    SX   t1, W(t0)
    mv   a1, t0
    li   a2, 0
    li   a3, 8                      # bytes of a signal mask
    sys  SYS_rt_sigaction
    ret

    .bss
    .balign 8
child_info:  .zero 128
system_info: .zero 128
usage:       .zero 18*W
timespec:    .zero 16
sigaction:   .zero 2*W + 8
    .text
    .include "io.s"
