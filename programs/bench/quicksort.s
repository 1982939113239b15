# quicksort.s: what do branches cost that no predictor can know? Sort a million random words.
#
# Hoare's quicksort with the middle word as pivot, recursion into the smaller part, insertion sort below 16 words, as in
# textbooks. The checksum is a hash of the sorted words, or 0xbad if one is out of order.

    .include "lib.s"
    SIZE N, 1 << 20

    .globl _start
    .text
_start:
    la   s1, words
    li   s2, N
    mv   t0, s1
    mv   t1, s2
    li   a1, 2463534242
1:  RANDOM a1, t2
    sw   a1, 0(t0)
    addi t0, t0, 4
    addi t1, t1, -1
    bnez t1, 1b

    mv   a0, s1
    slli a1, s2, 2
    add  a1, a1, s1
    addi a1, a1, -4
    call quicksort

    li   a0, 0                      # a0 = a0 * 31 + word
    mv   t0, s1
    li   t3, 31
    lw   t4, 0(t0)
2:  lw   t1, 0(t0)
    blt  t1, t4, unsorted
    mv   t4, t1
    MUL32 a0, a0, t3
    ADD32 a0, a0, t1
    addi t0, t0, 4
    addi s2, s2, -1
    bnez s2, 2b
    j    finish
unsorted:
    li   a0, 0xbad
    j    finish

quicksort:                          # a0 = first word, a1 = last word
    sub  t0, a1, a0
    li   t1, 16 * 4
    bltu t0, t1, insertion
    addi sp, sp, -4*W
    SX   ra, 0(sp)
    SX   s0, W(sp)
    SX   s3, 2*W(sp)
part:
    srli t1, t0, 3                  # the middle word
    slli t1, t1, 2
    add  t1, t1, a0
    lw   t6, 0(t1)
    mv   t2, a0                     # from the left, from the right
    mv   t3, a1
1:  lw   t4, 0(t2)
    addi t2, t2, 4
    blt  t4, t6, 1b
2:  lw   t5, 0(t3)
    addi t3, t3, -4
    blt  t6, t5, 2b
    addi t0, t2, -4
    addi t1, t3, 4
    bltu t1, t0, 3f                 # they have met
    sw   t5, 0(t0)
    sw   t4, 0(t1)
    bgeu t3, t2, 1b
    j    4f
3:  mv   t2, t0
    mv   t3, t1
4:  sub  t0, t3, a0                 # [a0, t3] and [t2, a1]
    sub  t1, a1, t2
    blt  t1, t0, 5f
    mv   s0, t2                     # the left part is smaller
    mv   s3, a1
    mv   a1, t3
    j    6f
5:  mv   s0, a0
    mv   s3, t3
    mv   a0, t2
6:  call quicksort
    mv   a0, s0
    mv   a1, s3
    sub  t0, a1, a0
    li   t1, 16 * 4
    bgeu t0, t1, part
    LX   ra, 0(sp)
    LX   s0, W(sp)
    LX   s3, 2*W(sp)
    addi sp, sp, 4*W

insertion:                          # a0 = first word, a1 = last word, perhaps before the first
    addi t0, a0, 4
1:  bltu a1, t0, 4f
    lw   t1, 0(t0)
    mv   t2, t0
2:  lw   t3, -4(t2)
    bge  t1, t3, 3f
    sw   t3, 0(t2)
    addi t2, t2, -4
    bltu a0, t2, 2b
3:  sw   t1, 0(t2)
    addi t0, t0, 4
    j    1b
4:  ret

    .bss
    .balign 4096
words: .zero N * 4
