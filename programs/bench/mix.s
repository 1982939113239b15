# mix.s: how fast is what embedded processors are judged by: a linked list, a small matrix, a state machine, a CRC?
#
# The kinds of work, and their proportions roughly, are those of EEMBC's CoreMark; the code is not. All data fit in 4 KB. Each turn
# seeds the next one with the CRC of its results, so nothing can be left out. Calls, returns, calls through pointers, a jump
# table, loads and stores of all sizes, multiplications.

    .include "lib.s"
    SIZE TURNS, 3000

    .globl _start
    .text
_start:
    li   s1, TURNS
    li   s2, 0xFFFF                 # the CRC of everything so far
    call list_build
    call matrix_build
turn:
    mv   a0, s2
    call list_turn
    mv   a1, s2
    call crc16
    mv   s2, a0
    call matrix_turn
    mv   a1, s2
    call crc16
    mv   s2, a0
    call state_turn
    mv   a1, s2
    call crc16
    mv   s2, a0
    addi s1, s1, -1
    bnez s1, turn
    j    finish

# a0 = data, a1 = CRC so far → a0 = CRC-16 over the data's low 16 bits, lowest bit first
crc16:
    slli a0, a0, 48 - (64 - __riscv_xlen)
    srli a0, a0, 48 - (64 - __riscv_xlen)
    li   t0, 16
    li   t2, 0xA001
1:  xor  t1, a0, a1
    andi t1, t1, 1
    neg  t1, t1
    and  t1, t1, t2
    srli a0, a0, 1
    srli a1, a1, 1
    xor  a1, a1, t1
    addi t0, t0, -1
    bnez t0, 1b
    mv   a0, a1
    ret

    .include "mix_list.s"
    .include "mix_matrix.s"
    .include "mix_state.s"
