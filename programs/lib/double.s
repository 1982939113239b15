# Printing of doubles. Include io.s too. Follows the calling convention; fcsr is as it was afterwards.
#
#   print_double   fa0 = a number below 2^31 in magnitude, a0 = how many digits behind the point: exact ones, cut off

    .text
print_double:
    addi sp, sp, -160
    frcsr a3
    fsd  fa0, 0(sp)
    lw   t0, 4(sp)              # the upper half, with the sign
    addi t6, sp, 16             # where the next character goes
    bgez t0, 1f
    li   t1, '-'
    sb   t1, 0(t6)
    addi t6, t6, 1
1:  fabs.d fa0, fa0
    fclass.d t1, fa0
    la   t2, text_inf
    andi t0, t1, 1 << 7
    bnez t0, 6f
    la   t2, text_nan
    srli t0, t1, 8              # a NaN, signalling or quiet
    bnez t0, 6f
    fcvt.wu.d t1, fa0, rtz      # the whole part, …
    fcvt.d.wu ft0, t1
    fsub.d ft0, fa0, ft0        # … and what is behind the point, exactly
    li   t3, 10
    addi t2, sp, 48             # the whole part's digits, from the last to the first
2:  remu t0, t1, t3
    divu t1, t1, t3
    addi t0, t0, '0'
    addi t2, t2, -1
    sb   t0, 0(t2)
    bnez t1, 2b
    addi t4, sp, 48
3:  lbu  t0, 0(t2)
    sb   t0, 0(t6)
    addi t2, t2, 1
    addi t6, t6, 1
    bne  t2, t4, 3b
    li   t0, '.'
    sb   t0, 0(t6)
    addi t6, t6, 1
    la   t0, two_to_32
    fld  ft1, 0(t0)
    fmul.d ft0, ft0, ft1        # 64 bits behind the point, in two halves
    fcvt.wu.d t1, ft0, rtz
    fcvt.d.wu ft2, t1
    fsub.d ft0, ft0, ft2
    fmul.d ft0, ft0, ft1
    fcvt.wu.d t2, ft0, rtz
.if __riscv_xlen == 64
    slli t1, t1, 32             # … or in one register
    slli t2, t2, 32
    srli t2, t2, 32
    or   t1, t1, t2
.endif
4:  mulhu t0, t1, t3            # times ten: what is carried out of the top is the next digit
    mul  t1, t1, t3
.if __riscv_xlen == 32
    mulhu t4, t2, t3
    mul  t2, t2, t3
    add  t1, t1, t4
    sltu t4, t1, t4
    add  t0, t0, t4
.endif
    addi t0, t0, '0'
    sb   t0, 0(t6)
    addi t6, t6, 1
    addi a0, a0, -1
    bgtz a0, 4b
5:  fscsr a3
    addi a1, sp, 16
    sub  a2, t6, a1
    addi sp, sp, 160
    j    print_bytes
6:  lbu  t0, 0(t2)              # a word of three letters
    sb   t0, 0(t6)
    lbu  t0, 1(t2)
    sb   t0, 1(t6)
    lbu  t0, 2(t2)
    sb   t0, 2(t6)
    addi t6, t6, 3
    j    5b

    .section .rodata
    .balign 8
two_to_32: .double 4294967296
text_inf:  .ascii "inf"
text_nan:  .ascii "nan"
    .text
