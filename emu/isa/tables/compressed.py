"""C: RISC-V Unprivileged, "C Extension for Compressed Instructions".

Instead of a formula each row gives the base instruction it stands for (after "=>"). Reserved encodings follow from the
fields (rd_n0 may not be x0, a field marked z may not be 0); the hints are legal and change nothing.
"""

ROWS = """
== C 32 64
c.addi4spn  000 ........ ... 00  rd_p, sp, c_addi4spn  => addi rd_p, sp, c_addi4spn
    The address of a local variable.
c.lw        010 ... ... .. ... 00  rd_p, c_lw(rs1_p)  => lw rd_p, c_lw(rs1_p)
    Loads a word.
c.sw        110 ... ... .. ... 00  rs2_p, c_lw(rs1_p)  => sw rs2_p, c_lw(rs1_p)
    Stores a word.
c.nop       000 . 00000 ..... 01  [c_hint6]  => addi zero, zero, c_hint6
    Does nothing; also pads code to a 4-byte boundary.  c.nop
c.addi      000 . ..... ..... 01  rd_n0, c_imm6  => addi rd_n0, rd_n0, c_imm6
    Adds a small constant.
c.li        010 . ..... ..... 01  rd, c_imm6  => addi rd, zero, c_imm6
    Loads a small constant.
c.addi16sp  011 . 00010 ..... 01  sp, c_addi16sp  => addi sp, sp, c_addi16sp
    Opens or closes a stack frame.
c.lui       011 . ..... ..... 01  rd_n2, c_lui  => lui rd_n2, c_lui
    Loads a small upper constant.
c.andi      100 . 10 ... ..... 01  rds1_p, c_imm6  => andi rds1_p, rds1_p, c_imm6
    And with a small constant.
c.sub       100 0 11 ... 00 ... 01  rds1_p, rs2_p  => sub rds1_p, rds1_p, rs2_p
    Subtracts.
c.xor       100 0 11 ... 01 ... 01  rds1_p, rs2_p  => xor rds1_p, rds1_p, rs2_p
    Exclusive or.
c.or        100 0 11 ... 10 ... 01  rds1_p, rs2_p  => or rds1_p, rds1_p, rs2_p
    Or.
c.and       100 0 11 ... 11 ... 01  rds1_p, rs2_p  => and rds1_p, rds1_p, rs2_p
    And.
c.j         101 ........... 01  c_j  => jal zero, c_j
    Jumps within 2 KiB.
c.beqz      110 ... ... ..... 01  rs1_p, c_b  => beq rs1_p, zero, c_b
    Branches if zero, within 256 bytes.
c.bnez      111 ... ... ..... 01  rs1_p, c_b  => bne rs1_p, zero, c_b
    Branches if not zero, within 256 bytes.
c.lwsp      010 . ..... ..... 10  rd_n0, c_lwsp(sp)  => lw rd_n0, c_lwsp(sp)
    Loads a word from the stack.
c.jr        100 0 ..... 00000 10  rs1_n0  => jalr zero, 0(rs1_n0)
    Jumps to an address in a register; with ra it is ret.  c.jr ra
c.mv        100 0 ..... ..... 10  rd, rs2_n0  => add rd, zero, rs2_n0
    Copies a register.
c.ebreak    100 1 00000 00000 10  -  => ebreak
    Traps to the debugger.
c.jalr      100 1 ..... 00000 10  rs1_n0  => jalr ra, 0(rs1_n0)
    Calls a function through a register.
c.add       100 1 ..... ..... 10  rd, rs2_n0  => add rd, rd, rs2_n0
    Adds.
c.swsp      110 ...... ..... 10  rs2_c, c_swsp(sp)  => sw rs2_c, c_swsp(sp)
    Stores a word to the stack.

== C 32
c.jal       001 ........... 01  c_j  => jal ra, c_j
    Calls a function within 2 KiB.
c.srli      100 0 00 ... ..... 01  rds1_p, c_shamt5  => srli rds1_p, rds1_p, c_shamt5
    Shifts right, filling with zeros.
c.srai      100 0 01 ... ..... 01  rds1_p, c_shamt5  => srai rds1_p, rds1_p, c_shamt5
    Shifts right, filling with the sign.
c.slli      000 0 ..... ..... 10  rd, c_shamt5  => slli rd, rd, c_shamt5
    Shifts left.

== C 64
c.ld        011 ... ... .. ... 00  rd_p, c_ld(rs1_p)  => ld rd_p, c_ld(rs1_p)
    Loads a doubleword.
c.sd        111 ... ... .. ... 00  rs2_p, c_ld(rs1_p)  => sd rs2_p, c_ld(rs1_p)
    Stores a doubleword.
c.addiw     001 . ..... ..... 01  rd_n0, c_imm6  => addiw rd_n0, rd_n0, c_imm6
    Adds a small constant in 32 bits.
c.srli      100 . 00 ... ..... 01  rds1_p, c_shamt6  => srli rds1_p, rds1_p, c_shamt6
    Shifts right, filling with zeros.
c.srai      100 . 01 ... ..... 01  rds1_p, c_shamt6  => srai rds1_p, rds1_p, c_shamt6
    Shifts right, filling with the sign.
c.subw      100 1 11 ... 00 ... 01  rds1_p, rs2_p  => subw rds1_p, rds1_p, rs2_p
    Subtracts in 32 bits.
c.addw      100 1 11 ... 01 ... 01  rds1_p, rs2_p  => addw rds1_p, rds1_p, rs2_p
    Adds in 32 bits.
c.slli      000 . ..... ..... 10  rd, c_shamt6  => slli rd, rd, c_shamt6
    Shifts left.
c.ldsp      011 . ..... ..... 10  rd_n0, c_ldsp(sp)  => ld rd_n0, c_ldsp(sp)
    Loads a doubleword from the stack.
c.sdsp      111 ...... ..... 10  rs2_c, c_sdsp(sp)  => sd rs2_c, c_sdsp(sp)
    Stores a doubleword to the stack.

== C+F 32
c.flw       011 ... ... .. ... 00  frd_p, c_lw(rs1_p)  => flw frd_p, c_lw(rs1_p)
    Loads a single.
c.fsw       111 ... ... .. ... 00  frs2_p, c_lw(rs1_p)  => fsw frs2_p, c_lw(rs1_p)
    Stores a single.
c.flwsp     011 . ..... ..... 10  frd, c_lwsp(sp)  => flw frd, c_lwsp(sp)
    Loads a single from the stack.
c.fswsp     111 ...... ..... 10  frs2_c, c_swsp(sp)  => fsw frs2_c, c_swsp(sp)
    Stores a single to the stack.

== C+D 32 64
c.fld       001 ... ... .. ... 00  frd_p, c_ld(rs1_p)  => fld frd_p, c_ld(rs1_p)
    Loads a double.
c.fsd       101 ... ... .. ... 00  frs2_p, c_ld(rs1_p)  => fsd frs2_p, c_ld(rs1_p)
    Stores a double.
c.fldsp     001 . ..... ..... 10  frd, c_ldsp(sp)  => fld frd, c_ldsp(sp)
    Loads a double from the stack.
c.fsdsp     101 ...... ..... 10  frs2_c, c_sdsp(sp)  => fsd frs2_c, c_sdsp(sp)
    Stores a double to the stack.
"""
