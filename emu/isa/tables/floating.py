"""F, D, Zfa: RISC-V Unprivileged, "F Extension", "D Extension", "Zfa Extension for Additional Floating-Point".

The rows are written once, for a precision: {p} its letter, {n} its bits, {fmt} its code in the instruction.
"""

_ROWS = """
== {ext} 32 64
fl{m}       ............ ..... {f3} ..... 0000111  frd, imm_i(rs1)  frd = M{n}[rs1 + imm]
    Loads a {kind}.
fs{m}       ....... ..... ..... {f3} ..... 0100111  frs2, imm_s(rs1)  M{n}[rs1 + imm] = frs2
    Stores a {kind}.
fmadd.{p}   ..... {fmt} ..... ..... ... ..... 1000011  frd, frs1, frs2, frs3[, rm]  frd = frs1 * frs2 + frs3
    Multiplies and adds with a single rounding.
fmsub.{p}   ..... {fmt} ..... ..... ... ..... 1000111  frd, frs1, frs2, frs3[, rm]  frd = frs1 * frs2 - frs3
    Multiplies and subtracts with a single rounding.
fnmsub.{p}  ..... {fmt} ..... ..... ... ..... 1001011  frd, frs1, frs2, frs3[, rm]  frd = -(frs1 * frs2) + frs3
    Multiplies, negates and adds with a single rounding.
fnmadd.{p}  ..... {fmt} ..... ..... ... ..... 1001111  frd, frs1, frs2, frs3[, rm]  frd = -(frs1 * frs2) - frs3
    Multiplies, negates and subtracts with a single rounding.
fadd.{p}    00000{fmt} ..... ..... ... ..... 1010011  frd, frs1, frs2[, rm]  frd = frs1 + frs2
    Adds.
fsub.{p}    00001{fmt} ..... ..... ... ..... 1010011  frd, frs1, frs2[, rm]  frd = frs1 - frs2
    Subtracts.
fmul.{p}    00010{fmt} ..... ..... ... ..... 1010011  frd, frs1, frs2[, rm]  frd = frs1 * frs2
    Multiplies.
fdiv.{p}    00011{fmt} ..... ..... ... ..... 1010011  frd, frs1, frs2[, rm]  frd = frs1 / frs2
    Divides.
fsqrt.{p}   01011{fmt} 00000 ..... ... ..... 1010011  frd, frs1[, rm]  frd = sqrt(frs1)
    The square root.
fsgnj.{p}   00100{fmt} ..... ..... 000 ..... 1010011  frd, frs1, frs2  frd = frs1 with the sign of frs2
    Copies a sign; fmv.{p} when both are the same register.
fsgnjn.{p}  00100{fmt} ..... ..... 001 ..... 1010011  frd, frs1, frs2  frd = frs1 with the sign of -frs2
    Copies an inverted sign; fneg.{p} when both are the same register.
fsgnjx.{p}  00100{fmt} ..... ..... 010 ..... 1010011  frd, frs1, frs2  frd = frs1 with the signs multiplied
    Multiplies signs; fabs.{p} when both are the same register.
fmin.{p}    00101{fmt} ..... ..... 000 ..... 1010011  frd, frs1, frs2  frd = minimumNumber(frs1, frs2)
    The smaller; a number wins over NaN.
fmax.{p}    00101{fmt} ..... ..... 001 ..... 1010011  frd, frs1, frs2  frd = maximumNumber(frs1, frs2)
    The larger; a number wins over NaN.
fle.{p}     10100{fmt} ..... ..... 000 ..... 1010011  rd, frs1, frs2  rd = frs1 <= frs2
    1 if less or equal, 0 if not or if either is NaN.
flt.{p}     10100{fmt} ..... ..... 001 ..... 1010011  rd, frs1, frs2  rd = frs1 < frs2
    1 if less, 0 if not or if either is NaN.
feq.{p}     10100{fmt} ..... ..... 010 ..... 1010011  rd, frs1, frs2  rd = frs1 == frs2
    1 if equal, 0 if not or if either is NaN.
fclass.{p}  11100{fmt} 00000 ..... 001 ..... 1010011  rd, frs1  rd = one bit of ten: the class of frs1
    Tells infinities, normals, subnormals, zeros and NaNs apart.
fcvt.w.{p}  11000{fmt} 00000 ..... ... ..... 1010011  rd, frs1[, rm]  rd = sext32(round(frs1))
    To a signed word; too large or NaN saturates.  fcvt.w.{p} a0, fa1, rtz
fcvt.wu.{p}  11000{fmt} 00001 ..... ... ..... 1010011  rd, frs1[, rm]  rd = sext32(roundu(frs1))
    To an unsigned word; too large or NaN saturates.  fcvt.wu.{p} a0, fa1, rtz
fcvt.{p}.w  11010{fmt} 00000 ..... ... ..... 1010011  frd, rs1[, {rm}]  frd = float(sext32(rs1))
    From a signed word.
fcvt.{p}.wu  11010{fmt} 00001 ..... ... ..... 1010011  frd, rs1[, {rm}]  frd = float(zext32(rs1))
    From an unsigned word.

== {ext} 64
fcvt.l.{p}  11000{fmt} 00010 ..... ... ..... 1010011  rd, frs1[, rm]  rd = round(frs1)
    To a signed doubleword; too large or NaN saturates.  fcvt.l.{p} a0, fa1, rtz
fcvt.lu.{p}  11000{fmt} 00011 ..... ... ..... 1010011  rd, frs1[, rm]  rd = roundu(frs1)
    To an unsigned doubleword; too large or NaN saturates.  fcvt.lu.{p} a0, fa1, rtz
fcvt.{p}.l  11010{fmt} 00010 ..... ... ..... 1010011  frd, rs1[, rm]  frd = float(rs1)
    From a signed doubleword.
fcvt.{p}.lu  11010{fmt} 00011 ..... ... ..... 1010011  frd, rs1[, rm]  frd = float(zext(rs1))
    From an unsigned doubleword.

== {ext} {move_xlens}
fmv.x.{m}   11100{fmt} 00000 ..... 000 ..... 1010011  rd, frs1  rd = bits(frs1)
    Moves the bits of a {kind} to an integer register.
fmv.{m}.x   11110{fmt} 00000 ..... 000 ..... 1010011  frd, rs1  frd = bits(rs1)
    Moves the bits of an integer register to a {kind}.
"""

