# latency_ladder.s: how far away is memory?
#
# A chain of pointers, one in each cache line: the next load can't start before the last one is done, so
# the time of a step is the latency. While the chain fits into a cache, each step costs that cache's
# latency; when it outgrows it, the next level's: SRAM, SRAM, SRAM, DRAM.
#
# Look at: emu run programs/latency_ladder.s     cycles for a step, against kilobytes
#          emu config                            the configured latencies: the same figures
#          emu stat programs/latency_ladder.s    which level served how many loads

    .include "lib/xlen.s"
    .equ LINE, 64
    .equ MOST, 16 * 1024            # KB
    .globl _start
    .text
_start:
    li   a0, 0                      # anonymous memory for the longest chain
    li   a1, MOST * 1024
    li   a2, 3
    li   a3, 0x22
    li   a4, -1
    li   a5, 0
    li   a7, 222
    ecall
    mv   s0, a0
    li   s1, 4                      # KB
    la   a0, heading
    call print_string
1:  mv   a0, s1
    call build
    mv   a0, s1
    call chase                      # the first time brings it in
    mv   a0, s1
    call chase
    mv   s2, a0
    mv   a0, s1
    li   a1, 6
    call pad_decimal
    mv   a0, s2
    li   a1, 13
    call pad_decimal
    call newline
    slli s1, s1, 2
    li   t0, MOST
    ble  s1, t0, 1b
    li   a0, 0
    call exit

build:                              # a0 = KB: each line points to the next, the last to the first
    slli t0, a0, 10
    add  t0, t0, s0                 # the end
    mv   t1, s0
1:  addi t2, t1, LINE
    SX   t2, 0(t1)
    mv   t3, t1
    mv   t1, t2
    bltu t1, t0, 1b
    SX   s0, 0(t3)
    ret

chase:                              # a0 = KB → a0 = cycles a step
    slli t0, a0, 10 - 6             # steps: one a line
    mv   t2, t0
    mv   t1, s0
    rdcycle a1
1:  LX   t1, 0(t1)                  # four steps a round: the loop itself costs little
    LX   t1, 0(t1)
    LX   t1, 0(t1)
    LX   t1, 0(t1)
    addi t0, t0, -4
    bnez t0, 1b
    rdcycle a2
    sub  a0, a2, a1
    divu a0, a0, t2
    ret

    .section .rodata
heading: .asciz "    KB  cycles/load\n"

    .include "lib/io.s"
