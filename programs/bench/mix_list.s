# The list of mix.s: search, reverse, sort by value, sort back by position.
#
# A node is { next, value (16 bits), position (16 bits) }; neighbours in the list don't lie side by side.

    .equ NODES, 48
    .equ NODE, 2 * W

list_build:                         # node k of the list lies in slot 7 k mod 48; its value is 37 k mod 64
    la   t0, list_nodes
    mv   t1, zero                   # k
    mv   t2, zero                   # slot
    la   t3, list_head
    li   t6, NODES
1:  slli t4, t2, 3 + (__riscv_xlen / 64)
    add  t4, t4, t0
    SX   t4, 0(t3)
    mv   t3, t4
    li   t5, 37
    mul  t5, t5, t1
    andi t5, t5, 63
    sh   t5, W(t4)
    sh   t1, W+2(t4)
    addi t2, t2, 7
    blt  t2, t6, 2f
    addi t2, t2, -NODES
2:  addi t1, t1, 1
    blt  t1, t6, 1b
    SX   zero, 0(t3)
    ret

list_turn:                          # a0 = seed → a0 = a number that depends on all of it
    addi sp, sp, -4*W
    SX   ra, 0(sp)
    SX   s1, W(sp)
    SX   s2, 2*W(sp)
    SX   s3, 3*W(sp)
    mv   s1, a0
    li   s2, 0                      # what the searches found
    li   s3, 12
1:  andi a0, s1, 127                # half of them are not in the list
    call list_find
    add  s2, s2, a0
    addi s1, s1, 11
    addi s3, s3, -1
    bnez s3, 1b
    call list_reverse
    la   a0, by_value
    call list_sort
    call list_digest
    add  s2, s2, a0
    la   a0, by_position
    call list_sort
    call list_digest
    add  a0, a0, s2
    LX   ra, 0(sp)
    LX   s1, W(sp)
    LX   s2, 2*W(sp)
    LX   s3, 3*W(sp)
    addi sp, sp, 4*W
    ret

list_find:                          # a0 = value → a0 = position of the first node that has it, or -1
    LX   t0, list_head
1:  beqz t0, 2f
    lh   t1, W(t0)
    beq  t1, a0, 3f
    LX   t0, 0(t0)
    j    1b
2:  li   a0, -1
    ret
3:  lh   a0, W+2(t0)
    ret

list_reverse:
    la   t3, list_head
    LX   t0, 0(t3)
    li   t1, 0
1:  LX   t2, 0(t0)
    SX   t1, 0(t0)
    mv   t1, t0
    mv   t0, t2
    bnez t0, 1b
    SX   t1, 0(t3)
    ret

list_digest:                        # → a0 = sum of values, each shifted by where it stands
    LX   t0, list_head
    li   a0, 0
    li   t2, 0
1:  lhu  t1, W(t0)
    lhu  t3, W+2(t0)
    sll  t1, t1, t2
    add  a0, a0, t1
    xor  a0, a0, t3
    addi t2, t2, 1
    andi t2, t2, 7
    LX   t0, 0(t0)
    bnez t0, 1b
    ret

by_value:                           # a0, a1 = nodes → a0 < 0: a0 comes first; ties by position
    lh   t0, W(a0)
    lh   t1, W(a1)
    bne  t0, t1, 1f
by_position:
    lh   t0, W+2(a0)
    lh   t1, W+2(a1)
1:  sub  a0, t0, t1
    ret

list_sort:                          # a0 = which function compares
    addi sp, sp, -4*W
    SX   ra, 0(sp)
    SX   s4, W(sp)
    SX   s5, 2*W(sp)
    la   t0, list_head
    mv   s4, a0
    LX   s5, 0(t0)                  # what has not been taken yet
    li   a0, NODES
    call take_sorted
    la   t0, list_head
    SX   a0, 0(t0)
    LX   ra, 0(sp)
    LX   s4, W(sp)
    LX   s5, 2*W(sp)
    addi sp, sp, 4*W
    ret

take_sorted:                        # a0 = n → a0 = the next n nodes as a sorted list: merge sort
    addi t0, a0, -1
    bnez t0, 1f
    mv   a0, s5
    LX   s5, 0(a0)
    SX   zero, 0(a0)
    ret
1:  addi sp, sp, -4*W
    SX   ra, 0(sp)
    SX   s6, W(sp)
    SX   s7, 2*W(sp)
    SX   s8, 3*W(sp)
    srli s6, a0, 1
    sub  s7, a0, s6
    mv   a0, s6
    call take_sorted
    mv   s6, a0
    mv   a0, s7
    call take_sorted
    mv   s7, a0
    addi sp, sp, -2*W               # the merged list's head, a node of its own
    mv   s8, sp
2:  mv   a0, s6
    mv   a1, s7
    jalr s4
    bltz a0, 3f
    SX   s7, 0(s8)
    mv   s8, s7
    LX   s7, 0(s7)
    bnez s7, 2b
    SX   s6, 0(s8)
    j    4f
3:  SX   s6, 0(s8)
    mv   s8, s6
    LX   s6, 0(s6)
    bnez s6, 2b
    SX   s7, 0(s8)
4:  LX   a0, 0(sp)
    addi sp, sp, 2*W
    LX   ra, 0(sp)
    LX   s6, W(sp)
    LX   s7, 2*W(sp)
    LX   s8, 3*W(sp)
    addi sp, sp, 4*W
    ret

    .bss
    .balign 16
list_head:  .zero NODE
list_nodes: .zero NODES * NODE
    .text
