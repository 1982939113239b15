"""M: RISC-V Unprivileged, "M Extension for Integer Multiplication and Division"."""

ROWS = """
== M 32 64
mul     0000001 ..... ..... 000 ..... 0110011  rd, rs1, rs2  rd = rs1 * rs2
    Multiplies; the low half of the product.
mulh    0000001 ..... ..... 001 ..... 0110011  rd, rs1, rs2  rd = (rs1 * rs2) >> XLEN
    The high half of the signed product.
mulhsu  0000001 ..... ..... 010 ..... 0110011  rd, rs1, rs2  rd = (rs1 * zext(rs2)) >> XLEN
    The high half of signed times unsigned.
mulhu   0000001 ..... ..... 011 ..... 0110011  rd, rs1, rs2  rd = (zext(rs1) * zext(rs2)) >> XLEN
    The high half of the unsigned product.
div     0000001 ..... ..... 100 ..... 0110011  rd, rs1, rs2  rd = rs1 / rs2, or -1 if rs2 == 0
    Divides, rounding towards zero; never traps: x/0 is -1, and the smallest number / -1 is itself.
divu    0000001 ..... ..... 101 ..... 0110011  rd, rs1, rs2  rd = rs1 /u rs2, or -1 if rs2 == 0
    Divides unsigned; x/0 is all ones.
rem     0000001 ..... ..... 110 ..... 0110011  rd, rs1, rs2  rd = rs1 % rs2, or rs1 if rs2 == 0
    The remainder, with the sign of the dividend.
remu    0000001 ..... ..... 111 ..... 0110011  rd, rs1, rs2  rd = rs1 %u rs2, or rs1 if rs2 == 0
    The unsigned remainder.

== M 64
mulw    0000001 ..... ..... 000 ..... 0111011  rd, rs1, rs2  rd = sext32(rs1 * rs2)
    Multiplies in 32 bits.
divw    0000001 ..... ..... 100 ..... 0111011  rd, rs1, rs2  rd = sext32(sext32(rs1) / sext32(rs2)), or -1 if rs2 == 0
    Divides the low words, rounding towards zero.
divuw   0000001 ..... ..... 101 ..... 0111011  rd, rs1, rs2  rd = sext32(zext32(rs1) /u zext32(rs2)), or -1 if rs2 == 0
    Divides the low words, unsigned.
remw    0000001 ..... ..... 110 ..... 0111011  rd, rs1, rs2  rd = sext32(sext32(rs1) % sext32(rs2)), or rs1 if rs2 == 0
    The remainder of the low words.
remuw   0000001 ..... ..... 111 ..... 0111011  rd, rs1, rs2  rd = sext32(zext32(rs1) %u zext32(rs2)), or rs1 if rs2 == 0
    The unsigned remainder of the low words.
"""
