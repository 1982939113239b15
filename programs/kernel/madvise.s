# madvise.s: how does free give memory back without giving up its addresses?
#
# madvise(MADV_DONTNEED) takes the frames of a range and leaves the area: the next touch finds zeros. A store through a
# private mapping of a file is forgotten that way, too. mincore tells which pages are in memory.
#
# Look at: emu run programs/kernel/madvise.s     frames, and what mincore sees
#          emu stat programs/kernel/madvise.s    faults.minor

    .include "../lib/sys.s"
    .equ PAGES, 16
    .globl _start
_start:
    mmap PAGES * PAGE, PROT_RW, PRIVATE
    mv   s0, a0
    call resident
    tell s1, " of 16 pages in memory after mmap\n"
    li   s9, PAGE
    mv   t0, s0
    li   t1, 8
1:  sw   t1, 0(t0)
    add  t0, t0, s9
    addi t1, t1, -1
    bnez t1, 1b
    call resident
    tell s1, " after writing 8\n"
    call free_pages
    mv   s2, a0
    mv   a0, s0
    li   a1, 4 * PAGE
    li   a2, 4                      # MADV_DONTNEED
    sys  SYS_madvise
    call free_pages
    sub  s2, a0, s2
    tell s2, " frames freed by MADV_DONTNEED for 4 of them\n"
    call resident
    tell s1, " in memory\n"
    lw   s3, 0(s0)
    tell s3, " is what the first holds now, "
    li   t0, 4 * PAGE
    add  t0, t0, s0
    lw   s3, 0(t0)
    tell s3, " the fifth\n"
    li   a0, 0
    call exit

resident:                           # → s1 = how many pages mincore counts
    mv   s8, ra
    mv   a0, s0
    li   a1, PAGES * PAGE
    la   a2, vector
    sys  SYS_mincore
    la   t0, vector
    li   t1, PAGES
    li   s1, 0
1:  lbu  t2, 0(t0)
    andi t2, t2, 1
    add  s1, s1, t2
    addi t0, t0, 1
    addi t1, t1, -1
    bnez t1, 1b
    jr   s8

    .bss
vector: .zero PAGES
