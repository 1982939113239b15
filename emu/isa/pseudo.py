"""The second table: pseudo-instructions, templates over the first one.

RISC-V Assembly Programmer's Manual, "A listing of standard RISC-V pseudoinstructions".

    == EXT [XLEN...] [-EXT]            needs EXT; only these widths; only if the extension after '-' is off
    name  operands  MARK template[; template]  summary

MARK  =  assembled, and printed by the disassembler instead of its base (the first row that fits wins)
      >  assembled only        <  printed only
      ~  computed by the assembler: the template shows what it comes to
Operand words are fields of the base instructions, or `symbol` (an address), `value` (any constant), `rt` (a scratch
register). Templates write symbol[31:12] and [11:0] for %pcrel_hi and %pcrel_lo, as the manual does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from emu.isa.formats import FIELDS, Field
from emu.isa.insns import INSNS, lookup
from emu.isa.text import constant

OPERAND_KINDS = {"symbol": "symbol", "value": "value", "rt": "xreg"}  # of the words that are no fields


class Pseudo(NamedTuple):
    """One form of a pseudo-instruction; a name may have several, told apart by their operands."""

    name: str
    ext: str
    xlens: tuple[int, ...]
    without: str
    syntax: str
    operands: tuple[str, ...]
    mark: str
    templates: tuple[str, ...]
    summary: str

    @property
    def computed(self) -> bool:
        """Whether the assembler must choose the instructions itself (li, la, call …)."""
        return self.mark == "~"

    @property
    def bases(self) -> tuple[str, ...]:
        """The names of the instructions it stands for."""
        return tuple(t.split()[0] for t in self.templates)

    def __repr__(self) -> str:
        return f"<Pseudo {self.name} {self.syntax}>"


_TABLE = """
== I 32 64
nop    -                   = addi zero, zero, 0           Does nothing.
li     rd, imm_i           < addi rd, zero, imm_i         Loads a small constant.
li     rd, value           ~ lui rd, value[31:12]; addi rd, rd, value[11:0]    Loads any constant.
la     rd, symbol          ~ auipc rd, symbol[31:12]; addi rd, rd, symbol[11:0]    Loads an address.
lla    rd, symbol          ~ auipc rd, symbol[31:12]; addi rd, rd, symbol[11:0]    Loads an address of this program.
lga    rd, symbol          ~ auipc rd, symbol[31:12]; addi rd, rd, symbol[11:0]    Loads a global address.
mv     rd, rs1             = addi rd, rs1, 0              Copies a register.
mv     rd, rs2_n0          < c.mv rd, rs2_n0              Copies a register.
move   rd, rs1             > addi rd, rs1, 0              Copies a register.
not    rd, rs1             = xori rd, rs1, -1             Inverts all bits.
neg    rd, rs2             = sub rd, zero, rs2            Negates.
seqz   rd, rs1             = sltiu rd, rs1, 1             1 if zero, else 0.
snez   rd, rs2             = sltu rd, zero, rs2           1 if not zero, else 0.
sltz   rd, rs1             = slt rd, rs1, zero            1 if negative, else 0.
sgtz   rd, rs2             = slt rd, zero, rs2            1 if positive, else 0.
sgt    rd, rs2, rs1        > slt rd, rs1, rs2             1 if greater, signed, else 0.
sgtu   rd, rs2, rs1        > sltu rd, rs1, rs2            1 if greater, unsigned, else 0.
beqz   rs1, imm_b          = beq rs1, zero, imm_b         Branches if zero.
bnez   rs1, imm_b          = bne rs1, zero, imm_b         Branches if not zero.
blez   rs2, imm_b          = bge zero, rs2, imm_b         Branches if zero or negative.
bgez   rs1, imm_b          = bge rs1, zero, imm_b         Branches if zero or positive.
bltz   rs1, imm_b          = blt rs1, zero, imm_b         Branches if negative.
bgtz   rs2, imm_b          = blt zero, rs2, imm_b         Branches if positive.
bgt    rs2, rs1, imm_b     > blt rs1, rs2, imm_b          Branches if greater, signed.
ble    rs2, rs1, imm_b     > bge rs1, rs2, imm_b          Branches if less or equal, signed.
bgtu   rs2, rs1, imm_b     > bltu rs1, rs2, imm_b         Branches if greater, unsigned.
bleu   rs2, rs1, imm_b     > bgeu rs1, rs2, imm_b         Branches if less or equal, unsigned.
j      imm_j               = jal zero, imm_j              Jumps.
jal    imm_j               = jal ra, imm_j                Calls a function within 1 MiB.
ret    -                   = jalr zero, 0(ra)             Returns from a function.
jr     rs1                 = jalr zero, 0(rs1)            Jumps to an address in a register.
jr     imm_i(rs1)          = jalr zero, imm_i(rs1)        Jumps to an address near one in a register.
jr     rs1, imm_i          > jalr zero, imm_i(rs1)        Jumps to an address near one in a register.
jalr   rs1                 = jalr ra, 0(rs1)              Calls a function through a register.
jalr   imm_i(rs1)          = jalr ra, imm_i(rs1)          Calls a function near an address in a register.
jalr   rs1, imm_i          > jalr ra, imm_i(rs1)          Calls a function near an address in a register.
jalr   rd, rs1             > jalr rd, 0(rs1)              Calls through a register with another return register.
jalr   rd, rs1, imm_i      > jalr rd, imm_i(rs1)          The base instruction, with commas.
call   symbol              ~ auipc ra, symbol[31:12]; jalr ra, symbol[11:0](ra)    Calls a function anywhere.
call   rd, symbol          ~ auipc rd, symbol[31:12]; jalr rd, symbol[11:0](rd)  Calls with another link register.
tail   symbol              ~ auipc t1, symbol[31:12]; jalr zero, symbol[11:0](t1)    Calls a function as the last act.
jump   symbol, rt          ~ auipc rt, symbol[31:12]; jalr zero, symbol[11:0](rt)    Jumps anywhere.
fence  -                   = fence iorw, iorw             Orders all accesses before it and all after it.
scall  -                   > ecall                        The old name of ecall.
sbreak -                   > ebreak                       The old name of ebreak.
unimp  -                   = csrrw zero, cycle, zero      Traps: a write to a read-only register is illegal.
add    rd, rs1, imm_i      > addi rd, rs1, imm_i          Adds a constant.
and    rd, rs1, imm_i      > andi rd, rs1, imm_i          And with a constant.
or     rd, rs1, imm_i      > ori rd, rs1, imm_i           Or with a constant.
xor    rd, rs1, imm_i      > xori rd, rs1, imm_i          Exclusive or with a constant.
slt    rd, rs1, imm_i      > slti rd, rs1, imm_i          1 if less than a constant, signed, else 0.
sltu   rd, rs1, imm_i      > sltiu rd, rs1, imm_i         1 if less than a constant, unsigned, else 0.
zext.b rd, rs1             = andi rd, rs1, 255            Zero-extends a byte.

