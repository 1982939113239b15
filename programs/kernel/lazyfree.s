# lazyfree.s: what does it mean to free memory without giving it back?
#
# An allocator that marks freed pages with MADV_FREE keeps them as long as nobody else needs them: taking them into use again costs nothing. When
# memory is short the kernel drops them without writing them anywhere, and they read as zeroes. A page that was written after the call is an
# ordinary page again.
#
# Look at: emu run --ram 8M programs/kernel/lazyfree.s
#          emu run --ram 8M --proc vmstat programs/kernel/lazyfree.s     pglazyfree, pglazyfreed; nothing swapped out

    .include "../lib/sys.s"
    .equ PAGES, 1000
    .equ MADV_FREE, 8
    .globl _start
_start:
    mmap PAGES * PAGE, PROT_RW, PRIVATE
    mv   s0, a0
    li   s9, PAGE
    call fill
    mv   a0, s0
    li   a1, PAGES * PAGE
    li   a2, MADV_FREE
    sys  SYS_madvise
    call count
    tell s1, " of 1000 pages are as they were: there is memory enough\n"
    mv   t0, s0                     # ten of them are taken into use again
    li   t1, 10
1:  sw   t1, 0(t0)
    add  t0, t0, s9
    addi t1, t1, -1
    bnez t1, 1b
    mv   s8, s0
    mmap PAGES * PAGE, PROT_RW, PRIVATE
    mv   s0, a0
    call fill                       # more than fits beside them
    mv   s0, s8
    call count
    li   t0, PAGES
    sltu s3, s1, t0
    say  "memory was short, pages are gone: "
    tell s3, "\n"
    mv   t0, s0
    li   t1, 10
    li   s4, 0
2:  lw   t2, 0(t0)
    snez t2, t2
    add  s4, s4, t2
    add  t0, t0, s9
    addi t1, t1, -1
    bnez t1, 2b
    tell s4, " of the 10 that were written again are there\n"
    li   a0, 0
    call exit

fill:
    mv   t0, s0
    li   t1, PAGES
1:  sw   t1, 0(t0)
    add  t0, t0, s9
    addi t1, t1, -1
    bnez t1, 1b
    ret

count:                              # → s1 = pages that aren't zero
    mv   t0, s0
    li   t1, PAGES
    li   s1, 0
1:  lw   t2, 0(t0)
    snez t2, t2
    add  s1, s1, t2
    add  t0, t0, s9
    addi t1, t1, -1
    bnez t1, 1b
    ret
