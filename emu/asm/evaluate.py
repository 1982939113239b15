"""Expression trees to values: a number, a symbol plus a number, or a difference of two symbols plus a number.

`distance(a, b)` of the caller says how far label a lies after label b, or None while that is not known: at parse time
only within pieces of fixed size, later under the layout of the moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from emu.asm.errors import Mistake
from emu.asm.limits import MAX_EXPRESSION_DEPTH
from emu.asm.nodes import BINARY, UNARY, Binary, Modifier, Node, Symbol, Unary, apply_binary, wrap
from emu.asm.symbols import Entry, SymbolTable, shown_name

EQUALITIES = "==", "!=", "<>"
Distance = Callable[[Entry, Entry], "int | None"]


class Value(NamedTuple):
    """add - sub + constant."""

    constant: int
    add: Entry | None = None
    sub: Entry | None = None

    @property
    def is_absolute(self) -> bool:
        """Whether it is just a number."""
        return self.add is None and self.sub is None


class Evaluator:
    """Evaluates under one notion of distance."""

    def __init__(self, symbols: SymbolTable, distance: Distance) -> None:
        self.symbols, self.distance, self._depth = symbols, distance, 0
        self._known: dict[Entry, Value] = {}  # of symbols, within one call of `value`
        self._now = False

    def value(self, node: Node) -> Value:
        """The value; Mistake if the expression means nothing (two addresses added, a loop of .set, …)."""
        self._known.clear()
        self._depth = 0
        return self._value(node)

    def value_now(self, node: Node) -> Value:
        """The value where it is wanted at once, as by .if: a label that comes later equals no other. As GNU as."""
        self._now = True
        try:
            return self.value(node)
        finally:
            self._now = False

    def _value(self, node: Node) -> Value:
        if type(node) is int:
            return Value(node)
        if type(node) is Modifier:
            raise Mistake(f"%{node.name} is not allowed here", node.column)
        self._depth += 1
        if self._depth > 2 * MAX_EXPRESSION_DEPTH:
            raise Mistake("expression nested too deep, or too long a chain of symbols")
        result = {Symbol: self._symbol, Unary: self._unary, Binary: self._spine}[type(node)](node)
        self._depth -= 1
        return result

    def known(self, node: Node) -> int | None:
        """The value if it is just a number by now, else None; what is wrong with it is told after layout."""
        if type(node) is int:
            return node
        try:
            value = self.value(node)
        except Mistake:
            return None
        return value.constant if value.is_absolute else None

    def _symbol(self, node: Symbol) -> Value:
        entry = node.entry
        if entry.value is None or entry.fragment is not None:
            return Value(0, entry)
        if entry in self._known:
            return self._known[entry]
        if entry.busy:
            raise Mistake(f"the value of {shown_name(entry.name)!r} depends on itself", max(node.column, 0))
        entry.busy = True
        try:
            value = self._known[entry] = self._value(entry.value)
        finally:
            entry.busy = False
        return value

    def _unary(self, node: Unary) -> Value:
        a = self._value(node.a)
        if a.is_absolute:
            return Value(wrap(UNARY[node.op](a.constant)))
        if node.op == "-":
            return Value(wrap(-a.constant), a.sub, a.add)
        raise Mistake(f"{node.op} needs a number, and this is an address", node.column)

    def _spine(self, node: Node) -> Value:
        """Binary operators; the left side, which may be very deep, by a loop."""
        stack = []
        while type(node) is Binary:
            stack.append(node)
            node = node.a
        left = self._value(node)
        for part in reversed(stack):
            left = self._binary(part, left, self._value(part.b))
        return left

    def _binary(self, node: Binary, a: Value, b: Value) -> Value:
        if a.is_absolute and b.is_absolute:
            return Value(apply_binary(node.op, a.constant, b.constant, node.column))
        if node.op == "+":
            return self._sum(a, b, node.column)
        difference = self._sum(a, Value(wrap(-b.constant), b.sub, b.add), node.column)
        if node.op == "-":
            return difference
        if BINARY[node.op][0] == 3 and difference.is_absolute:
            return Value(BINARY[node.op][1](difference.constant, 0))
        if self._now and node.op in EQUALITIES and any(e and not e.is_defined for e in (*a[1:], *b[1:])):
            return Value(BINARY[node.op][1](0, 1))
        raise Mistake(f"{node.op} needs numbers, and this is an address", node.column)

    def _sum(self, a: Value, b: Value, column: int) -> Value:
        constant = a.constant + b.constant
        adds, subs = [e for e in (a.add, b.add) if e], [e for e in (a.sub, b.sub) if e]
        for add in list(adds):
            for sub in subs:
                apart = 0 if add is sub else self.distance(add, sub)
                if apart is not None:
                    constant += apart
                    adds.remove(add)
                    subs.remove(sub)
                    break
        if len(adds) > 1 or len(subs) > 1:
            raise Mistake("the sum of two addresses means nothing", column)
        return Value(wrap(constant), adds[0] if adds else None, subs[0] if subs else None)
