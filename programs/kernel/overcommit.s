# overcommit.s: how can a program have more memory than the machine?
#
# What mmap hands out are addresses. A frame is taken when a page is first written. The kernel promises more than there is (VSZ) and
# counts on most of it never being touched (RSS). With vm.overcommit_memory=2 it promises no more than swap and half of memory.
#
# Look at: emu run --ram 16M programs/kernel/overcommit.s
#          emu run --ram 16M --sysctl vm.overcommit_memory=2 programs/kernel/overcommit.s        refused: -12 is ENOMEM
#          emu run --ram 16M --proc status,meminfo programs/kernel/overcommit.s                  VmSize, VmRSS, Committed_AS

    .include "../lib/sys.s"
    .include "../lib/procfile.s"
    .equ PIECE, 4 << 20
    .equ PIECES, 16
    .equ TOUCHED, 256               # pages of the first piece
    .globl _start
_start:
    say  "at the beginning:  "
    call sizes
    li   s0, PIECES
1:  mmap PIECE, PROT_RW, PRIVATE
    li   t0, -4096
    bgtu a0, t0, refused
    mv   s1, a0
    addi s0, s0, -1
    bnez s0, 1b
    say  "64 MB asked for:   "
    call sizes
    li   t0, TOUCHED
    li   t1, PAGE
1:  sw   t0, 0(s1)
    add  s1, s1, t1
    addi t0, t0, -1
    bnez t0, 1b
    say  "1 MB of it used:   "
    call sizes
    li   a0, 0
    call exit

refused:
    mv   s1, a0
    li   t0, PIECES
    sub  s0, t0, s0
    slli s0, s0, 2
    tell s0, " MB were granted, then "
    mv   a0, s1
    call print_signed
    call newline
    li   a0, 12
    call exit

sizes:
    mv   s11, ra
    la   a0, statm
    call read_file
    li   a0, 0
    call number
    mv   s9, a0
    li   a0, 1
    call number
    mv   s10, a0
    slli s9, s9, 2
    slli s10, s10, 2
    say  "VSZ "
    tell s9, " kB, RSS "
    tell s10, " kB\n"
    jr   s11

    .section .rodata
statm: .asciz "/proc/self/statm"
    .text
