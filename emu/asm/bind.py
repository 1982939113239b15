"""Operands to values: each operand read as its slot wants it, by the kind of the slot's field."""

from __future__ import annotations

from emu.asm.encode import Columns, Values
from emu.asm.errors import Mistake
from emu.asm.explain import unknown_csr, wrong_base
from emu.asm.expressions import Names, parse_expression
from emu.asm.forms import Form, Slot
from emu.asm.nodes import Node
from emu.asm.operands import Operand
from emu.isa.csrs import CSR_BY_NAME
from emu.isa.formats import EncodeError, Field
from emu.isa.text import FLI, ROUNDING, fence_set, fli_constant


class Binder:
    """Reads operands at one width."""

    def __init__(self, xlen: int, names: Names) -> None:
        self.xlen, self.names = xlen, names

    def bind(self, form: Form, operands: list[Operand]) -> tuple[Values, Columns]:
        """(values, columns) by the words of the form's syntax."""
        values: Values = dict(form.fixed)
        columns: Columns = {}
        try:
            for slot, operand in zip(form.slots, operands, strict=False):
                self._operand(slot, operand, values, columns)
        except Mistake as mistake:
            mistake.hint = mistake.hint or f"write: {form.syntax}"
            raise
        return values, columns

    def _operand(self, slot: Slot, operand: Operand, values: Values, columns: Columns) -> None:
        columns[slot.word] = operand.column
        if slot.shape == "m":
            self._register(slot, slot.base, operand, values)
            columns[slot.base] = operand.column
            self._offset(slot, operand, values)
        elif slot.shape == "e":
            values[slot.word] = self._value(slot, operand)
        else:
            self._register(slot, slot.word, operand, values)

    def expression(self, operand: Operand) -> Node:
        """An operand that is an expression."""
        try:
            return parse_expression(operand.tokens, self.names)
        except Mistake as mistake:
            raise (wrong_base(operand) if operand.shape == "e" else None) or mistake from None

    def _register(self, slot: Slot, word: str, operand: Operand, values: Values) -> None:
        if slot.literal < 0:
            values[word] = operand.register
        elif operand.register != slot.literal:
            raise Mistake(f"this operand must be {word}", operand.column)

    def _offset(self, slot: Slot, operand: Operand, values: Values) -> None:
        offset = self.expression(operand) if operand.tokens else 0
        if slot.field is not None:
            values[slot.word] = self._narrow(slot.field, offset, operand.column)
        elif offset != 0:
            hint = "add it to the register before: addi t0, a1, 8"
            raise Mistake("no offset is possible here", operand.column, hint)

    def _value(self, slot: Slot, operand: Operand) -> Node:
        field = slot.field
        word = operand.tokens[0].value if len(operand.tokens) == 1 else None
        if field is None:
            return self.expression(operand)
        if field.kind == "csr":
            return self._csr(word, operand)
        if field.kind == "fli":
            return _fli(operand)
        if field.kind in ("rm", "fence"):
            return _named(field, word, operand)
        return self._narrow(field, self.expression(operand), operand.column)

    def _narrow(self, field: Field, value: Node, column: int) -> Node:
        """The field's value of a written number; on RV32 0xfffff800 is as good as -2048."""
        if type(value) is not int:
            return value
        if self.xlen == 32 and field.signed and 1 << 31 <= value < 1 << 32 and not field.shift:
            value -= 1 << 32
        try:
            return field.from_written(value)
        except EncodeError as error:
            raise Mistake(str(error), column) from None

    def _csr(self, word: object, operand: Operand) -> Node:
        if csr := CSR_BY_NAME.get(word):
            if self.xlen not in csr.xlens:
                raise Mistake(f"{word} exists only on RV{csr.xlens[0]}", operand.column)
            return csr.number
        node = self.expression(operand)
        if type(node) is int:
            return node
        if word:
            raise unknown_csr(str(word), operand.column)
        raise Mistake("expected a control register", operand.column)


def _fli(operand: Operand) -> int:
    """The number of a constant that fli can load."""
    text = "".join(str(token.value) for token in operand.tokens)
    number = fli_constant(text.lower())
    if number is None:
        raise Mistake(f"fli cannot load {text}", operand.column, f"one of {', '.join(FLI)}")
    return number


def _named(field: Field, word: object, operand: Operand) -> int:
    """A rounding mode or a set of accesses."""
    if field.kind == "rm":
        if word not in ROUNDING:
            raise Mistake("expected a rounding mode", operand.column, f"one of {', '.join(ROUNDING)}")
        return ROUNDING[word]
    value = fence_set(str(word))
    if value is None:
        raise Mistake("expected a set of accesses", operand.column, "some of the letters iorw in that order, as rw")
    return value
