# fork.s: what does a process cost? Make one that ends at once, and wait for it, again and again.
#
# PAGES is how many pages the parent has touched, all of which the child comes to share. With WRITE = 1 the child stores
# into each of them before it ends: a copy-on-write fault a page. RV64: the riscv32 kernel interface has no wait4.

    .include "lib.s"
    .equ SYS_clone, 220
    .equ SYS_wait4, 260
    .equ SIGCHLD, 17
    SIZE FORKS, 1000
    SIZE PAGES, 8
    SIZE WRITE, 0

    .globl _start
    .text
_start:
    call touch
    li   s1, FORKS
    li   s2, 0
    beqz s1, 3f
1:  li   a0, SIGCHLD
    li   a1, 0
    li   a2, 0
    li   a3, 0
    li   a4, 0
    li   a7, SYS_clone
    ecall
    bltz a0, 3f
    bnez a0, 2f
.if WRITE
    call touch
.endif
    li   a0, 0
    call exit
2:  li   a1, 0
    li   a2, 0
    li   a3, 0
    li   a7, SYS_wait4
    ecall
    addi s2, s2, 1
    bne  s1, s2, 1b
3:  mv   a0, s2                     # the checksum: the number of children
    j    finish

touch:
    la   t0, memory
    li   t1, PAGES
    li   t2, 4096
1:  sw   t1, 0(t0)
    add  t0, t0, t2
    addi t1, t1, -1
    bnez t1, 1b
    ret

    .bss
    .balign 4096
memory: .zero PAGES * 4096