== I 32
sll    rd, rs1, shamt5     > slli rd, rs1, shamt5         Shifts left by a constant.
srl    rd, rs1, shamt5     > srli rd, rs1, shamt5         Shifts right by a constant, filling with zeros.
sra    rd, rs1, shamt5     > srai rd, rs1, shamt5         Shifts right by a constant, filling with the sign.

== I 64
sext.w rd, rs1             = addiw rd, rs1, 0             Sign-extends a word.
negw   rd, rs2             = subw rd, zero, rs2           Negates in 32 bits.
sll    rd, rs1, shamt6     > slli rd, rs1, shamt6         Shifts left by a constant.
srl    rd, rs1, shamt6     > srli rd, rs1, shamt6         Shifts right by a constant, filling with zeros.
sra    rd, rs1, shamt6     > srai rd, rs1, shamt6         Shifts right by a constant, filling with the sign.
addw   rd, rs1, imm_i      > addiw rd, rs1, imm_i         Adds a constant in 32 bits.
sllw   rd, rs1, shamt5     > slliw rd, rs1, shamt5        Shifts the low word left by a constant.
srlw   rd, rs1, shamt5     > srliw rd, rs1, shamt5        Shifts the low word right by a constant, filling with zeros.
sraw   rd, rs1, shamt5     > sraiw rd, rs1, shamt5        Shifts the low word right by a constant, keeping its sign.

== I 32 -Zbb
sext.b rd, rs1             > slli rd, rs1, 24; srai rd, rd, 24    Sign-extends a byte.
sext.h rd, rs1             > slli rd, rs1, 16; srai rd, rd, 16    Sign-extends a halfword.
zext.h rd, rs1             > slli rd, rs1, 16; srli rd, rd, 16    Zero-extends a halfword.

== I 64 -Zbb
sext.b rd, rs1             > slli rd, rs1, 56; srai rd, rd, 56    Sign-extends a byte.
sext.h rd, rs1             > slli rd, rs1, 48; srai rd, rd, 48    Sign-extends a halfword.
zext.h rd, rs1             > slli rd, rs1, 48; srli rd, rd, 48    Zero-extends a halfword.

== I 64 -Zba
zext.w rd, rs1             > slli rd, rs1, 32; srli rd, rd, 32    Zero-extends a word.

== Zba 64
zext.w rd, rs1             = add.uw rd, rs1, zero         Zero-extends a word.

== Zbb 32
ror    rd, rs1, shamt5     > rori rd, rs1, shamt5         Rotates right by a constant.

