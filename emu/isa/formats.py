"""Operand fields: which instruction bits make up a register number, an immediate, a CSR number …

RISC-V Unprivileged, "Immediate Encoding Variants"; "Compressed Instruction Formats".

A field's value is put together from segments: `hi:lo>to` moves instruction bits hi..lo to value bits from `to` up. A
signed value is then sign-extended from its top bit, and `bias` is added (compressed registers x8..x15 have bias 8).
`lui a0, 1` writes its immediate divided by 4096: that is `shift`; the field's *value* is the architectural one, 4096.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class EncodeError(ValueError):
    """An operand that does not fit its field; the message is a reason fit for the user, without a place."""


class Field(NamedTuple):
    """One operand: its name, the base instruction's slot it fills (`role`), its kind, bits and limits.

    kind: xreg freg imm (a number) shamt pcrel (an offset from pc) upper (written >> 12) csr rm fence order (aq, rl)
    fli (a constant of Zfa) ignored (bits that hardware must not look at).
    """

    name: str
    role: str
    kind: str
    label: str
    segments: tuple[tuple[int, int, int], ...]
    signed: bool
    bias: int
    shift: int
    exclude: tuple[int, ...]
    default: int | None
    sample: str
    width: int
    scale: int
    minimum: int
    maximum: int

    def __repr__(self) -> str:
        return f"<Field {self.name}>"

    @property
    def bits(self) -> int:
        """The mask of instruction bits that belong to this field."""
        return sum(((1 << (hi - lo + 1)) - 1) << lo for hi, lo, _ in self.segments)

    def extract(self, word: int) -> int:
        """The operand's value in an instruction word."""
        value = 0
        for hi, lo, to in self.segments:
            value |= (word >> lo & ((1 << (hi - lo + 1)) - 1)) << to
        if self.signed and value >> (self.width - 1):
            value -= 1 << self.width
        return value + self.bias

    def insert(self, value: int) -> int:
        """The instruction bits for a value, unchecked: bits that do not fit are dropped."""
        value -= self.bias
        word = 0
        for hi, lo, to in self.segments:
            word |= (value >> to & ((1 << (hi - lo + 1)) - 1)) << lo
        return word

    def allows(self, value: int) -> bool:
        """Whether the value can be encoded exactly."""
        return self.minimum <= value <= self.maximum and value % self.scale == 0 and value not in self.exclude

    def check(self, value: int) -> None:
        """Raises EncodeError with the reason if the value cannot be encoded."""
        if not self.allows(value):
            raise EncodeError(_reason(self, value))

    def from_written(self, number: int) -> int:
        """The value of a number as it stands in assembly text: `lui a0, 0xfffff` -> -4096, others unchanged."""
        if not self.shift:
            return number
        if not 0 <= number < 1 << 20:
            raise EncodeError(f"immediate {number} out of range 0..{(1 << 20) - 1}")
        return ((number ^ 1 << 19) - (1 << 19)) << self.shift

    def to_written(self, value: int) -> int:
        """The number that assembly text shows for a value; the inverse of from_written."""
        return value >> self.shift & 0xFFFFF if self.shift else value


_NOUNS = {
    "xreg": "register x",
    "freg": "register f",
    "pcrel": "offset ",
    "shamt": "shift amount ",
    "csr": "CSR number ",
}


def _reason(field: Field, value: int) -> str:
    noun = _NOUNS.get(field.kind, "immediate ")
    shown, low, high = (n >> field.shift for n in (value, field.minimum, field.maximum))
    if value % field.scale and not field.shift:
        return f"{noun}{value} must be a multiple of {field.scale}"
    if value in field.exclude:
        return f"{noun}{shown} is not allowed here"
    return f"{noun}{shown} out of range {low}..{high}"


