# fifo.s: how do two processes that are not related meet at a pipe?
#
# By a name. mknod makes it; open waits until the other end is open too; after that it is a pipe: what one writes the other reads, in
# order, and nothing of it ever lies on the disk.
#
# Look at: emu run programs/kernel/fifo.s
#          emu stat programs/kernel/fifo.s       context_switches; disk_kb.out is 0

    .include "../lib/sys.s"
    .equ SYS_mknodat, 33
    .equ AT_FDCWD, -100
    .equ S_IFIFO, 0010000
    .globl _start
_start:
    li   a0, AT_FDCWD
    la   a1, path
    li   a2, S_IFIFO | 0600
    li   a3, 0
    sys  SYS_mknodat
    call fork
    beqz a0, writer
    say  "reader: opens, and waits for a writer\n"
    li   a2, 0
    call open
    mv   s0, a0
    li   s1, 0
1:  mv   a0, s0
    la   a1, buffer
    li   a2, 100
    sys  SYS_read
    mv   s2, a0
    blez s2, 2f
    add  s1, s1, s2
    j    1b
2:  say  "reader: "
    tell s1, " bytes, then end of file\n"
    li   a0, 0
    call exit

writer:
    li   a0, 5
    call milliseconds               # so that the reader waits
    say  "writer: opens\n"
    li   a2, 1
    call open
    mv   s0, a0
    li   s1, 10
1:  mv   a0, s0
    la   a1, path
    li   a2, 10
    sys  SYS_write
    addi s1, s1, -1
    bnez s1, 1b
    li   a0, 0
    call exit

open:                               # a2 = flags
    li   a0, AT_FDCWD
    la   a1, path
    li   a3, 0
    sys  SYS_openat
    ret

    .section .rodata
path: .asciz "/tmp/meeting"
    .bss
buffer: .zero 128
    .text
