# write_back.s: when does what a program writes reach the disk?
#
# write only copies into the page cache and marks the pages dirty. They go to the disk later, by a daemon, or
# when somebody insists: fsync returns when they are there. Then they are clean, and a second fsync has nothing to do. A store
# through a shared mapping makes a page dirty, too.
#
# Look at: emu run programs/kernel/write_back.s
#          emu stat programs/kernel/write_back.s     file_pages.written, disk_kb.out

    .include "../lib/sys.s"
    .equ PAGES, 16
    .globl _start

.macro insist text:req
    rdcycle s8
    mv   a0, s0
    sys  SYS_fsync
    rdcycle s9
    sub  s9, s9, s8
    say  "\text"
    call judge
.endm

_start:
    li   a0, -100
    la   a1, path
    li   a2, 0x42                   # O_RDWR | O_CREAT
    li   a3, 0x180
    sys  SYS_openat
    mv   s0, a0
    rdcycle s8
    li   s1, PAGES
1:  mv   a0, s0
    la   a1, buffer
    li   a2, PAGE
    sys  SYS_write
    addi s1, s1, -1
    bnez s1, 1b
    rdcycle s9
    sub  s9, s9, s8
    say  "16 pages by write"
    call judge
    insist "fsync"
    insist "fsync again"
    li   a0, 0
    li   a1, PAGE
    li   a2, PROT_RW
    li   a3, MAP_SHARED
    mv   a4, s0
    li   a5, 0
    sys  SYS_mmap
    sw   a0, 0(a0)
    insist "fsync after a store to a mapping"
    li   a0, 0
    call exit

judge:                              # s9 = cycles
    mv   s10, ra
    li   t0, 50000                  # the disk takes 200000
    bltu s9, t0, 1f
    say  ": waited for the disk\n"
    jr   s10
1:  say  ": no waiting\n"
    jr   s10

    .section .rodata
path: .asciz "/tmp/file"
    .bss
buffer: .zero PAGE