# One row a field: name, role, kind, a sample for examples, segments, flags: s signed, z may not be 0, !n may not be n,
# =n is n when not written, +n bias, >>n shift.
_TABLE = """
rd            rd   xreg    a0      11:7
rs1           rs1  xreg    a1      19:15
rs2           rs2  xreg    a2      24:20
frd           rd   freg    fa0     11:7
frs1          rs1  freg    fa1     19:15
frs2          rs2  freg    fa2     24:20
frs3          rs3  freg    fa3     31:27
imm_i         imm  imm     16      31:20                       s
imm_s         imm  imm     16      31:25>5,11:7                s
imm_b         imm  pcrel   .+16    31:31>12,30:25>5,11:8>1,7:7>11   s
imm_u         imm  upper   0x12345 31:12>12                    s >>12
imm_j         imm  pcrel   .+16    31:31>20,30:21>1,20:20>11,19:12>12   s
shamt5        imm  shamt   3       24:20
shamt6        imm  shamt   3       25:20
csr           csr  csr     sscratch 31:20
zimm          imm  imm     5       19:15
pred          pred fence   rw      27:24
succ          succ fence   w       23:20
fm            fm   ignored 0       31:28                       =0
rd_ignored    rd   ignored 0       11:7                        =0
rs1_ignored   rs1  ignored 0       19:15                       =0
imm_ignored   imm  ignored 0       31:20                       =0
aq            aq   order   1       26:26                       =0
rl            rl   order   1       25:25                       =0
rm            rm   rm      rtz     14:12                       !5 !6 =7
rm_exact      rm   rm      rne     14:12                       !5 !6 =0
rm_towards    rm   rm      rtz     14:12                       !0 !2 !3 !4 !5 !6 !7 =1
fli           rs1  fli     0.25    19:15
rd_n0         rd   xreg    a0      11:7                        z
rd_n2         rd   xreg    a0      11:7                        !2
rs1_n0        rs1  xreg    a1      11:7                        z
rs2_n0        rs2  xreg    a1      6:2                         z
rs2_c         rs2  xreg    a0      6:2
frs2_c        rs2  freg    fa0     6:2
rd_p          rd   xreg    a0      4:2                         +8
rs1_p         rs1  xreg    a1      9:7                         +8
rds1_p        rd   xreg    a0      9:7                         +8
rs2_p         rs2  xreg    a2      4:2                         +8
frd_p         rd   freg    fa0     4:2                         +8
frs2_p        rs2  freg    fa2     4:2                         +8
c_imm6        imm  imm     -1      12:12>5,6:2                 s
c_hint6       imm  imm     1       12:12>5,6:2                 s =0
c_lui         imm  upper   1       12:12>17,6:2>12             s z >>12
c_addi16sp    imm  imm     -64     12:12>9,6:6>4,5:5>6,4:3>7,2:2>5   s z
c_addi4spn    imm  imm     16      12:11>4,10:7>6,6:6>2,5:5>3  z
c_shamt5      imm  shamt   3       6:2
c_shamt6      imm  shamt   3       12:12>5,6:2
c_lw          imm  imm     4       12:10>3,6:6>2,5:5>6
c_ld          imm  imm     8       12:10>3,6:5>6
c_lwsp        imm  imm     4       12:12>5,6:4>2,3:2>6
c_ldsp        imm  imm     8       12:12>5,6:5>3,4:2>6
c_swsp        imm  imm     4       12:9>2,8:7>6
c_sdsp        imm  imm     8       12:10>3,9:7>6
c_j           imm  pcrel   .+16    12:12>11,11:11>4,10:9>8,8:8>10,7:7>6,6:6>7,5:3>1,2:2>5   s
c_b           imm  pcrel   .+16    12:12>8,11:10>3,6:5>6,4:3>1,2:2>5   s
"""

_LABELS = {
    "fli": "constant",
    "zimm": "uimm",
    "shamt5": "shamt",
    "shamt6": "shamt",
    "c_shamt5": "shamt",
    "c_shamt6": "shamt",
}


def _label(name: str, role: str, signed: bool) -> str:
    """How the manual writes it: imm and uimm for all immediates, rd' for compressed registers."""
    if name in _LABELS:
        return _LABELS[name]
    if role == "imm":
        return "imm" if signed else "uimm"
    prefix = "f" if name.startswith("f") and role[0] == "r" and role != "rm" else ""
    return prefix + role + ("'" if name.endswith("_p") else "")


def _segment(text: str) -> tuple[int, int, int]:
    bits, _, to = text.partition(">")
    hi, lo = bits.split(":")
    return int(hi), int(lo), int(to or 0)


def _field(row: str) -> Field:
    name, role, kind, sample, segments_text, *flags = row.split()
    segments = tuple(map(_segment, segments_text.split(",")))
    signed = "s" in flags
    number = {f[:1]: int(f[1:]) for f in flags if f[0] in "+="}
    bias = number.get("+", 0)
    width = max(to + hi - lo + 1 for hi, lo, to in segments)
    scale = 1 << min(to for _, _, to in segments)
    minimum = -(1 << (width - 1)) if signed else 0
    return Field(
        name=name,
        role=role,
        kind=kind,
        label=_label(name, role, signed),
        segments=segments,
        signed=signed,
        bias=bias,
        shift=12 if ">>12" in flags else 0,
        exclude=tuple(int(f[1:]) for f in flags if f[0] == "!") + ((0,) if "z" in flags else ()),
        default=number.get("="),
        sample=sample,
        width=width,
        scale=scale,
        minimum=minimum + bias,
        maximum=minimum + (1 << width) - scale + bias,
    )


FIELDS: dict[str, Field] = {f.name: f for f in map(_field, _TABLE.strip().splitlines())}

_WORD = re.compile(r"[a-z_][a-z_0-9]*")


def fields_in(text: str) -> tuple[str, ...]:
    """The field names that stand in a syntax string, in order."""
    return tuple(word for word in _WORD.findall(text) if word in FIELDS)


def replace_fields(text: str, shown: Callable[[Field], str]) -> str:
    """The text with every field name replaced: `rd, imm_i(rs1)` -> `a0, 16(a1)`."""
    return _WORD.sub(lambda found: shown(FIELDS[found[0]]) if found[0] in FIELDS else found[0], text)


def readable(syntax: str) -> str:
    """A syntax string as the manual writes it: `rd, imm_i(rs1)` -> `rd, imm(rs1)`."""
    return replace_fields(syntax, lambda field: field.label)
