# sparse.s: what does a page table of several levels save, and when doesn't it?
#
# 16 pages are mapped and touched at a distance that you choose. Side by side they share their tables;
# far apart, each needs tables of its own. One flat table for 32-bit addresses would have
# 2^20 entries (4 GB / 4 KB), 4 MB for every process, whatever it maps.
#
# Look at: emu stat --max-output 1 programs/sparse.s 4096         16 neighbours: how many page tables?
#          emu stat --max-output 1 programs/sparse.s 2097152      2 MB apart: a table each at the lowest level (Sv48)
#          emu stat --max-output 1 programs/sparse.s 1073741824   1 GB apart: two tables each (64-bit only)
#          The limit stops it at its first byte of output, while its page tables are still there.

    .include "lib/xlen.s"
    .equ PAGES, 16
    .equ FIRST, 0x20000000
    .globl _start
    .text
_start:
    li   s0, 4096                   # the distance when no argument says otherwise
    LX   t0, 0(sp)                  # argc
    li   t1, 2
    blt  t0, t1, 1f
    LX   a0, 2*W(sp)                # argv[1]
    call parse_decimal
    mv   s0, a0
1:  li   s1, PAGES
    li   s2, FIRST
2:  mv   a0, s2
    li   a1, 4096
    li   a2, 3                      # PROT_READ | PROT_WRITE
    li   a3, 0x32                   # MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED
    li   a4, -1
    li   a5, 0
    li   a7, 222                    # mmap
    ecall
    bne  a0, s2, failed
    sw   s1, 0(s2)                  # touch it: now the tables are needed
    add  s2, s2, s0
    addi s1, s1, -1
    bnez s1, 2b

    la   a0, text
    call print_string
    mv   a0, s0
    call print_decimal
    call newline
    li   a0, 0
    call exit
failed:
    li   a0, 1
    call exit

    .section .rodata
text: .asciz "touched 16 pages at a distance of "

    .include "lib/io.s"
