# cow.s: how can fork copy a process of any size in no time?
#
# fork copies the page tables, not the pages: both processes see the same frames, and both have lost the right to write to
# them. Who writes first gets a copy of that page (copy-on-write); who is left alone with a frame gets it back without one.
#
# Look at: emu run programs/kernel/cow.s       frames before and after
#          emu stat programs/kernel/cow.s      faults.cow

    .include "../lib/sys.s"
    .equ PAGES, 64
    .globl _start
_start:
    mmap PAGES * PAGE, PROT_RW, PRIVATE
    mv   s0, a0
    li   s1, PAGES
    call write
    call free_pages
    call minor_faults
    say  "64 pages are written, now fork\n"
    call free_pages
    mv   s3, a0
    call fork
    beqz a0, child
    call free_pages
    sub  s4, s3, a0
    tell s4, " frames for the child: its page tables, and what the parent wrote since\n"
    call wait_child
    call free_pages
    sub  s4, s3, a0
    tell s4, " frames left after its end\n"
    call free_pages
    mv   s3, a0
    li   s1, 10
    call write
    call free_pages
    sub  s4, s3, a0
    tell s4, " frames for 10 pages that the parent writes: they are its own again\n"
    li   a0, 0
    call exit

child:
    call minor_faults               # touch what these calls need, so that they don't disturb
    call free_pages
    say  "the child writes 10 pages: "
    call minor_faults
    mv   s5, a0
    call free_pages
    mv   s3, a0
    li   s1, 10
    call write
    call free_pages
    sub  s3, s3, a0
    call minor_faults
    sub  s5, a0, s5
    tell s3, " frames, "
    tell s5, " faults\n"
    li   s1, 10
    call minor_faults
    mv   s5, a0
    call write
    call minor_faults
    sub  s5, a0, s5
    say  "the same pages again: "
    tell s5, " faults\n"
    li   a0, 0
    call exit

write:                              # the first s1 pages at s0
    mv   t0, s0
    li   t1, PAGE
1:  sw   s1, 0(t0)
    add  t0, t0, t1
    addi s1, s1, -1
    bnez s1, 1b
    ret
