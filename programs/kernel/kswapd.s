# kswapd.s: who makes room when memory runs short, and who waits for it?
#
# Below the watermark "low" the kernel wakes a daemon, kswapd, that frees pages until "high" is reached, while the program
# goes on. A program that takes its time never notices. One that takes memory faster than kswapd frees it
# meets the watermark "min" and has to reclaim for itself and wait: direct reclaim. With an argument this one hurries.
#
# Look at: emu stat --ram 8M --swap 32M programs/kernel/kswapd.s         reclaim.freed_kswapd; reclaim.direct is 0
#          emu stat --ram 8M --swap 32M programs/kernel/kswapd.s hurry   reclaim.direct

    .include "../lib/sys.s"
    .equ PAGES, 4096
    .globl _start
_start:
    LX   s4, 0(sp)                  # argc
    mmap PAGES * PAGE, PROT_RW, PRIVATE
    mv   s0, a0
    li   s1, PAGES
    li   s3, 2
1:  sw   s1, 0(s0)
    li   t0, PAGE
    add  s0, s0, t0
    addi s1, s1, -1
    andi t0, s1, 7
    bnez t0, 2f
    bgeu s4, s3, 2f
    li   a0, 2
    call milliseconds               # a pause after 8 pages
2:  bnez s1, 1b
    say  "4096 pages written\n"
    li   a0, 0
    call exit
