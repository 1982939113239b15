# huge_pages.s: what is gained when one entry maps two megabytes?
#
# The same 4 MB twice: in small pages, and in huge ones from the pool that --huge-pages sets aside. Huge pages fault once each, need no
# last-level tables, and one TLB entry reaches as far as 512 small ones: the second pass, a word of every page, shows it.
#
# Look at: emu run --huge-pages 2 programs/kernel/huge_pages.s
#          emu run --huge-pages 2 --thp always programs/kernel/huge_pages.s     the small pages turn out to be huge ones too
#          emu stat --huge-pages 2 programs/kernel/huge_pages.s                 walk.count, memory_pages.max_page_tables

    .include "../lib/sys.s"
    .equ SIZE, 4 << 20
    .equ MAP_HUGETLB, 0x40000
    .globl _start
_start:
    mmap SIZE * 2, PROT_RW, PRIVATE
    li   t0, SIZE - 1               # so that it is aligned for transparent huge pages
    add  a0, a0, t0
    not  t0, t0
    and  a0, a0, t0
    la   s5, small
    call measure
    mmap SIZE, PROT_RW, PRIVATE | MAP_HUGETLB
    li   t0, -4096
    bgtu a0, t0, none
    la   s5, huge
    call measure
    li   a0, 0
    call exit

measure:                            # a0 = memory, s5 = its name
    mv   s0, a0
    mv   s6, ra
    call minor_faults
    mv   s1, a0
    call touch
    call minor_faults
    sub  s1, a0, s1
    call touch                      # caches as after any pass
    rdcycle s2
    call touch
    rdcycle s3
    sub  s2, s3, s2
    li   t0, SIZE / PAGE
    divu s2, s2, t0
    mv   a0, s5
    call print_string
    tell s1, " faults, then "
    tell s2, " cycles a page\n"
    jr   s6

touch:
    mv   t0, s0
    li   t1, SIZE / PAGE
    li   t2, PAGE
1:  sw   t1, 0(t0)
    add  t0, t0, t2
    addi t1, t1, -1
    bnez t1, 1b
    ret

none:
    say  "there are no huge pages: --huge-pages 2\n"
    li   a0, 1
    call exit

    .section .rodata
small: .asciz "small pages: "
huge:  .asciz "huge pages:  "
    .text
