# memcpy.s: how fast does memory move? Copy 16 MB, again and again, as a C library does: four registers a turn.
#
# Both buffers together are far larger than any cache, so every line is read from memory, taken for writing, and
# written back: the machine's miss path, at eleven instructions a miss. The checksum mixes the last copy's words.

    .include "lib.s"
    SIZE BYTES, 16 << 20
    SIZE TURNS, 20

    .globl _start
    .text
_start:
    la   s1, source
    la   s2, target
    li   s3, BYTES
    li   s4, TURNS
    li   t0, 0                      # fill one word of each 64 bytes of the source
    li   a1, 2463534242
    li   t2, 64
1:  RANDOM a1, t1
    add  t1, s1, t0
    sw   a1, 0(t1)
    add  t0, t0, t2
    bltu t0, s3, 1b
2:  mv   a0, s2
    mv   a1, s1
    mv   a2, s3
    call copy
    addi s4, s4, -1
    bnez s4, 2b

    li   a0, 0                      # a0 = a0 * 31 + word, over the copy
    li   t0, 0
    li   t3, 31
3:  add  t1, s2, t0
    lw   t1, 0(t1)
    MUL32 a0, a0, t3
    ADD32 a0, a0, t1
    addi t0, t0, 64
    bltu t0, s3, 3b
    j    finish

copy:                               # a0 = to, a1 = from, a2 = bytes, a multiple of four registers
    add  a3, a1, a2
1:  LX   t0, 0(a1)
    LX   t1, W(a1)
    LX   t2, 2*W(a1)
    LX   t3, 3*W(a1)
    SX   t0, 0(a0)
    SX   t1, W(a0)
    SX   t2, 2*W(a0)
    SX   t3, 3*W(a0)
    addi a1, a1, 4*W
    addi a0, a0, 4*W
    bltu a1, a3, 1b
    ret

    .bss
    .balign 4096
source: .zero BYTES
target: .zero BYTES
