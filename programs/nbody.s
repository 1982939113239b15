# nbody.s: does the solar system keep its energy?
#
# The Sun and the four giant planets (astronomical units, years, masses of the Sun times 4π²), as in the Computer Language
# Benchmarks Game: each step of 0.01 years changes the velocities by the attraction of each pair, then moves all. The
# energy should stay as it is; by how much it does not is the error of the method, not of the doubles.
#
# Look at: emu run programs/nbody.s
#          emu stat programs/nbody.s                  floating-point instructions among all, and stalls
#          emu stat --set costs.fp_div=0 --set costs.fp_sqrt=0 programs/nbody.s

    .equ STEPS, 1000
    .equ BODY, 56                   # x y z vx vy vz mass
    .equ DIGITS, 8
    .globl _start
    .text
_start:
    la   s1, bodies
    la   s3, end
    fld  fs0, step, t0
    call offset_momentum
    call print_energy
    li   s2, STEPS
1:  call advance
    addi s2, s2, -1
    bnez s2, 1b
    call print_energy
    li   a0, 0
    call exit

offset_momentum:                    # the Sun moves so that the whole does not
    fcvt.d.w ft0, zero
    fmv.d ft1, ft0
    fmv.d ft2, ft0
    mv   t0, s1
1:  fld  ft3, 24(t0)
    fld  ft4, 32(t0)
    fld  ft5, 40(t0)
    fld  ft6, 48(t0)
    fmadd.d ft0, ft3, ft6, ft0
    fmadd.d ft1, ft4, ft6, ft1
    fmadd.d ft2, ft5, ft6, ft2
    addi t0, t0, BODY
    bltu t0, s3, 1b
    fld  ft6, 48(s1)
    fdiv.d ft0, ft0, ft6
    fdiv.d ft1, ft1, ft6
    fdiv.d ft2, ft2, ft6
    fneg.d ft0, ft0
    fneg.d ft1, ft1
    fneg.d ft2, ft2
    fsd  ft0, 24(s1)
    fsd  ft1, 32(s1)
    fsd  ft2, 40(s1)
    ret

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

advance:
    mv   t0, s1
1:  addi t1, t0, BODY
    bgeu t1, s3, 3f
2:  distance t0, t1
    fmul.d fa3, fa3, fa4
    fdiv.d fa3, fs0, fa3            # step / distance³
    fld  fa4, 48(t1)
    fmul.d fa4, fa4, fa3            # times the other's mass
    fld  fa5, 24(t0)
    fld  fa6, 32(t0)
    fld  fa7, 40(t0)
    fnmsub.d fa5, fa0, fa4, fa5
    fnmsub.d fa6, fa1, fa4, fa6
    fnmsub.d fa7, fa2, fa4, fa7
    fsd  fa5, 24(t0)
    fsd  fa6, 32(t0)
    fsd  fa7, 40(t0)
    fld  fa4, 48(t0)
    fmul.d fa4, fa4, fa3
    fld  fa5, 24(t1)
    fld  fa6, 32(t1)
    fld  fa7, 40(t1)
    fmadd.d fa5, fa0, fa4, fa5
    fmadd.d fa6, fa1, fa4, fa6
    fmadd.d fa7, fa2, fa4, fa7
    fsd  fa5, 24(t1)
    fsd  fa6, 32(t1)
    fsd  fa7, 40(t1)
    addi t1, t1, BODY
    bltu t1, s3, 2b
    addi t0, t0, BODY
    j    1b
3:  mv   t0, s1                     # all move
4:  fld  ft0, 0(t0)
    fld  ft1, 8(t0)
    fld  ft2, 16(t0)
    fld  ft3, 24(t0)
    fld  ft4, 32(t0)
    fld  ft5, 40(t0)
    fmadd.d ft0, fs0, ft3, ft0
    fmadd.d ft1, fs0, ft4, ft1
    fmadd.d ft2, fs0, ft5, ft2
    fsd  ft0, 0(t0)
    fsd  ft1, 8(t0)
    fsd  ft2, 16(t0)
    addi t0, t0, BODY
    bltu t0, s3, 4b
    ret

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
step: .double 0.01
half: .double 0.5
bodies:
    .double 0, 0, 0, 0, 0, 0, 39.478417604357434475337963999505
    .double 4.84143144246472090, -1.16032004402742839, -0.103622044471123109
    .double 0.606326392995832, 2.81198684491626, -0.02521836165988763
    .double 0.037693674870389486
    .double 8.34336671824457987, 4.12479856412430479, -0.403523417114321381
    .double -1.0107743461787924, 1.8256623712304119, 0.008415761376584154
    .double 0.011286326131968767
    .double 12.8943695621391310, -15.1111514016986312, -0.223307578892655734
    .double 1.0827910064415354, 0.8687130181696082, -0.010832637401363636
    .double 0.0017237240570597112
    .double 15.3796971148509165, -25.9193146099879641, 0.179258772950371181
    .double 0.979090732243898, 0.5946989986476762, -0.034755955504078104
    .double 0.0020336868699246304
end:

    .include "lib/io.s"
    .include "lib/double.s"
