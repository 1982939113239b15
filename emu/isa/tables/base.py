"""RV32I, RV64I: RISC-V Unprivileged, "RV32I Base Integer Instruction Set", "RV64I Base Integer Instruction Set"; and
the hint of "Zihintpause"."""

ROWS = """
== I 32 64
lui     .................... ..... 0110111  rd, imm_u  rd = sext32(imm << 12)
    Loads a 20-bit constant into the upper bits; addi or a load adds the lower 12.
auipc   .................... ..... 0010111  rd, imm_u  rd = pc + sext32(imm << 12)
    Adds a 20-bit upper constant to the pc: the first half of every pc-relative address.
jal     .................... ..... 1101111  rd, imm_j  rd = next; pc = pc + imm
    Jumps within 1 MiB and keeps the return address; ra for calls, zero for plain jumps.
jalr    ............ ..... 000 ..... 1100111  rd, imm_i(rs1)  t = (rs1 + imm) & ~1; rd = next; pc = t
    Jumps to an address in a register: returns, calls through pointers, switch tables.
beq     ....... ..... ..... 000 ..... 1100011  rs1, rs2, imm_b  if rs1 == rs2: pc = pc + imm
    Branches if equal.
bne     ....... ..... ..... 001 ..... 1100011  rs1, rs2, imm_b  if rs1 != rs2: pc = pc + imm
    Branches if not equal.
blt     ....... ..... ..... 100 ..... 1100011  rs1, rs2, imm_b  if rs1 < rs2: pc = pc + imm
    Branches if less, signed.
bge     ....... ..... ..... 101 ..... 1100011  rs1, rs2, imm_b  if rs1 >= rs2: pc = pc + imm
    Branches if greater or equal, signed.
bltu    ....... ..... ..... 110 ..... 1100011  rs1, rs2, imm_b  if rs1 <u rs2: pc = pc + imm
    Branches if less, unsigned: one test for 0 <= i < n.
bgeu    ....... ..... ..... 111 ..... 1100011  rs1, rs2, imm_b  if rs1 >=u rs2: pc = pc + imm
    Branches if greater or equal, unsigned.
lb      ............ ..... 000 ..... 0000011  rd, imm_i(rs1)  rd = sext(M8[rs1 + imm])
    Loads a signed byte.
lh      ............ ..... 001 ..... 0000011  rd, imm_i(rs1)  rd = sext(M16[rs1 + imm])
    Loads a signed halfword.
lw      ............ ..... 010 ..... 0000011  rd, imm_i(rs1)  rd = sext(M32[rs1 + imm])
    Loads a word, sign-extended.  lw a0, 8(sp)
lbu     ............ ..... 100 ..... 0000011  rd, imm_i(rs1)  rd = zext(M8[rs1 + imm])
    Loads an unsigned byte.
lhu     ............ ..... 101 ..... 0000011  rd, imm_i(rs1)  rd = zext(M16[rs1 + imm])
    Loads an unsigned halfword.
sb      ....... ..... ..... 000 ..... 0100011  rs2, imm_s(rs1)  M8[rs1 + imm] = rs2
    Stores the low byte.
sh      ....... ..... ..... 001 ..... 0100011  rs2, imm_s(rs1)  M16[rs1 + imm] = rs2
    Stores the low halfword.
sw      ....... ..... ..... 010 ..... 0100011  rs2, imm_s(rs1)  M32[rs1 + imm] = rs2
    Stores the low word.  sw a0, 8(sp)
addi    ............ ..... 000 ..... 0010011  rd, rs1, imm_i  rd = rs1 + imm
    Adds a constant; mv, nop and small li are forms of it.  addi sp, sp, -16
slti    ............ ..... 010 ..... 0010011  rd, rs1, imm_i  rd = rs1 < imm
    1 if less than a constant, signed, else 0.
sltiu   ............ ..... 011 ..... 0010011  rd, rs1, imm_i  rd = rs1 <u imm
    1 if less than a (sign-extended) constant, compared unsigned, else 0.  sltiu a0, a1, 1
xori    ............ ..... 100 ..... 0010011  rd, rs1, imm_i  rd = rs1 ^ imm
    Exclusive or with a constant; with -1 it inverts all bits.  xori a0, a1, -1
ori     ............ ..... 110 ..... 0010011  rd, rs1, imm_i  rd = rs1 | imm
    Or with a constant.
andi    ............ ..... 111 ..... 0010011  rd, rs1, imm_i  rd = rs1 & imm
    And with a constant: keeps the chosen bits.  andi a0, a1, 15
add     0000000 ..... ..... 000 ..... 0110011  rd, rs1, rs2  rd = rs1 + rs2
    Adds; overflow wraps around.
sub     0100000 ..... ..... 000 ..... 0110011  rd, rs1, rs2  rd = rs1 - rs2
    Subtracts; overflow wraps around.
sll     0000000 ..... ..... 001 ..... 0110011  rd, rs1, rs2  rd = rs1 << (rs2 & (XLEN - 1))
    Shifts left by a register's low bits.
slt     0000000 ..... ..... 010 ..... 0110011  rd, rs1, rs2  rd = rs1 < rs2
    1 if less, signed, else 0.
sltu    0000000 ..... ..... 011 ..... 0110011  rd, rs1, rs2  rd = rs1 <u rs2
    1 if less, unsigned, else 0.
xor     0000000 ..... ..... 100 ..... 0110011  rd, rs1, rs2  rd = rs1 ^ rs2
    Exclusive or.
srl     0000000 ..... ..... 101 ..... 0110011  rd, rs1, rs2  rd = rs1 >>u (rs2 & (XLEN - 1))
    Shifts right, filling with zeros.
sra     0100000 ..... ..... 101 ..... 0110011  rd, rs1, rs2  rd = rs1 >> (rs2 & (XLEN - 1))
    Shifts right, filling with the sign.
or      0000000 ..... ..... 110 ..... 0110011  rd, rs1, rs2  rd = rs1 | rs2
    Or.
and     0000000 ..... ..... 111 ..... 0110011  rd, rs1, rs2  rd = rs1 & rs2
    And.
fence   .... .... .... ..... 000 ..... 0001111  pred, succ {fm rs1_ignored rd_ignored}  order(pred before succ)
    Lets no later access of the kinds in succ (i, o, r, w) overtake an earlier one of those in pred.
fence.tso  1000 0011 0011 00000 000 00000 0001111  -  order(r before rw, w before w)
    The weaker fence of total-store-order machines.
ecall   000000000000 00000 000 00000 1110011  -  trap(environment call)
    Calls the operating system: number in a7, arguments in a0 to a5, result in a0.
ebreak  000000000001 00000 000 00000 1110011  -  trap(breakpoint)
    Traps to the debugger.

== I 32
slli    0000000 ..... ..... 001 ..... 0010011  rd, rs1, shamt5  rd = rs1 << shamt
    Shifts left: multiplies by a power of two.
srli    0000000 ..... ..... 101 ..... 0010011  rd, rs1, shamt5  rd = rs1 >>u shamt
    Shifts right, filling with zeros.
srai    0100000 ..... ..... 101 ..... 0010011  rd, rs1, shamt5  rd = rs1 >> shamt
    Shifts right, filling with the sign.

== I 64
slli    000000 ...... ..... 001 ..... 0010011  rd, rs1, shamt6  rd = rs1 << shamt
    Shifts left: multiplies by a power of two.
srli    000000 ...... ..... 101 ..... 0010011  rd, rs1, shamt6  rd = rs1 >>u shamt
    Shifts right, filling with zeros.
srai    010000 ...... ..... 101 ..... 0010011  rd, rs1, shamt6  rd = rs1 >> shamt
    Shifts right, filling with the sign.
ld      ............ ..... 011 ..... 0000011  rd, imm_i(rs1)  rd = M64[rs1 + imm]
    Loads a doubleword.  ld ra, 8(sp)
lwu     ............ ..... 110 ..... 0000011  rd, imm_i(rs1)  rd = zext(M32[rs1 + imm])
    Loads an unsigned word.
sd      ....... ..... ..... 011 ..... 0100011  rs2, imm_s(rs1)  M64[rs1 + imm] = rs2
    Stores a doubleword.  sd ra, 8(sp)
addiw   ............ ..... 000 ..... 0011011  rd, rs1, imm_i  rd = sext32(rs1 + imm)
    Adds a constant in 32 bits; with 0 it sign-extends a word (sext.w).
slliw   0000000 ..... ..... 001 ..... 0011011  rd, rs1, shamt5  rd = sext32(rs1 << shamt)
    Shifts the low word left.
srliw   0000000 ..... ..... 101 ..... 0011011  rd, rs1, shamt5  rd = sext32(zext32(rs1) >>u shamt)
    Shifts the low word right, filling with zeros.
sraiw   0100000 ..... ..... 101 ..... 0011011  rd, rs1, shamt5  rd = sext32(rs1) >> shamt
    Shifts the low word right, filling with its sign.
addw    0000000 ..... ..... 000 ..... 0111011  rd, rs1, rs2  rd = sext32(rs1 + rs2)
    Adds in 32 bits: C's int on a 64-bit machine.
subw    0100000 ..... ..... 000 ..... 0111011  rd, rs1, rs2  rd = sext32(rs1 - rs2)
    Subtracts in 32 bits.
sllw    0000000 ..... ..... 001 ..... 0111011  rd, rs1, rs2  rd = sext32(rs1 << (rs2 & 31))
    Shifts the low word left by a register's low five bits.
srlw    0000000 ..... ..... 101 ..... 0111011  rd, rs1, rs2  rd = sext32(zext32(rs1) >>u (rs2 & 31))
    Shifts the low word right, filling with zeros.
sraw    0100000 ..... ..... 101 ..... 0111011  rd, rs1, rs2  rd = sext32(rs1) >> (rs2 & 31)
    Shifts the low word right, filling with its sign.

== Zihintpause 32 64
pause   0000 0001 0000 00000 000 00000 0001111  -  hint: spinning
    Tells the hart that it spins, so that it may slow down.
"""
