"""Zba, Zbb, Zbs, Zicond: RISC-V Unprivileged, "B Extension for Bit Manipulation", "Zicond"."""

ROWS = """
== Zba 32 64
sh1add  0010000 ..... ..... 010 ..... 0110011  rd, rs1, rs2  rd = (rs1 << 1) + rs2
    Indexes an array of halfwords in one step.
sh2add  0010000 ..... ..... 100 ..... 0110011  rd, rs1, rs2  rd = (rs1 << 2) + rs2
    Indexes an array of words in one step.
sh3add  0010000 ..... ..... 110 ..... 0110011  rd, rs1, rs2  rd = (rs1 << 3) + rs2
    Indexes an array of doublewords in one step.

== Zba 64
add.uw     0000100 ..... ..... 000 ..... 0111011  rd, rs1, rs2  rd = zext32(rs1) + rs2
    Adds an unsigned word to an address.
sh1add.uw  0010000 ..... ..... 010 ..... 0111011  rd, rs1, rs2  rd = (zext32(rs1) << 1) + rs2
    Indexes an array of halfwords by an unsigned word.
sh2add.uw  0010000 ..... ..... 100 ..... 0111011  rd, rs1, rs2  rd = (zext32(rs1) << 2) + rs2
    Indexes an array of words by an unsigned word.
sh3add.uw  0010000 ..... ..... 110 ..... 0111011  rd, rs1, rs2  rd = (zext32(rs1) << 3) + rs2
    Indexes an array of doublewords by an unsigned word.
slli.uw    000010 ...... ..... 001 ..... 0011011  rd, rs1, shamt6  rd = zext32(rs1) << shamt
    Shifts an unsigned word left into 64 bits.

== Zbb 32 64
andn    0100000 ..... ..... 111 ..... 0110011  rd, rs1, rs2  rd = rs1 & ~rs2
    And with the inverted second operand: clears a mask's bits.
orn     0100000 ..... ..... 110 ..... 0110011  rd, rs1, rs2  rd = rs1 | ~rs2
    Or with the inverted second operand.
xnor    0100000 ..... ..... 100 ..... 0110011  rd, rs1, rs2  rd = ~(rs1 ^ rs2)
    Exclusive nor: 1 where the bits agree.
clz     0110000 00000 ..... 001 ..... 0010011  rd, rs1  rd = leading zeros of rs1
    Counts zeros from the top bit; XLEN for 0.
ctz     0110000 00001 ..... 001 ..... 0010011  rd, rs1  rd = trailing zeros of rs1
    Counts zeros from bit 0; XLEN for 0.
cpop    0110000 00010 ..... 001 ..... 0010011  rd, rs1  rd = ones in rs1
    Counts the bits that are set.
max     0000101 ..... ..... 110 ..... 0110011  rd, rs1, rs2  rd = max(rs1, rs2)
    The larger, signed.
maxu    0000101 ..... ..... 111 ..... 0110011  rd, rs1, rs2  rd = maxu(rs1, rs2)
    The larger, unsigned.
min     0000101 ..... ..... 100 ..... 0110011  rd, rs1, rs2  rd = min(rs1, rs2)
    The smaller, signed.
minu    0000101 ..... ..... 101 ..... 0110011  rd, rs1, rs2  rd = minu(rs1, rs2)
    The smaller, unsigned.
sext.b  0110000 00100 ..... 001 ..... 0010011  rd, rs1  rd = sext8(rs1)
    Sign-extends a byte.
sext.h  0110000 00101 ..... 001 ..... 0010011  rd, rs1  rd = sext16(rs1)
    Sign-extends a halfword.
rol     0110000 ..... ..... 001 ..... 0110011  rd, rs1, rs2  rd = rotl(rs1, rs2 & (XLEN - 1))
    Rotates left.
ror     0110000 ..... ..... 101 ..... 0110011  rd, rs1, rs2  rd = rotr(rs1, rs2 & (XLEN - 1))
    Rotates right.
orc.b   001010000111 ..... 101 ..... 0010011  rd, rs1  rd = each byte of rs1: 0 if 0, else 255
    Marks the bytes that are not zero: strlen a word at a time.

== Zbb 32
zext.h  0000100 00000 ..... 100 ..... 0110011  rd, rs1  rd = zext16(rs1)
    Zero-extends a halfword.
rori    0110000 ..... ..... 101 ..... 0010011  rd, rs1, shamt5  rd = rotr(rs1, shamt)
    Rotates right by a constant.
rev8    011010011000 ..... 101 ..... 0010011  rd, rs1  rd = rs1 with its bytes reversed
    Swaps between little and big endian.

== Zbb 64
zext.h  0000100 00000 ..... 100 ..... 0111011  rd, rs1  rd = zext16(rs1)
    Zero-extends a halfword.
rori    011000 ...... ..... 101 ..... 0010011  rd, rs1, shamt6  rd = rotr(rs1, shamt)
    Rotates right by a constant.
rev8    011010111000 ..... 101 ..... 0010011  rd, rs1  rd = rs1 with its bytes reversed
    Swaps between little and big endian.
clzw    0110000 00000 ..... 001 ..... 0011011  rd, rs1  rd = leading zeros of the low word
    Counts zeros from bit 31; 32 for 0.
ctzw    0110000 00001 ..... 001 ..... 0011011  rd, rs1  rd = trailing zeros of the low word
    Counts zeros of the low word from bit 0; 32 for 0.
cpopw   0110000 00010 ..... 001 ..... 0011011  rd, rs1  rd = ones in the low word
    Counts the bits that are set in the low word.
rolw    0110000 ..... ..... 001 ..... 0111011  rd, rs1, rs2  rd = sext32(rotl32(rs1, rs2 & 31))
    Rotates the low word left.
rorw    0110000 ..... ..... 101 ..... 0111011  rd, rs1, rs2  rd = sext32(rotr32(rs1, rs2 & 31))
    Rotates the low word right.
roriw   0110000 ..... ..... 101 ..... 0011011  rd, rs1, shamt5  rd = sext32(rotr32(rs1, shamt))
    Rotates the low word right by a constant.

== Zbs 32 64
bclr    0100100 ..... ..... 001 ..... 0110011  rd, rs1, rs2  rd = rs1 & ~(1 << (rs2 & (XLEN - 1)))
    Clears one bit.
bext    0100100 ..... ..... 101 ..... 0110011  rd, rs1, rs2  rd = rs1 >>u (rs2 & (XLEN - 1)) & 1
    Extracts one bit.
binv    0110100 ..... ..... 001 ..... 0110011  rd, rs1, rs2  rd = rs1 ^ (1 << (rs2 & (XLEN - 1)))
    Inverts one bit.
bset    0010100 ..... ..... 001 ..... 0110011  rd, rs1, rs2  rd = rs1 | (1 << (rs2 & (XLEN - 1)))
    Sets one bit.

== Zbs 32
bclri   0100100 ..... ..... 001 ..... 0010011  rd, rs1, shamt5  rd = rs1 & ~(1 << shamt)
    Clears a bit by its number.
bexti   0100100 ..... ..... 101 ..... 0010011  rd, rs1, shamt5  rd = rs1 >>u shamt & 1
    Extracts a bit by its number.
binvi   0110100 ..... ..... 001 ..... 0010011  rd, rs1, shamt5  rd = rs1 ^ (1 << shamt)
    Inverts a bit by its number.
bseti   0010100 ..... ..... 001 ..... 0010011  rd, rs1, shamt5  rd = rs1 | (1 << shamt)
    Sets a bit by its number.

== Zbs 64
bclri   010010 ...... ..... 001 ..... 0010011  rd, rs1, shamt6  rd = rs1 & ~(1 << shamt)
    Clears a bit by its number.
bexti   010010 ...... ..... 101 ..... 0010011  rd, rs1, shamt6  rd = rs1 >>u shamt & 1
    Extracts a bit by its number.
binvi   011010 ...... ..... 001 ..... 0010011  rd, rs1, shamt6  rd = rs1 ^ (1 << shamt)
    Inverts a bit by its number.
bseti   001010 ...... ..... 001 ..... 0010011  rd, rs1, shamt6  rd = rs1 | (1 << shamt)
    Sets a bit by its number.

== Zicond 32 64
czero.eqz  0000111 ..... ..... 101 ..... 0110011  rd, rs1, rs2  rd = 0 if rs2 == 0 else rs1
    Zero if the condition is zero: a choice without a branch.
czero.nez  0000111 ..... ..... 111 ..... 0110011  rd, rs1, rs2  rd = 0 if rs2 != 0 else rs1
    Zero if the condition is not zero.
"""
