# two_files/greet.s: what may other files use of this one? Only what is .globl: `count` isn't. See two_files/main.s.

    .globl greet, greeted
    .text
greet:                          # prints a0 (one digit) and counts the calls
    la   a1, text
    addi a0, a0, '0'
    la   t0, count
    sb   a0, 0(t0)
    li   a0, 1
    li   a2, text_end - text
    li   a7, 64
    ecall
    la   t0, greeted
    lw   t1, 0(t0)
    addi t1, t1, 1
    sw   t1, 0(t0)
    ret

    .data
text:   .ascii "greeting "
count:  .ascii "?\n"
text_end:
    .balign 4
greeted: .word 0
