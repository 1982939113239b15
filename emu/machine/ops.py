"""Operation numbers of the predecoded instruction records: what the run loop dispatches on.

Derived at decode from the ISA table's names: `amoadd.w` -> AMOADD_W. Registers hold RV32 values sign-extended, so RV32
`add` *is* RV64 `addw`; `RV32_AS` says so for every instruction whose 32-bit result would otherwise be wrong. C_ names are the
compressed forms that have an arm of their own in the run loop: there the step to the next instruction is a constant,
which doubles its speed.
"""

from __future__ import annotations

# fmt: off
_NAMES = ["UNDECODED", "ILLEGAL", "BREAKPOINT", "LUI", "C_LUI", "AUIPC", "AUIPC32", "JAL", "C_JAL", "JALR", "C_JALR", "BEQ", "C_BEQ", "BNE", "C_BNE", "BLT", "BGE", "BLTU", "BGEU", "LB", "LH", "LW", "C_LW", "LBU", "LHU", "LWU", "LD", "C_LD", "SB", "SH", "SW", "C_SW", "SD", "C_SD", "ADDI", "C_ADDI", "SLTI", "SLTIU", "XORI", "ORI", "ANDI", "C_ANDI", "SLLI", "C_SLLI", "SRLI", "C_SRLI", "SRAI", "C_SRAI", "ADD", "C_ADD", "SUB", "C_SUB", "SLL", "SLT", "SLTU", "XOR", "C_XOR", "SRL", "SRA", "OR", "C_OR", "AND", "C_AND", "ADDIW", "C_ADDIW", "SLLIW", "C_SLLIW", "SRLIW", "C_SRLIW", "SRAIW", "C_SRAIW", "ADDW", "C_ADDW", "SUBW", "C_SUBW", "SLLW", "SRLW", "SRAW", "FENCE", "FENCE_I", "ECALL", "EBREAK", "WFI", "PAUSE", "CSRRW", "CSRRS", "CSRRC", "CSRRWI", "CSRRSI", "CSRRCI", "MUL", "MULH", "MULHSU", "MULHU", "DIV", "DIVU", "REM", "REMU", "MULW", "DIVW", "DIVUW", "REMW", "REMUW", "MULH32", "MULHSU32", "MULHU32", "LR_W", "SC_W", "AMOSWAP_W", "AMOADD_W", "AMOXOR_W", "AMOAND_W", "AMOOR_W", "AMOMIN_W", "AMOMAX_W", "AMOMINU_W", "AMOMAXU_W", "LR_D", "SC_D", "AMOSWAP_D", "AMOADD_D", "AMOXOR_D", "AMOAND_D", "AMOOR_D", "AMOMIN_D", "AMOMAX_D", "AMOMINU_D", "AMOMAXU_D", "ADD_UW", "SH1ADD", "SH2ADD", "SH3ADD", "SH1ADD_UW", "SH2ADD_UW", "SH3ADD_UW", "SLLI_UW", "SH1ADD32", "SH2ADD32", "SH3ADD32", "ANDN", "ORN", "XNOR", "CLZ", "CTZ", "CPOP", "CLZW", "CTZW", "CPOPW", "MAX", "MAXU", "MIN", "MINU", "SEXT_B", "SEXT_H", "ZEXT_H", "ROL", "ROR", "RORI", "ROLW", "RORW", "RORIW", "ORC_B", "ORC_B32", "REV8", "REV8_32", "BCLR", "BCLRI", "BEXT", "BEXTI", "BINV", "BINVI", "BSET", "BSETI", "BCLR32", "BCLRI32", "BEXT32", "BEXTI32", "BINV32", "BINVI32", "BSET32", "BSETI32", "CZERO_EQZ", "CZERO_NEZ"]
# fmt: on

OPS = {name: number for number, name in enumerate(_NAMES)}
globals().update(OPS)

RV32_AS = {
    "ADD": "ADDW", "ADDI": "ADDIW", "SUB": "SUBW", "SLL": "SLLW", "SRL": "SRLW", "SRA": "SRAW", "SLLI": "SLLIW",
    "SRLI": "SRLIW", "SRAI": "SRAIW", "C_ADD": "C_ADDW", "C_ADDI": "C_ADDIW", "C_SUB": "C_SUBW", "C_SLLI": "C_SLLIW",
    "C_SRLI": "C_SRLIW", "C_SRAI": "C_SRAIW", "AUIPC": "AUIPC32", "MUL": "MULW", "DIV": "DIVW", "DIVU": "DIVUW",
    "REM": "REMW", "REMU": "REMUW", "MULH": "MULH32", "MULHSU": "MULHSU32", "MULHU": "MULHU32", "SH1ADD": "SH1ADD32",
    "SH2ADD": "SH2ADD32", "SH3ADD": "SH3ADD32", "CLZ": "CLZW", "CTZ": "CTZW", "CPOP": "CPOPW", "ROL": "ROLW", "ROR": "RORW",
    "RORI": "RORIW", "ORC_B": "ORC_B32", "REV8": "REV8_32", "BCLR": "BCLR32", "BCLRI": "BCLRI32", "BEXT": "BEXT32",
    "BEXTI": "BEXTI32", "BINV": "BINV32", "BINVI": "BINVI32", "BSET": "BSET32", "BSETI": "BSETI32",
}  # fmt: skip

NAMES = tuple(_NAMES)
