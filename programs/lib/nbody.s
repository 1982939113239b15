# The Sun and the four giant planets, and how a step moves them: for nbody.s and the benchmark.
#
# Astronomical units, years, masses of the Sun times 4π², as in the Computer Language Benchmarks Game. The Sun moves a
# little, so that the whole does not.

    .equ BODY, 56                   # x y z vx vy vz mass
    .equ BODIES, 5

# advance: one step of fs0 years; s1 the bodies, s3 their end. As a compiler writes it: ten pairs, each with a square root
# and a division, eighteen multiplications, most fused with an addition. Changes t0, t1, ft0-ft6 and fa0-fa7.
    .text
advance:
    mv   t0, s1
first:
    fld  ft0, 0(t0)
    fld  ft1, 8(t0)
    fld  ft2, 16(t0)
    fld  ft3, 24(t0)
    fld  ft4, 32(t0)
    fld  ft5, 40(t0)
    fld  ft6, 48(t0)
    addi t1, t0, BODY
    bgeu t1, s3, 2f
1:  fld  fa0, 0(t1)                 # the distance
    fld  fa1, 8(t1)
    fld  fa2, 16(t1)
    fsub.d fa0, ft0, fa0
    fsub.d fa1, ft1, fa1
    fsub.d fa2, ft2, fa2
    fmul.d fa3, fa0, fa0
    fmadd.d fa3, fa1, fa1, fa3
    fmadd.d fa3, fa2, fa2, fa3
    fsqrt.d fa4, fa3
    fmul.d fa3, fa3, fa4
    fdiv.d fa3, fs0, fa3            # dt / distance**3
    fld  fa4, 48(t1)
    fmul.d fa4, fa4, fa3
    fmul.d fa3, ft6, fa3
    fnmsub.d ft3, fa0, fa4, ft3
    fnmsub.d ft4, fa1, fa4, ft4
    fnmsub.d ft5, fa2, fa4, ft5
    fld  fa5, 24(t1)
    fld  fa6, 32(t1)
    fld  fa7, 40(t1)
    fmadd.d fa5, fa0, fa3, fa5
    fmadd.d fa6, fa1, fa3, fa6
    fmadd.d fa7, fa2, fa3, fa7
    fsd  fa5, 24(t1)
    fsd  fa6, 32(t1)
    fsd  fa7, 40(t1)
    addi t1, t1, BODY
    bltu t1, s3, 1b
2:  fsd  ft3, 24(t0)                # this body has met all others
    fsd  ft4, 32(t0)
    fsd  ft5, 40(t0)
    addi t0, t0, BODY
    bltu t0, s3, first
    mv   t0, s1                     # now all move
3:  fld  ft0, 0(t0)
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
    bltu t0, s3, 3b
    ret

    .data
    .balign 8
step: .double 0.01
bodies:
    .double 0, 0, 0, -0.0003876634072918, -0.0032753590371649, 0.0000239357340800, 39.47841760435743
    .double 4.84143144246472090, -1.16032004402742839, -0.10362204447112311
    .double 0.60632639299583202, 2.81198684491626016, -0.02521836165988763, 0.03769367487038949
    .double 8.34336671824457987, 4.12479856412430479, -0.40352341711432138
    .double -1.01077434617879236, 1.82566237123041186, 0.00841576137658415, 0.01128632613196877
    .double 12.8943695621391310, -15.1111514016986312, -0.22330757889265573
    .double 1.08279100644153536, 0.86871301816960822, -0.01083263740136364, 0.00172372405705971
    .double 15.3796971148509165, -25.9193146099879641, 0.17925877295037118
    .double 0.97909073224389770, 0.59469899864767617, -0.03475595555078104, 0.00203368686992463