_ZFA = """
== Zfa 32 64
fli.{p}     11110{fmt} 00001 ..... 000 ..... 1010011  frd, fli  frd = constant
    Loads one of 32 constants: small powers of two, quarters near 1, infinity, NaN.
fminm.{p}   00101{fmt} ..... ..... 010 ..... 1010011  frd, frs1, frs2  frd = minimum(frs1, frs2)
    The smaller; NaN if either is NaN.
fmaxm.{p}   00101{fmt} ..... ..... 011 ..... 1010011  frd, frs1, frs2  frd = maximum(frs1, frs2)
    The larger; NaN if either is NaN.
fround.{p}  01000{fmt} 00100 ..... ... ..... 1010011  frd, frs1[, rm]  frd = round(frs1)
    Rounds to a whole number, which stays a {kind}; never inexact.
froundnx.{p}  01000{fmt} 00101 ..... ... ..... 1010011  frd, frs1[, rm]  frd = round(frs1)
    Rounds to a whole number, and sets NX if that changed it.
fleq.{p}    10100{fmt} ..... ..... 100 ..... 1010011  rd, frs1, frs2  rd = frs1 <= frs2
    As fle.{p}, but a quiet NaN sets no flag.
fltq.{p}    10100{fmt} ..... ..... 101 ..... 1010011  rd, frs1, frs2  rd = frs1 < frs2
    As flt.{p}, but a quiet NaN sets no flag.
"""

_ZFA_DOUBLE = """
== Zfa 32 64
fcvtmod.w.d  1100001 01000 ..... ... ..... 1010011  rd, frs1, rm_towards  rd = sext32(round(frs1))
    To a word modulo 2**32, as JavaScript's |0; too large or NaN sets NV.

== Zfa 32
fmvh.x.d    1110001 00001 ..... 000 ..... 1010011  rd, frs1  rd = bits(frs1) >> 32
    Moves the upper half of a double's bits to an integer register.
fmvp.d.x    1011001 ..... ..... 000 ..... 1010011  frd, rs1, rs2  frd = bits(rs2 << 32 | zext32(rs1))
    Makes a double of two integer registers: the lower and the upper half of its bits.
"""

_BETWEEN = """
== D 32 64
fcvt.s.d  0100000 00001 ..... ... ..... 1010011  frd, frs1[, rm]  frd = single(frs1)
    Rounds a double to a single.
fcvt.d.s  0100001 00000 ..... ... ..... 1010011  frd, frs1[, rm_exact]  frd = double(frs1)
    Widens a single to a double; always exact.
"""

_SINGLE = {"ext": "F", "p": "s", "m": "w", "n": 32, "f3": "010", "fmt": "00", "rm": "rm"}
_DOUBLE = {"ext": "D", "p": "d", "m": "d", "n": 64, "f3": "011", "fmt": "01", "rm": "rm_exact"}

ROWS = (
    _ROWS.format(**_SINGLE, kind="single", move_xlens="32 64")
    + _ROWS.format(**_DOUBLE, kind="double", move_xlens="64")
    + _BETWEEN
    + _ZFA.format(**_SINGLE, kind="single")
    + _ZFA.format(**_DOUBLE, kind="double")
    + _ZFA_DOUBLE
)
