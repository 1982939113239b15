# args.s: how do the arguments reach a program?
#
# The kernel puts them on the new stack before the first instruction. From sp upwards: argc, the pointers argv[0]…
# and a 0, the pointers of the environment and a 0, then pairs of (key, value), the auxiliary vector, which
# ends with key 0: page size, entry point, where random bytes lie …
#
# Look at: emu run --env HOME=/root programs/args.s one "two words"

    .include "lib/xlen.s"
    .globl _start
    .text
_start:
    mv   s0, sp
    la   a0, text_argc
    call print_string
    LX   a0, 0(s0)
    call print_decimal
    call newline
    addi s0, s0, W
    la   s1, text_argv
    call print_all
    la   s1, text_env
    call print_all

    li   s2, 0                  # count the pairs of the auxiliary vector, and find the page size
    li   s3, 0
1:  LX   t0, 0(s0)
    beqz t0, 3f
    li   t1, 6                  # AT_PAGESZ
    bne  t0, t1, 2f
    LX   s3, W(s0)
2:  addi s2, s2, 1
    addi s0, s0, 2*W
    j    1b
3:  la   a0, text_page
    call print_string
    mv   a0, s3
    call print_decimal
    call newline
    snez a0, s2
    xori a0, a0, 1              # status 0 if there was an auxiliary vector
    call exit

print_all:                      # s1 = label, s0 = a list of pointers up to a 0; leaves s0 behind it
    mv   s5, ra
1:  LX   s4, 0(s0)
    addi s0, s0, W
    beqz s4, 2f
    mv   a0, s1
    call print_string
    mv   a0, s4
    call print_string
    call newline
    j    1b
2:  jr   s5

    .section .rodata
text_argc: .asciz "argc "
text_argv: .asciz "argv "
text_env:  .asciz "env  "
text_page: .asciz "page size "

    .include "lib/io.s"
