# brk.s: what does malloc's memory cost, and does free give it back?
#
# The heap is one area whose end is moved by brk. Moving it up takes no frame; a frame comes with the first touch of its
# page. Moving it down gives the frames back to the machine at once.
#
# Look at: emu run programs/kernel/brk.s       frames: asked for, touched, given back
#          emu stat programs/kernel/brk.s      faults.minor; memory_pages.max_rss

    .include "../lib/sys.s"
    .equ PAGES, 64
    .globl _start
_start:
    call free_pages                 # the first call touches what it needs itself
    say  "a heap of 64 pages\n"
    li   a0, 0
    sys  SYS_brk
    mv   s1, a0                     # where the heap begins: at a page
    call free_pages
    mv   s2, a0
    li   t0, PAGES * PAGE
    add  a0, s1, t0
    sys  SYS_brk
    call free_pages
    sub  s3, s2, a0
    tell s3, " frames taken by asking\n"

    mv   s4, s1
    li   s5, 8
    li   s6, PAGE
1:  sw   s5, 0(s4)
    add  s4, s4, s6
    addi s5, s5, -1
    bnez s5, 1b
    call free_pages
    sub  s3, s2, a0
    tell s3, " frames taken by touching 8 pages: one is their page table\n"

    mv   a0, s1
    sys  SYS_brk
    call free_pages
    sub  s3, s2, a0
    tell s3, " frames left after moving the end back\n"
    lw   t0, 0(s1)                  # SIGSEGV
    li   a0, 0
    call exit
