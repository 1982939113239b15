# Width-neutral loads and stores, so that one source is both RV32 and RV64.
# The assembler predefines __riscv_xlen: 32 or 64.
#
#   W            bytes in a register
#   LX rd, mem   load a register-sized value        SX rs, mem   store one

.equ W, __riscv_xlen / 8

.macro LX rd:req, mem:vararg
.if __riscv_xlen == 64
    ld \rd, \mem
.else
    lw \rd, \mem
.endif
.endm

.macro SX rs:req, mem:vararg
.if __riscv_xlen == 64
    sd \rs, \mem
.else
    sw \rs, \mem
.endif
.endm
