# write_barrier.s: how can a program find out which of its pages it writes to?
#
# 64 pages are made read-only with mprotect. The first store to one of them is a SIGSEGV with ACCERR; the handler notes the
# page, gives it back the right to be written and returns. So garbage collectors and snapshots learn what has changed.
#
# Look at: emu run programs/kernel/write_barrier.s
#          emu stat programs/kernel/write_barrier.s    faults.invalid

    .include "../lib/sys.s"
    .equ PAGES, 64
    .globl _start
_start:
    mmap PAGES * PAGE, PROT_RW, PRIVATE
    mv   s0, a0
    li   t1, PAGES
    li   t2, PAGE
    mv   t0, s0
1:  sw   t1, 0(t0)                  # fill them, before the barrier
    add  t0, t0, t2
    addi t1, t1, -1
    bnez t1, 1b
    mv   a0, s0
    li   a1, PAGES * PAGE
    li   a2, PROT_READ
    sys  SYS_mprotect
    li   a0, SIGSEGV
    la   a1, handler
    call handle_signal

    li   t2, PAGE
    slli t3, t2, 2
    add  t0, s0, t3                 # page 4, twice
    sw   zero, 0(t0)
    sw   zero, 8(t0)
    add  t0, t0, t3
    lw   t1, 0(t0)                  # page 8 is only read
    slli t3, t3, 2
    add  t0, s0, t3
    sw   zero, 0(t0)                # page 16
    add  t0, t0, t3
    sw   zero, 0(t0)                # page 32

    say  "written:"
    la   s1, dirty
    li   s2, 0
2:  add  t0, s1, s2
    lbu  t0, 0(t0)
    beqz t0, 3f
    call space
    mv   a0, s2
    call print_decimal
3:  addi s2, s2, 1
    li   t0, PAGES
    bltu s2, t0, 2b
    call newline
    li   a0, 0
    call exit

handler:
    LX   a0, SI_UNION(a1)
    srli a0, a0, 12
    slli a0, a0, 12
    sub  t0, a0, s0
    srli t0, t0, 12
    la   t1, dirty
    add  t1, t1, t0
    li   t0, 1
    sb   t0, 0(t1)
    li   a1, PAGE
    li   a2, PROT_RW
    sys  SYS_mprotect
    ret

    .bss
dirty: .zero PAGES
