"""Instructions with operand values to bytes, fixups and Branch fragments in the current section.

Values are ints or expression nodes, by field name of a row of `emu.isa.insns`. Whatever has a compressed form takes it
when `.option rvc` is on and nothing about it is symbolic but the target of a jump.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from emu.asm.compress import compress
from emu.asm.elastic import Branch
from emu.asm.errors import Mistake
from emu.asm.explain import does_not_fit
from emu.asm.fragments import Fixup
from emu.asm.nodes import Modifier, Node, Symbol
from emu.asm.options import Options
from emu.asm.relocations import MODIFIERS, PLAIN
from emu.asm.sections import Section
from emu.asm.source import Line
from emu.errors import did_you_mean
from emu.isa.formats import EncodeError, Field
from emu.isa.insns import Insn, base_operands, encode, lookup

INVERSE = {"beq": "bne", "bne": "beq", "blt": "bge", "bge": "blt", "bltu": "bgeu", "bgeu": "bltu"}
Values = dict[str, "int | Node"]
Columns = dict[str, int]


class JumpForm(NamedTuple):
    """One length of a jump: its code, the fixup's place and kind, and the distances from its start it can reach."""

    code: bytes
    at: int
    kind: str
    minimum: int
    maximum: int

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.code)


class Host(Protocol):
    """What the encoder needs of the assembler."""

    xlen: int
    options: Options
    section: Section
    line: Line


