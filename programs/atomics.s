# atomics.s: how can a read and a write be one step?
#
# amoadd reads, adds and writes without anything in between, and returns the old value. lr/sc is the general form: lr
# reads and makes a reservation, sc writes only if nobody wrote there since, and says 0 if it did.
#
# Look at: emu run programs/atomics.s
#          emu help insn sc.w

    .globl _start
    .text
_start:
    la   s0, counter
    li   t0, 5
    amoadd.w s1, t0, (s0)       # old value, memory += 5
    la   a0, text_amo
    call show
    li   t0, 100
    amomax.w s1, t0, (s0)       # old value, memory = the larger one
    la   a0, text_max
    call show

1:  lr.w t0, (s0)               # any function of the old value can be made atomic:
    slli t0, t0, 1              # here, twice
    sc.w s1, t0, (s0)           # 0 = stored; else somebody was faster: try again
    bnez s1, 1b
    la   a0, text_lrsc
    call show

    li   t0, 1
    sc.w t1, t0, (s0)           # a second sc has no reservation: refused
    snez s1, t1
    la   a0, text_refused
    call show
    lw   a0, 0(s0)
    call exit                   # with the counter: 200

show:                           # a0 = text; prints it and s1
    mv   s5, ra
    call print_string
    mv   a0, s1
    call print_decimal
    call newline
    jr   s5

    .section .rodata
text_amo:     .asciz "amoadd returned the old value "
text_max:     .asciz "amomax returned "
text_lrsc:    .asciz "sc after lr: "
text_refused: .asciz "sc without lr, refused: "

    .data
    .balign 4
counter: .word 1

    .include "lib/io.s"
