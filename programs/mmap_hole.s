# mmap_hole.s: what is left when the middle of a mapping is taken away?
#
# Three pages are mapped as one area. munmap of the one in the middle leaves two areas with a hole between them; the
# outer pages keep their bytes, and the hole is as unmapped as page 0.
#
# Look at: emu run programs/mmap_hole.s      the fault card: the nearest areas on both sides

    .globl _start
    .text
_start:
    li   a0, 0
    li   a1, 3 * 4096
    li   a2, 3                      # PROT_READ | PROT_WRITE
    li   a3, 0x22                   # MAP_PRIVATE | MAP_ANONYMOUS
    li   a4, -1
    li   a5, 0
    li   a7, 222                    # mmap
    ecall
    mv   s0, a0
    li   t0, 4096
    add  s1, s0, t0                 # the middle
    add  s2, s1, t0                 # the last
    li   t0, 1
    sb   t0, 0(s0)
    sb   t0, 0(s1)
    li   t0, 2
    sb   t0, 0(s2)

    mv   a0, s1
    li   a1, 4096
    li   a7, 215                    # munmap
    ecall
    lbu  a0, 0(s0)
    call print_decimal
    call space
    lbu  a0, 0(s2)
    call print_decimal
    la   a0, text
    call print_string
    lbu  a0, 0(s1)                  # SIGSEGV
    call exit

    .section .rodata
text: .asciz "\nthe outer pages are there, now the hole\n"

    .include "lib/io.s"