== Zbb 64
ror    rd, rs1, shamt6     > rori rd, rs1, shamt6         Rotates right by a constant.
rorw   rd, rs1, shamt5     > roriw rd, rs1, shamt5        Rotates the low word right by a constant.

== Zbs 32
bclr   rd, rs1, shamt5     > bclri rd, rs1, shamt5        Clears a bit by its number.
bext   rd, rs1, shamt5     > bexti rd, rs1, shamt5        Extracts a bit by its number.
binv   rd, rs1, shamt5     > binvi rd, rs1, shamt5        Inverts a bit by its number.
bset   rd, rs1, shamt5     > bseti rd, rs1, shamt5        Sets a bit by its number.

== Zbs 64
bclr   rd, rs1, shamt6     > bclri rd, rs1, shamt6        Clears a bit by its number.
bext   rd, rs1, shamt6     > bexti rd, rs1, shamt6        Extracts a bit by its number.
binv   rd, rs1, shamt6     > binvi rd, rs1, shamt6        Inverts a bit by its number.
bset   rd, rs1, shamt6     > bseti rd, rs1, shamt6        Sets a bit by its number.

== Zicsr 32 64
rdcycle    rd              = csrrs rd, cycle, zero        Reads the cycle counter.
rdtime     rd              = csrrs rd, time, zero         Reads the timer.
rdinstret  rd              = csrrs rd, instret, zero      Reads the count of instructions retired.
frcsr      rd              = csrrs rd, fcsr, zero         Reads the floating-point control register.
fscsr      rs1             = csrrw zero, fcsr, rs1        Writes the floating-point control register.
fscsr      rd, rs1         = csrrw rd, fcsr, rs1          Swaps the floating-point control register.
frrm       rd              = csrrs rd, frm, zero          Reads the rounding mode.
fsrm       rs1             = csrrw zero, frm, rs1         Writes the rounding mode.
fsrm       rd, rs1         = csrrw rd, frm, rs1           Swaps the rounding mode.
fsrmi      zimm            = csrrwi zero, frm, zimm       Writes a constant rounding mode.
fsrmi      rd, zimm        = csrrwi rd, frm, zimm         Swaps in a constant rounding mode.
frflags    rd              = csrrs rd, fflags, zero       Reads the exception flags.
fsflags    rs1             = csrrw zero, fflags, rs1      Writes the exception flags.
fsflags    rd, rs1         = csrrw rd, fflags, rs1        Swaps the exception flags.
fsflagsi   zimm            = csrrwi zero, fflags, zimm    Writes constant exception flags.
fsflagsi   rd, zimm        = csrrwi rd, fflags, zimm      Swaps in constant exception flags.
csrr   rd, csr             = csrrs rd, csr, zero          Reads a control register.
csrw   csr, rs1            = csrrw zero, csr, rs1         Writes a control register.
csrs   csr, rs1            = csrrs zero, csr, rs1         Sets bits of a control register.
csrc   csr, rs1            = csrrc zero, csr, rs1         Clears bits of a control register.
csrwi  csr, zimm           = csrrwi zero, csr, zimm       Writes a constant to a control register.
csrsi  csr, zimm           = csrrsi zero, csr, zimm       Sets low bits of a control register.
csrci  csr, zimm           = csrrci zero, csr, zimm       Clears low bits of a control register.
csrw   csr, zimm           > csrrwi zero, csr, zimm       Writes a constant to a control register.
csrs   csr, zimm           > csrrsi zero, csr, zimm       Sets low bits of a control register.
csrc   csr, zimm           > csrrci zero, csr, zimm       Clears low bits of a control register.
csrrw  rd, csr, zimm       > csrrwi rd, csr, zimm         As csrrwi.
csrrs  rd, csr, zimm       > csrrsi rd, csr, zimm         As csrrsi.
csrrc  rd, csr, zimm       > csrrci rd, csr, zimm         As csrrci.

== Zicsr 32
rdcycleh   rd              = csrrs rd, cycleh, zero       Reads the upper half of the cycle counter.
rdtimeh    rd              = csrrs rd, timeh, zero        Reads the upper half of the timer.
rdinstreth rd              = csrrs rd, instreth, zero     Reads the upper half of the count of instructions retired.

== Zihintntl 32 64
ntl.p1    -                > add zero, zero, sp           Hint: the next access is not reused in L1.
ntl.pall  -                > add zero, zero, gp           Hint: the next access is not reused in L1 and L2.
ntl.s1    -                > add zero, zero, tp           Hint: the next access is not reused in the shared cache.
ntl.all   -                > add zero, zero, t0           Hint: the next access is not reused in any cache.

