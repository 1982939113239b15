# nbody.s: does the solar system keep its energy?
#
# The Sun and the four giant planets (astronomical units, years, masses of the Sun times 4π²), as in the Computer Language
# Benchmarks Game: each step of 0.01 years changes the velocities by the attraction of each pair, then moves all. The
# energy should stay as it is; by how much it does not is the error of the method, not of the doubles.
#
# Look at: emu run programs/nbody.s
#          emu stat programs/nbody.s                  floating-point instructions among all, and stalls
#          emu stat --set costs.fp_div=0 --set costs.fp_sqrt=0 programs/nbody.s

    .include "lib/nbody.s"

    .equ STEPS, 1000
    .equ DIGITS, 8
    .globl _start
    .text
_start:
    la   s1, bodies
    addi s3, s1, BODIES * BODY      # the end of the bodies
    fld  fs0, step, t0
    call print_energy
    li   s2, STEPS
1:  call advance
    addi s2, s2, -1
    bnez s2, 1b
    call print_energy
    li   a0, 0
    call exit

    .macro distance from, to        # fa0 fa1 fa2 = the difference, fa3 = its square, fa4 = its length
    fld  fa0, 0(\from)
    fld  fa1, 8(\from)
    fld  fa2, 16(\from)
    fld  fa3, 0(\to)
    fld  fa4, 8(\to)
    fld  fa5, 16(\to)
    fsub.d fa0, fa0, fa3
    fsub.d fa1, fa1, fa4
    fsub.d fa2, fa2, fa5
    fmul.d fa3, fa0, fa0
    fmadd.d fa3, fa1, fa1, fa3
    fmadd.d fa3, fa2, fa2, fa3
    fsqrt.d fa4, fa3
    .endm

print_energy:                       # of motion, less that of each pair's attraction
    fcvt.d.w ft0, zero
    fld  ft1, half, t0
    mv   t0, s1
1:  fld  ft3, 24(t0)
    fld  ft4, 32(t0)
    fld  ft5, 40(t0)
    fld  ft6, 48(t0)
    fmul.d ft3, ft3, ft3
    fmadd.d ft3, ft4, ft4, ft3
    fmadd.d ft3, ft5, ft5, ft3
    fmul.d ft3, ft3, ft6
    fmadd.d ft0, ft3, ft1, ft0
    addi t1, t0, BODY
    bgeu t1, s3, 3f
2:  distance t0, t1
    fld  fa5, 48(t1)
    fmul.d fa5, fa5, ft6
    fdiv.d fa5, fa5, fa4
    fsub.d ft0, ft0, fa5
    addi t1, t1, BODY
    bltu t1, s3, 2b
3:  addi t0, t0, BODY
    bltu t0, s3, 1b
    fmv.d fa0, ft0
    li   a0, DIGITS
    mv   s4, ra
    call print_double
    call newline
    jr   s4

    .data
    .balign 8
half: .double 0.5

    .include "lib/io.s"
    .include "lib/double.s"