class Encoder:
    """Appends instructions to the host's current section."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._codes: dict[tuple, bytes] = {}
        self._jumps: dict[tuple, list[JumpForm]] = {}

    def emit(self, insn: Insn, values: Values, columns: Columns, compressible: bool = True) -> None:
        """Appends one instruction; Mistake if an operand does not fit."""
        operands = [values.get(f.name, f.default) for f in insn.fields]
        for field, value in zip(insn.fields, operands, strict=True):
            if type(value) is not int:
                return self._symbolic(insn, values, columns, field, value)
        key = (insn.name, compressible and self.host.options.rvc, *operands)
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = self.code(insn, values, key[1], columns)
        self.append(code)
        return None

    def code(self, insn: Insn, values: dict[str, int], rvc: bool, columns: Columns | None = None) -> bytes:
        """The bytes of an instruction, compressed if `rvc` and possible; Mistake if an operand does not fit."""
        try:
            word = encode(insn, values)
        except EncodeError as error:
            raise self._blame(insn, values, columns or {}, error) from None
        if rvc and insn.length == 4 and (small := compress(insn, values, self.host.xlen)):
            return encode(*small).to_bytes(2, "little")
        return word.to_bytes(insn.length, "little")

    def append(self, code: bytes) -> None:
        """Appends finished code."""
        section = self.host.section
        section.total += len(code)
        data = section.data(self.host.line).data
        data += code

    def _blame(self, insn: Insn, values: Values, columns: Columns, error: EncodeError) -> Mistake:
        """The Mistake at the operand that does not fit."""
        for field in insn.fields:
            try:
                field.check(values.get(field.name, field.default))
            except EncodeError as reason:
                hint = does_not_fit(insn, field, values.get(field.name, field.default))
                return Mistake(f"{insn.name}: {reason}", columns.get(field.name), hint)
        return Mistake(f"{insn.name}: {error}")

    def _symbolic(self, insn: Insn, values: Values, columns: Columns, field: Field, node: Node) -> None:
        column = columns.get(field.name, 0)
        if field.kind == "pcrel" and type(node) is not Modifier:
            if insn.length == 2:
                return self._jump(*self._widened(insn, values), node, column, short=True)
            return self._jump(insn, values, node, column, short=type(node) is Symbol)
        kind, node = self._kind(field, node, column)
        plain = {**values, field.name: field.bias}
        word = insn.match
        for other in insn.fields:
            value = plain.get(other.name, other.default)
            if type(value) is not int:
                raise Mistake("two symbolic operands in one instruction", column)
            word |= other.insert(value)
        self._append_fixed(word.to_bytes(insn.length, "little"), kind, node, column)
        return None

    def _kind(self, field: Field, node: Node, column: int) -> tuple[str, Node]:
        """The relocation that the operand asks for, and the expression inside its modifier."""
        if type(node) is not Modifier:
            return "FIELD_" + field.name, node
        if node.name not in MODIFIERS:
            hint = did_you_mean("%" + node.name, ["%" + name for name in MODIFIERS])
            raise Mistake(f"unknown modifier %{node.name}", node.column, hint)
        kind = MODIFIERS[node.name].get(field.name)
        if kind is None:
            fitting = " or ".join(f"%{name}" for name, fields in MODIFIERS.items() if field.name in fields)
            raise Mistake(f"%{node.name} does not fit this operand", column, f"here: {fitting}" if fitting else "")
        return kind, node.a

    def _append_fixed(self, code: bytes, kind: str, node: Node, column: int) -> None:
        data = self.host.section.data(self.host.line)
        data.fixups.append(Fixup(len(data.data), kind, node, self.host.line, column))
        self.append(code)

    def _widened(self, insn: Insn, values: Values) -> tuple[Insn, Values]:
        """A compressed jump as its base instruction; relaxation makes it short again if it can."""
        name, roles = base_operands(insn)
        base = lookup(name, self.host.xlen)
        wide = {r: values[v.name] if isinstance(v, Field) else v for r, v in roles.items()}
        return base, {f.name: wide.get(f.role, f.default) for f in base.fields}

    def _jump(self, insn: Insn, values: Values, node: Node, column: int, short: bool) -> None:
        """A jump to a label; one to a label plus an offset is not compressed unless asked for, as clang has it."""
        key = (insn.name, short and self.host.options.rvc, *[v for v in values.values() if type(v) is int])
        forms = self._jumps.get(key)
        if forms is None:
            forms = self._jumps[key] = self._forms(insn, values, key[1])
        if len(forms) == 1:
            return self._append_fixed(forms[0].code, forms[0].kind, node, column)
        section = self.host.section
        section.total += forms[-1].size
        section.add(Branch(section, self.host.line, tuple(forms), node, column))
        return None

    def _forms(self, insn: Insn, values: Values, short: bool) -> list[JumpForm]:
        """The lengths of a jump, shortest first: compressed, plain, and for branches the inverse over a jal."""
        xlen, rvc = self.host.xlen, self.host.options.rvc
        target = next(f for f in insn.fields if f.kind == "pcrel")
        zero = {**values, target.name: 0}
        found = []
        if short and (small := compress(insn, zero, xlen)):
            found.append(_jump_form(*small, b""))
            insn, zero = self._widened(*small)  # as clang grows it: beq zero, a0 was c.beqz a0 and is beq a0, zero
        found.append(_jump_form(insn, zero, b""))
        if insn.name in INVERSE:
            found.append(self._long(lookup(INVERSE[insn.name], xlen), zero, target, rvc))
        return found

    def _long(self, inverse: Insn, values: Values, target: Field, rvc: bool) -> JumpForm:
        small = compress(inverse, {**values, target.name: 6}, self.host.xlen) if rvc else None
        chosen = small or (inverse, {**values, target.name: 8})
        skip = encode(*chosen).to_bytes(chosen[0].length, "little")
        return _jump_form(lookup("jal", self.host.xlen), {"rd": 0, "imm_j": 0}, skip)


def _jump_form(insn: Insn, values: dict[str, int], before: bytes) -> JumpForm:
    field = next(f for f in insn.fields if f.kind == "pcrel")
    code = before + encode(insn, values).to_bytes(insn.length, "little")
    at = len(before)
    return JumpForm(code, at, PLAIN[field.name], field.minimum + at, field.maximum + at)