== S 32 64
sfence.vma  -              = sfence.vma zero, zero        Drops all stale translations.
sfence.vma  rs1            = sfence.vma rs1, zero         Drops stale translations of one address.
"""

_FLOATING = """
== {ext} 32 64
fmv.{p}   frd, frs1        = fsgnj.{p} frd, frs1, frs1    Copies a floating-point register.
fneg.{p}  frd, frs1        = fsgnjn.{p} frd, frs1, frs1    Negates.
fabs.{p}  frd, frs1        = fsgnjx.{p} frd, frs1, frs1    The absolute value.
fgt.{p}   rd, frs2, frs1   > flt.{p} rd, frs1, frs2       1 if greater, 0 if not or if either is NaN.
fge.{p}   rd, frs2, frs1   > fle.{p} rd, frs1, frs2       1 if greater or equal, 0 if not or if either is NaN.
"""

_ZFA = """
== Zfa 32 64
fgtq.{p}  rd, frs2, frs1   > fltq.{p} rd, frs1, frs2      1 if greater; a quiet NaN sets no flag.
fgeq.{p}  rd, frs2, frs1   > fleq.{p} rd, frs1, frs2      1 if greater or equal; a quiet NaN sets no flag.
"""

_OLD_MOVES = """
== F 32 64
fmv.x.s   rd, frs1         > fmv.x.w rd, frs1             The old name of fmv.x.w.
fmv.s.x   frd, rs1         > fmv.w.x frd, rs1             The old name of fmv.w.x.
"""


def _by_symbol() -> Iterator[str]:
    """`lw rd, symbol`, `sw rs2, symbol, rt` and so on, for every load and store of the first table."""
    for insn in INSNS:
        if insn.length == 2 or insn.name == "jalr" or "M" not in insn.semantics or "(" not in insn.syntax:
            continue
        if insn.syntax not in ("rd, imm_i(rs1)", "frd, imm_i(rs1)", "rs2, imm_s(rs1)", "frs2, imm_s(rs1)"):
            continue
        data = insn.operands[0]
        via = "rd" if data == "rd" else "rt"
        operands = f"{data}, symbol" + ("" if via == "rd" else ", rt")
        yield f"== {insn.ext} {' '.join(map(str, insn.xlens))}"
        yield (
            f"{insn.name}  {operands}  ~ auipc {via}, symbol[31:12]; {insn.name} {data}, symbol[11:0]({via})"
            f"  As {insn.name}, at the address of a symbol."
        )


_ROW = re.compile(r"(?P<name>\S+) +(?P<syntax>.*?) +(?P<mark>[=<>~]) (?P<templates>.*?)  +(?P<summary>.*)")


def _parse(lines: Iterator[str]) -> Iterator[Pseudo]:
    ext, xlens, without = "", (), ""
    for line in filter(None, lines):
        if line.startswith("=="):
            _, ext, *rest = line.split()
            xlens = tuple(int(word) for word in rest if word[0] != "-")
            without = next((word[1:] for word in rest if word[0] == "-"), "")
            continue
        row = _ROW.fullmatch(line)
        syntax = row["syntax"].strip("-")
        operands = tuple(w for w in re.findall(r"\w+", syntax))
        templates = tuple(row["templates"].split("; "))
        yield Pseudo(row["name"], ext, xlens, without, syntax, operands, row["mark"], templates, row["summary"])


_FLOAT_ROWS = "".join((_FLOATING + _ZFA).format(ext=e, p=p) for e, p in (("F", "s"), ("D", "d")))
PSEUDOS: tuple[Pseudo, ...] = tuple(
    _parse(iter([*(_TABLE + _FLOAT_ROWS + _OLD_MOVES).splitlines(), *_by_symbol()])),
)
PSEUDO_BY_NAME: dict[str, tuple[Pseudo, ...]] = {}
for _row in PSEUDOS:
    if _row.mark != "<":
        PSEUDO_BY_NAME[_row.name] = (*PSEUDO_BY_NAME.get(_row.name, ()), _row)


def lookup_pseudo(name: str, xlen: int) -> tuple[Pseudo, ...]:
    """All forms of that name that can be assembled at that width; the caller picks by operands and extensions."""
    return tuple(p for p in PSEUDO_BY_NAME.get(name, ()) if xlen in p.xlens)


def template_operands(template: str, xlen: int) -> tuple[str, dict[str, Field | str | int]]:
    """A template as (base name, {field name of the base: Field, word (symbol, value, rt) or constant}).

    >>> template_operands("addi rd, rs1, 0", 64)
    ('addi', {'rd': <Field rd>, 'rs1': <Field rs1>, 'imm_i': 0})
    """
    name, _, text = template.partition(" ")
    values: dict[str, Field | str | int] = {}
    for operand, token in zip(lookup(name, xlen).operands, re.findall(r"%\w+\(\w+\)|[^\s,()]+", text), strict=True):
        if token in FIELDS:
            values[operand] = FIELDS[token]
        else:
            word = token in OPERAND_KINDS or not token.lstrip("-").isalnum()
            values[operand] = token if word else constant(FIELDS[operand], token)
    return name, values
