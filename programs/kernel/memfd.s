# memfd.s: what is a file that lies in memory alone?
#
# memfd_create gives a descriptor of a file without a name, /dev/shm files with one. Either can be mapped shared: its pages are the page
# cache's own frames, and go to swap instead of a disk. A child inherits the descriptor; anyone can open a name.
#
# Look at: emu run programs/kernel/memfd.s
#          emu run --proc smaps programs/kernel/memfd.s       the mapping of "/memfd:box (deleted)"

    .include "../lib/sys.s"
    .equ SYS_memfd_create, 279
    .equ SYS_unlinkat, 35
    .equ AT_FDCWD, -100
    .equ O_RDWR_CREAT, 0102
    .globl _start
_start:
    la   a0, box
    li   a1, 0
    sys  SYS_memfd_create
    mv   s0, a0
    call share
    mv   s1, a0
    say  "memfd: the child left "
    tell s1, "\n"

    li   a0, AT_FDCWD
    la   a1, path
    li   a2, O_RDWR_CREAT
    li   a3, 0600
    sys  SYS_openat
    mv   s0, a0
    call share
    mv   s1, a0
    say  "/dev/shm: the child left "
    tell s1, "\n"
    li   a0, AT_FDCWD
    la   a1, path
    li   a2, 2
    li   a3, 0
    sys  SYS_openat
    mv   s0, a0
    la   a1, word
    li   a2, 4
    sys  SYS_read
    lw   s1, word
    say  "read by its name: "
    tell s1, "\n"
    li   a0, 0
    call exit

share:                              # s0 = file → a0 = what a child has written through its mapping
    addi sp, sp, -16
    SX   ra, 0(sp)
    mv   a0, s0
    li   a1, PAGE
    sys  SYS_ftruncate
    li   a0, 0
    li   a1, PAGE
    li   a2, PROT_RW
    li   a3, MAP_SHARED
    mv   a4, s0
    li   a5, 0
    sys  SYS_mmap
    mv   s2, a0
    call fork
    bnez a0, 1f
    addi t0, s0, 100
    sw   t0, 0(s2)
    li   a0, 0
    call exit
1:  call wait_child
    lw   a0, 0(s2)
    LX   ra, 0(sp)
    addi sp, sp, 16
    ret

    .section .rodata
box:   .asciz "box"
path:  .asciz "/dev/shm/box"
    .bss
    .balign 8
word:  .zero 8
    .text
