# cache_stride.s: how long is a cache line?
#
# 4,096 words of a 256 KB array are read, each some bytes behind the one before. With short strides several
# words come with each line; from the line's length on every access needs a line of its own, and the
# cost stops growing.
#
# Look at: emu run programs/cache_stride.s
#          emu run --set cache.line=32 programs/cache_stride.s    a shorter line
#          emu stat programs/cache_stride.s                     L1D misses and where they were served

    .equ SIZE, 262144
    .equ ACCESSES, 4096
    .globl _start
    .text
_start:
    la   s0, array
    li   s3, SIZE - 1
    li   t0, SIZE / 4096            # touch each page once: page faults aren't the question here
    mv   t1, s0
    li   t2, 4096
1:  sw   zero, 0(t1)
    add  t1, t1, t2
    addi t0, t0, -1
    bnez t0, 1b

    la   a0, heading
    call print_string
    li   s1, 4                      # stride
2:  mv   a0, s1
    call walk                       # twice: the second round measures
    mv   a0, s1
    call walk
    mv   s2, a0
    mv   a0, s1
    li   a1, 6
    call pad_decimal
    li   t0, ACCESSES / 10
    divu a0, s2, t0
    li   a1, 20
    call pad_decimal
    call newline
    slli s1, s1, 1
    li   t0, 1024
    ble  s1, t0, 2b
    li   a0, 0
    call exit

walk:                               # a0 = stride → a0 = cycles
    li   t0, ACCESSES
    li   t1, 0                      # offset into the array
    rdcycle a1
1:  add  t2, s0, t1
    lw   t3, 0(t2)
    add  t1, t1, a0
    and  t1, t1, s3
    addi t0, t0, -1
    bnez t0, 1b
    rdcycle a2
    sub  a0, a2, a1
    ret

    .section .rodata
heading: .asciz "stride  cycles/10 accesses\n"

    .bss
    .balign 4096
array: .zero SIZE

    .include "lib/io.s"
