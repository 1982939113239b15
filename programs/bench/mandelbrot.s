# mandelbrot.s: how many points of a grid are in the Mandelbrot set? Doubles, and nothing but registers.
#
# Nine instructions a turn of the inner loop: three multiplications, two of them fused with an addition, additions, a
# comparison whose result is an integer, two branches. Points in the set take all TURNS.

    .include "lib.s"
    SIZE SIDE, 400
    SIZE TURNS, 100

    .globl _start
    .text
_start:
    li   a0, 0                      # the checksum: turns of all points
    la   t0, numbers
    fld  fs0, 0(t0)                 # 4
    fld  fs1, 8(t0)                 # the left end, and the lower
    fld  fs2, 16(t0)
    fld  fs3, 24(t0)                # the width
    li   t0, SIDE
    fcvt.d.w ft0, t0
    fdiv.d fs3, fs3, ft0            # a step
    li   s1, 0
row:
    fcvt.d.w ft1, s1
    fmadd.d ft1, ft1, fs3, fs2      # the imaginary part of c
    li   s2, 0
point:
    fcvt.d.w ft0, s2
    fmadd.d ft0, ft0, fs3, fs1      # the real part
    fmv.d fa0, ft0                  # z = c
    fmv.d fa1, ft1
    li   t1, TURNS
1:  fmul.d fa2, fa0, fa0
    fmul.d fa3, fa1, fa1
    fadd.d fa4, fa2, fa3
    flt.d t2, fs0, fa4
    bnez t2, 2f                     # |z| > 2
    fadd.d fa5, fa0, fa0
    fmadd.d fa1, fa5, fa1, ft1
    fsub.d fa0, fa2, fa3
    fadd.d fa0, fa0, ft0
    addi t1, t1, -1
    bnez t1, 1b
2:  ADD32 a0, a0, t1
    li   t3, 31
    MUL32 a0, a0, t3
    addi s2, s2, 1
    li   t3, SIDE
    bne  s2, t3, point
    addi s1, s1, 1
    bne  s1, t3, row
    j    finish

    .data
    .balign 8
numbers: .double 4, -1.5, -1, 2
