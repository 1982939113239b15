"""Numeric decode tables for jitted code, derived from the ISA table's rows.

A row says: these bits must match, those values are reserved, this is the operation, and each of rd, rs1, rs2, imm is
a constant plus bit segments of the instruction, perhaps sign-extended. Compressed rows give their base instruction's
operation.
"""

from __future__ import annotations

from emu.isa.formats import Field
from emu.isa.insns import INSNS, Insn, base_operands
from emu.machine import float_table, ops
from emu.machine.state import FLOATS

ROLES = ("rd", "rs1", "rs2", "imm")
IMM = ROLES.index("imm")
THIRD = 2  # bit of `reads`: the third source register, in the immediate
SAME_AS = {"FENCE_TSO": "FENCE"}  # a weaker fence: everything is in order here
LATENCY = {
    "mul": ["MUL", "MULW", "MULH", "MULHSU", "MULHU", "MULH32", "MULHSU32", "MULHU32"],
    "div": ["DIV", "DIVU", "REM", "REMU", "DIVW", "DIVUW", "REMW", "REMUW"],
}


def operation(insn: Insn, xlen: int) -> int:
    """The operation number of a row at a width; ILLEGAL for what this machine does not implement."""
    base, _ = base_operands(insn)
    name = base.upper().replace(".", "_")
    name = SAME_AS.get(name, name)
    floating = float_table.operation(base)
    name = floating or name
    if insn.length == 2 and f"C_{name}" in ops.OPS:
        name = f"C_{name}"
    if xlen == 32 and not floating:
        name = ops.RV32_AS.get(name, name)
    return ops.OPS.get(name, ops.ILLEGAL)


def operand_slots(insn: Insn) -> dict[str, Field | int]:
    """What goes into the record's rd, rs1, rs2 and imm: a CSR's number takes imm, and then its immediate takes rs1."""
    roles = dict(base_operands(insn)[1])
    if "csr" in roles:
        if "imm" in roles:
            roles["rs1"] = roles["imm"]
        roles["imm"] = roles["csr"]
    return {role: roles[role] for role in ROLES if role in roles}


def bucket_of(word: int) -> int:
    """Rows are sorted by opcode and funct3 (32-bit) or quadrant and funct3 (16-bit)."""
    if word & 3 == 3:
        return (word >> 2 & 31) << 3 | (word >> 12 & 7)
    return (word & 3) << 3 | (word >> 13 & 7)


def _buckets_of(insn: Insn) -> list[int]:
    """All buckets that words of this row can fall into."""
    free = [bit for bit in ((12, 13, 14) if insn.length == 4 else (13, 14, 15)) if not insn.mask >> bit & 1]
    words = [insn.match]
    for bit in free:
        words += [w | 1 << bit for w in words]
    return sorted({bucket_of(w) for w in words})


def _fill_operand(row, k: int, value: Field | int) -> None:
    if isinstance(value, int):
        row.const[k] = value
        return
    row.const[k] = value.bias + (FLOATS if value.kind == "freg" else 0)
    row.sign[k] = value.width if value.signed else 0
    row.count[k] = len(value.segments)
    for s, (hi, lo, to) in enumerate(value.segments):
        row.seg[k, s] = lo, (1 << (hi - lo + 1)) - 1, to


def _rejects(insn: Insn) -> list[tuple[int, int]]:
    """(bits, pattern) of the reserved operand values."""
    return [(f.bits, f.insert(v)) for f in insn.fields for v in f.exclude]


def _fill_row(row, insn: Insn, xlen: int, latencies: dict[str, int]) -> None:
    row.match, row.mask = insn.match, insn.mask
    row.op = operation(insn, xlen)
    row.length = insn.length
    row.latency = next((latencies[kind] for kind, names in LATENCY.items() if ops.NAMES[row.op] in names), 0)
    for k, (bits, pattern) in enumerate(_rejects(insn)):
        row.reject[k] = bits, pattern
    slots = operand_slots(insn)
    row.reads = sum(1 << k for k, role in enumerate(ROLES[1:3]) if role in slots and _is_register(slots[role]))
    for k, role in enumerate(ROLES):
        if role in slots:
            _fill_operand(row, k, slots[role])
    if "imm" not in slots:
        _fill_float(row, insn)


def _is_register(value: Field | int) -> bool:
    return isinstance(value, int) or value.kind in ("xreg", "freg")


def _fill_float(row, insn: Insn) -> None:
    """The immediate of a floating-point record: see float_table."""
    row.const[IMM] = float_table.immediate(insn.name)
    for s, (field, to) in enumerate(float_table.segments(insn)):
        hi, lo, _ = field.segments[0]
        row.seg[IMM, s] = lo, (1 << (hi - lo + 1)) - 1, to
        row.count[IMM] = s + 1
        if field.role == "rs3":
            row.const[IMM] += FLOATS << to
            row.reads |= 1 << THIRD


def fill(machine, xlen: int, latencies: dict[str, int]) -> None:
    """Write the tables of a width into the machine's state; `latencies`: extra cycles of 'mul' and 'div'."""
    rows = sorted((i for i in INSNS if xlen in i.xlens), key=lambda i: -i.mask.bit_count())
    for number, insn in enumerate(rows):
        _fill_row(machine.row[number], insn, xlen, latencies)
    placed = [(4 - insn.length, bucket, number) for number, insn in enumerate(rows) for bucket in _buckets_of(insn)]
    listed = 0
    for kind, length in enumerate((4, 2)):
        for bucket in range(256):
            machine.bucket[kind, bucket] = listed
            for number in (n for k, b, n in placed if b == bucket and 4 - k == length):
                machine.bucket_row[listed] = number
                listed += 1
        machine.bucket[kind, 256] = listed
