# rmap.s: who maps this frame?
#
# Four processes share one page after fork. The kernel must find every entry that maps the frame: to write it to swap, and to know whether
# the next write needs a copy. /proc/self/pagemap tells the frame, /proc/kpagecount how many entries map it.
#
# Look at: emu run programs/kernel/rmap.s
#          in emu debug: rmap FRAME, with the frame that the program names

    .include "../lib/sys.s"
    .include "../lib/thread.s"
    .equ CHILDREN, 3
    .globl _start
_start:
    mmap PAGE, PROT_RW, PRIVATE
    mv   s0, a0
    sw   s0, 0(s0)
    call tell_page
    la   a0, fds
    li   a1, 0
    sys  SYS_pipe2
    li   s1, CHILDREN
1:  call fork
    beqz a0, child
    addi s1, s1, -1
    bnez s1, 1b
    call tell_page
    sw   zero, 0(s0)                # a copy for me alone
    call tell_page
    lw   a0, fds + 4
    sys  SYS_close                  # the children end
    li   s1, CHILDREN
2:  call wait_child
    addi s1, s1, -1
    bnez s1, 2b
    li   a0, 0
    call exit

child:
    lw   a0, fds + 4
    sys  SYS_close
    lw   a0, fds
    la   a1, byte
    li   a2, 1
    sys  SYS_read                   # until the parent closes its end
    li   a0, 0
    call exit

tell_page:
    mv   s6, ra
    mv   a0, s0
    call frame_of
    mv   s2, a0
    call mapcount
    mv   s3, a0
    say  "frame "
    tell s2, ": mapped by "
    tell s3, "\n"
    jr   s6

mapcount:                           # of frame s2
    li   a0, AT_FDCWD
    la   a1, kpagecount
    li   a2, 0
    sys  SYS_openat
    mv   s4, a0
    la   a1, count
    li   a2, 8
    slli a3, s2, 3                  # 8 bytes for each frame
    li   a4, 0
    sys  SYS_pread64
    mv   a0, s4
    sys  SYS_close
    lw   a0, count
    ret

    .section .rodata
kpagecount: .asciz "/proc/kpagecount"
    .bss
    .balign 8
fds:   .zero 8
count: .zero 8
byte: .zero 8
    .text
