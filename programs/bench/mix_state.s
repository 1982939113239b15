# The state machine of mix.s: which words of a text are integers, fractions, numbers with an exponent, or none of them?
#
# A character at a time, through a jump table, as compilers translate `switch (state)`. Each turn spoils some characters, reads
# the text, and repairs them.

    .equ STATES, 8                  # start, sign, integer, point, fraction, e, exponent, invalid

state_turn:                         # a0 = seed → a0 = a number made from how often each state ended a word
    addi sp, sp, -2*W
    SX   ra, 0(sp)
    SX   s1, W(sp)
    andi s1, a0, 15
    mv   a0, s1
    call state_spoil
    la   a1, state_text
    la   a2, state_counts
    mv   t0, a2
    li   t1, STATES
1:  sw   zero, 0(t0)
    addi t0, t0, 4
    addi t1, t1, -1
    bnez t1, 1b
2:  call state_word
    slli a0, a0, 2
    add  a0, a0, a2
    lw   t0, 0(a0)
    addi t0, t0, 1
    sw   t0, 0(a0)
    lbu  t0, 0(a1)
    bnez t0, 2b
    mv   a0, s1
    call state_spoil
    li   a0, 0                      # a0 = a0 * 7 + count
    li   t1, STATES
3:  lw   t0, 0(a2)
    slli t2, a0, 3
    sub  a0, t2, a0
    add  a0, a0, t0
    addi a2, a2, 4
    addi t1, t1, -1
    bnez t1, 3b
    LX   ra, 0(sp)
    LX   s1, W(sp)
    addi sp, sp, 2*W
    ret

state_spoil:                        # exclusive-or every 16th character with a0
    la   t0, state_text
    la   t1, state_text_end
1:  lbu  t2, 3(t0)
    xor  t2, t2, a0
    sb   t2, 3(t0)
    addi t0, t0, 16
    bltu t0, t1, 1b
    ret

state_word:                         # a1 = text → a0 = the state at the word's end, a1 = behind its comma
    li   a0, 0
    li   t4, ','
    li   t5, 10
    la   t6, state_table
1:  lbu  t0, 0(a1)
    beqz t0, 9f
    addi a1, a1, 1
    beq  t0, t4, 9f
    addi t1, t0, -'0'               # below 10, unsigned: a digit
    sltu t1, t1, t5
    slli t2, a0, 2
    add  t2, t2, t6
    lw   t2, 0(t2)
    add  t2, t2, t6
    jr   t2
in_start:
    li   t3, '+'
    beq  t0, t3, to_sign
    li   t3, '-'
    beq  t0, t3, to_sign
in_sign:
    bnez t1, to_integer
    li   t3, '.'
    beq  t0, t3, to_point
    j    to_invalid
in_integer:
    bnez t1, 1b
    li   t3, '.'
    beq  t0, t3, to_point
    j    to_invalid
in_point:
in_fraction:
    bnez t1, to_fraction
    ori  t0, t0, 32
    li   t3, 'e'
    beq  t0, t3, to_e
    j    to_invalid
in_e:
    li   t3, '+'
    beq  t0, t3, to_exponent
    li   t3, '-'
    beq  t0, t3, to_exponent
in_exponent:
    bnez t1, to_exponent
    j    to_invalid
in_invalid:
    j    1b
to_sign:
    li   a0, 1
    j    1b
to_integer:
    li   a0, 2
    j    1b
to_point:
    li   a0, 3
    j    1b
to_fraction:
    li   a0, 4
    j    1b
to_e:
    li   a0, 5
    j    1b
to_exponent:
    li   a0, 6
    j    1b
to_invalid:
    li   a0, 7
    j    1b
9:  ret

    .section .rodata
    .balign 4
state_table:
    .word in_start - state_table, in_sign - state_table, in_integer - state_table, in_point - state_table
    .word in_fraction - state_table, in_e - state_table, in_exponent - state_table, in_invalid - state_table

    .data
    .balign 16
state_text:
    .ascii "1066,+31,-40,365.25,.5,-273.15,6.02e23,+1.6e-19,tea,1815,-7,+299792458.,"
    .ascii "0.577,2.718e0,3.14.15,x1,1e5,98,-.25e+2,42,1848,+0.001,9.81,-1e,17e4,65536,"
    .ascii "1.41421356,12,-5.e3,+-3,0x10,1969,.,-32768,6.62e-34,365,24,60,60,1000.0e-3,"
state_text_end:
    .ascii "end of the text.\0"
    .bss
    .balign 16
state_counts: .zero STATES * 4
    .text
