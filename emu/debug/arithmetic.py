"""What the operators of an expression do: C's conversions, pointers that move by elements, floating point."""

from __future__ import annotations

from collections.abc import Callable

from emu.debug.operands import Operands
from emu.debug.source.types import Type
from emu.debug.tokens import Token, mistake
from emu.debug.typename import MOST, repeated
from emu.debug.value import Value, base_type, make, make_float, pointer_to


class Arithmetic(Operands):
    """The part of the parser that computes."""

    def number(self, value: int, signed: bool = True) -> Value:
        """A plain number, as wide as a register."""
        return make(value, self.scope.xlen, signed)

    def apply(self, operator: Token, left: Value, right: Value) -> Value:
        """One operation under C's conversions: floating point if either is; the wider type, unsigned if either is."""
        if operator.text == "@":
            return self.repeat(operator, left, right.number)
        if left.is_float or right.is_float:
            return self.apply_real(operator, left.real, right.real)
        sign, bits = left.signed and right.signed, max(left.bits, right.bits, self.scope.xlen)
        a, b = (left.number, right.number) if sign else (make(v.number, bits, False).number for v in (left, right))
        if operator.text in COMPARE:
            return self.number(int(COMPARE[operator.text](a, b)))
        if operator.text in ("+", "-") and is_pointer(left) and not is_pointer(right):
            return self.move(left, b if operator.text == "+" else -b)
        if operator.text == "+" and is_pointer(right):
            return self.move(right, a)
        if operator.text == "-" and is_pointer(left):
            return self.number(_divide(left.number - right.number, (left.type.target or Type()).size or 1))
        if operator.text in ("/", "%") and not b:
            if self.dry:
                return left
            raise mistake(self.text, operator.column, "division by zero")
        if operator.text in ("<<", ">>"):
            return make(shifted(operator.text, a, b, bits), bits, sign)
        return make(ARITHMETIC[operator.text](a, b), bits, sign)

    def apply_real(self, operator: Token, a: float, b: float) -> Value:
        """The same with floating-point numbers."""
        if operator.text in COMPARE:
            return self.number(int(COMPARE[operator.text](a, b)))
        if operator.text not in REAL:
            raise mistake(self.text, operator.column, f"{operator.text} takes whole numbers")
        if operator.text == "/" and not b:
            return make_float(float("nan") if not a or a != a else float("inf") if a > 0 else float("-inf"))
        return make_float(REAL[operator.text](a, b))

    def repeat(self, operator: Token, value: Value, count: int) -> Value:
        """value@count: an array that begins with it."""
        if value.address is None or value.field is not None:
            raise mistake(self.text, operator.column, "only what is in memory can be repeated with @", "*pointer@4")
        kind = value.type or base_type("ulong", self.scope.xlen)
        if not 0 < count <= MOST:
            raise mistake(self.text, operator.column, f"an array of {count} elements", f"from 1 to {MOST}")
        return make(value.address, self.scope.xlen, False, address=value.address, type=repeated(kind, count))

    def move(self, pointer: Value, count: int) -> Value:
        """A pointer (or array) moved by elements."""
        target = pointer.type.target or Type()
        kind = pointer.type if pointer.type.kind == "pointer" else pointer_to(target, self.scope.xlen)
        return make(pointer.number + count * (target.size or 1), self.scope.xlen, False, type=kind)


def is_pointer(value: Value) -> bool:
    """Whether arithmetic with it counts elements."""
    return value.type is not None and value.type.kind in ("pointer", "array")


def shifted(operator: str, number: int, count: int, bits: int) -> int:
    """A shift; where C does not say what it does, what gdb says: beyond the width only signs stay."""
    if 0 <= count < bits:
        return number << count if operator == "<<" else number >> count
    return -1 if operator == ">>" and number < 0 else 0


def _divide(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
}  # fmt: skip
REAL: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
}  # fmt: skip
ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "/": _divide, "%": lambda a, b: a - b * _divide(a, b),
    "&": lambda a, b: a & b, "|": lambda a, b: a | b, "^": lambda a, b: a ^ b,
}  # fmt: skip
