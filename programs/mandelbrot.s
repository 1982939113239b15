# mandelbrot.s: what does a number do that is squared and added to, again and again?
#
# For each point c of a grid: z = z² + c, from 0, until |z| > 2. The letter says how many turns that took; where it never
# does, the space stays empty. All of it happens in registers of doubles.
#
# Look at: emu run programs/mandelbrot.s
#          emu stat programs/mandelbrot.s              insn.fp, and what the pipeline waits for (stall)
#          emu stat --set costs.fp_mul=0 --set costs.fp_add=0 programs/mandelbrot.s

    .equ WIDTH, 64
    .equ HEIGHT, 24
    .equ TURNS, 50
    .globl _start
    .text
_start:
    la   s0, numbers
    fld  fs0, 0(s0)                 # 4: |z|² beyond which there is no return
    fld  fs1, 8(s0)                 # the left end
    fld  fs2, 16(s0)                # the top
    fld  fs3, 24(s0)                # a step to the right
    fld  fs4, 32(s0)                # a step down
    li   s1, 0                      # row
row:
    li   s2, 0                      # column
    la   s3, line
    fcvt.d.w ft1, s1
    fnmsub.d ft1, ft1, fs4, fs2     # imaginary part of c: top - row · step
point:
    fcvt.d.w ft0, s2
    fmadd.d ft0, ft0, fs3, fs1      # real part: left + column · step
    fcvt.d.w fa0, zero              # z = 0
    fcvt.d.w fa1, zero
    li   t1, 0
1:  fmul.d fa2, fa0, fa0
    fmul.d fa3, fa1, fa1
    fadd.d fa4, fa2, fa3
    flt.d t2, fs0, fa4
    bnez t2, 2f
    fadd.d fa5, fa0, fa0            # z = z² + c
    fmadd.d fa1, fa5, fa1, ft1
    fsub.d fa0, fa2, fa3
    fadd.d fa0, fa0, ft0
    addi t1, t1, 1
    li   t2, TURNS
    bne  t1, t2, 1b
    li   t3, ' '
    j    3f
2:  andi t3, t1, 15
    addi t3, t3, 'a'
3:  sb   t3, 0(s3)
    addi s3, s3, 1
    addi s2, s2, 1
    li   t0, WIDTH
    bne  s2, t0, point
    li   t0, '\n'
    sb   t0, 0(s3)
    la   a1, line
    li   a2, WIDTH + 1
    call print_bytes
    addi s1, s1, 1
    li   t0, HEIGHT
    bne  s1, t0, row
    li   a0, 0
    call exit

    .section .rodata
    .balign 8
numbers: .double 4, -2.125, 1.15, 0.046875, 0.1
    .bss
line:    .zero WIDTH + 1

    .include "lib/io.s"
