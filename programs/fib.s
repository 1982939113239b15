# fib.s: what does the width of the registers change?
#
# The same source counts Fibonacci numbers in one register, as RV32 and as RV64. Both agree up to
# fib(47); fib(48) needs 33 bits, and the 32-bit machine silently loses the highest one.
#
# Look at: emu run --xlen 64 programs/fib.s
#          emu run --xlen 32 programs/fib.s    where do the two part?

    .globl _start
    .text
_start:
    li   s0, 45             # n
    li   s1, 50             # the last n
1:  mv   a0, s0
    call fib
    mv   s2, a0
    mv   a0, s0
    call print_decimal
    call space
    mv   a0, s2
    call print_decimal
    call newline
    addi s0, s0, 1
    ble  s0, s1, 1b
    li   a0, 0
    call exit

fib:                        # a0 = n → a0 = fib(n), modulo 2^XLEN
    li   t0, 0              # fib(0)
    li   t1, 1              # fib(1)
1:  beqz a0, 2f
    add  t2, t0, t1
    mv   t0, t1
    mv   t1, t2
    addi a0, a0, -1
    j    1b
2:  mv   a0, t0
    ret

    .include "lib/io.s"
