"""What the operators of an expression do: C's conversions, pointers that move by elements, floating point."""

from __future__ import annotations

from collections.abc import Callable

from emu.debug.operands import Operands
from emu.debug.source.types import Type
from emu.debug.tokens import Token, mistake
from emu.debug.typename import MOST, repeated
from emu.debug.value import Value, base_type, integer, make, make_float, pointer_to


class Arithmetic(Operands):
    """The part of the parser that computes."""

    def number(self, value: int) -> Value:
        """The int that a comparison is."""
        return integer(value, 32, True, self.scope.xlen)

    def result(self, value: int, bits: int, signed: bool) -> Value:
        """What arithmetic with whole numbers leaves; as wide as a register it is not given a type."""
        return integer(value, 32, signed, self.scope.xlen) if bits == 32 else make(value, bits, signed)

    def apply(self, operator: Token, left: Value, right: Value) -> Value:
        """One operation under C's usual arithmetic conversions (C11, 6.3.1.8)."""
        if operator.text == "@":
            return self.repeat(operator, left, right.number)
        if left.is_float or right.is_float:
            kind = max((each.type for each in (left, right) if each.is_float), key=lambda kind: kind.size)
            return self.apply_real(operator, left.real, right.real, kind)
        sign, bits = common(promoted(left), promoted(right))
        if operator.text in ("<<", ">>"):
            return self.shift(operator, left, right)
        a, b = (left.number, right.number) if sign else (make(v.number, bits, False).number for v in (left, right))
        if operator.text in COMPARE:
            return self.number(int(COMPARE[operator.text](a, b)))
        if operator.text in ("+", "-") and is_pointer(left) and not is_pointer(right):
            return self.move(left, b if operator.text == "+" else -b)
        if operator.text == "+" and is_pointer(right):
            return self.move(right, a)
        if operator.text == "-" and is_pointer(left):
            return make(_divide(left.number - right.number, (left.type.target or Type()).size or 1), self.scope.xlen)
        if operator.text in ("/", "%") and not b:
            if self.dry:
                return left
            raise mistake(self.text, operator.column, "division by zero")
        return self.result(ARITHMETIC[operator.text](a, b), bits, sign)

    def shift(self, operator: Token, left: Value, right: Value) -> Value:
        """<< and >>: of the type of what is shifted, whatever the count's (C11, 6.5.7)."""
        sign, bits = promoted(left)
        return self.result(shifted(operator.text, left.number, right.number, bits), bits, sign)

    def apply_real(self, operator: Token, a: float, b: float, kind: Type) -> Value:
        """The same with floating-point numbers of a type."""
        if operator.text in COMPARE:
            return self.number(int(COMPARE[operator.text](a, b)))
        if operator.text not in REAL:
            raise mistake(self.text, operator.column, f"{operator.text} takes whole numbers")
        if operator.text == "/" and not b:
            return make_float(float("nan") if not a or a != a else float("inf") if a > 0 else float("-inf"), kind)
        return make_float(REAL[operator.text](a, b), kind)

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


def promoted(value: Value) -> tuple[bool, int]:
    """(signed, bits) after C's integer promotion: what is narrower than an int is one."""
    return (value.signed, value.bits) if value.bits >= 32 else (True, 32)


def common(left: tuple[bool, int], right: tuple[bool, int]) -> tuple[bool, int]:
    """The type of both: the wider one; of two as wide the unsigned one."""
    if left[1] == right[1]:
        return left[0] and right[0], left[1]
    return max(left, right, key=lambda kind: kind[1])


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
