# What the benchmark programs share: 32-bit arithmetic that reads the same on RV32 and RV64, sizes, and the end.
#
# Each program leaves a 32-bit checksum in a0 and jumps to `finish`, which prints it and exits with 0. Whoever runs the
# program without an operating system stops at `finish`, or at the first ecall, and finds the checksum in s0.
# Sizes are symbols with defaults; `tools/bench.py` assembles smaller or longer variants by defining them.

    .include "../lib/xlen.s"

.macro SIZE name:req, value:req     # .equ, unless the assembler was told otherwise
.ifndef \name
.equ \name, \value
.endif
.endm

.macro ADD32 rd:req, a:req, b:req
.if __riscv_xlen == 64
    addw \rd, \a, \b
.else
    add  \rd, \a, \b
.endif
.endm

.macro ADDI32 rd:req, a:req, b:req
.if __riscv_xlen == 64
    addiw \rd, \a, \b
.else
    addi \rd, \a, \b
.endif
.endm

.macro SUB32 rd:req, a:req, b:req
.if __riscv_xlen == 64
    subw \rd, \a, \b
.else
    sub  \rd, \a, \b
.endif
.endm

.macro MUL32 rd:req, a:req, b:req
.if __riscv_xlen == 64
    mulw \rd, \a, \b
.else
    mul  \rd, \a, \b
.endif
.endm

.macro SLLI32 rd:req, a:req, b:req
.if __riscv_xlen == 64
    slliw \rd, \a, \b
.else
    slli \rd, \a, \b
.endif
.endm

.macro SRLI32 rd:req, a:req, b:req
.if __riscv_xlen == 64
    srliw \rd, \a, \b
.else
    srli \rd, \a, \b
.endif
.endm

.macro RANDOM x:req, t:req          # x = the next of a xorshift generator of 32 bits; t is lost
    SLLI32 \t, \x, 13
    xor  \x, \x, \t
    SRLI32 \t, \x, 17
    xor  \x, \x, \t
    SLLI32 \t, \x, 5
    xor  \x, \x, \t
.endm

    .text
    .globl finish
finish:
    ADDI32 a0, a0, 0
    mv   s0, a0
.if __riscv_xlen == 64
    slli a0, a0, 32                 # print_hex takes all bits of a register
    srli a0, a0, 32
.endif
    call print_hex
    call newline
    li   a0, 0
    call exit

    .include "../lib/io.s"
