# fragmentation.s: why can memory be free and yet of no use?
#
# The buddy system keeps free frames in blocks of 1, 2, 4 … 1024. A huge page needs a block of 512 (RV32: 1024). The program takes most of memory,
# gives every second page back, and asks for huge pages: half of memory is free, in blocks of one frame, and there are none. When the
# other half is given back too, buddies merge, and there are.
#
# Look at: emu run --ram 16M programs/kernel/fragmentation.s      /proc/buddyinfo: free blocks by their order, 0 on the left

    .include "../lib/sys.s"
    .include "../lib/procfile.s"
    .equ PAGES, 3600
    .globl _start
_start:
    say  "at the beginning\n"
    call look
    mmap PAGES * PAGE, PROT_RW, PRIVATE
    mv   s0, a0
    li   s1, 0
    li   s2, PAGES
    li   s3, PAGE
    mv   t0, s0
1:  sw   t0, 0(t0)
    add  t0, t0, s3
    addi s2, s2, -1
    bnez s2, 1b
    say  "14 MB in use\n"
    call look
    mv   s4, s0
    call every_second
    say  "every second page given back\n"
    call look
    mv   a0, s0
    li   a1, PAGES * PAGE
    sys  SYS_munmap
    say  "the others too\n"
    call look
    li   a0, 0
    call exit

every_second:                       # s4 = the first one
    mv   s5, ra
    li   s2, PAGES / 2
1:  mv   a0, s4
    mv   a1, s3
    li   a2, 4                      # MADV_DONTNEED
    sys  SYS_madvise
    add  s4, s4, s3
    add  s4, s4, s3
    addi s2, s2, -1
    bnez s2, 1b
    jr   s5

look:
    mv   s11, ra
    la   a0, buddyinfo
    call show_file
    call free_pages
    mv   s9, a0
    la   a0, nr_hugepages
    la   a1, four
    call write_file
    la   a0, nr_hugepages
    call read_file
    li   a0, 0
    call number
    mv   s10, a0
    la   a0, nr_hugepages
    la   a1, none
    call write_file
    say  "  "
    tell s9, " frames are free; huge pages to be had, of 4: "
    tell s10, "\n"
    jr   s11

    .section .rodata
buddyinfo:    .asciz "/proc/buddyinfo"
nr_hugepages: .asciz "/proc/sys/vm/nr_hugepages"
four:         .asciz "4\n"
none:         .asciz "0\n"
    .text
