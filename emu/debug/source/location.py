"""DWARF expressions: where a variable is (DWARF 5, 2.5 and 2.6), as far as compilers of plain C use them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

LONGEST = 200  # operations of one expression, bytes of one value in pieces
WORD = 4


class Where(NamedTuple):
    """kind memory: at address `at`; register: in register number `at`; value: `at` itself, stored nowhere."""

    kind: str
    at: int


class Context(NamedTuple):
    """What an expression may ask for."""

    registers: Mapping[int, int]
    load: Callable[[int], int | None]
    frame_base: Callable[[], int | None]
    cfa: Callable[[], int | None]
    bias: int
    mask: int


def evaluate(operations: list[Any], context: Context) -> Where | None:
    """Where an expression leads; None when it uses what is not known. `operations` are pyelftools' DWARFExprOp."""
    stack: list[int] = []
    found: Where | None = None
    pieces = Pieces(context)
    for operation in operations[:LONGEST]:
        name, args = operation.op_name.removeprefix("DW_OP_"), operation.args
        if name == "piece":
            found = found or (Where("memory", stack[-1] & context.mask) if stack else None)
            if found is None or not pieces.add(found, args[0]):
                return None
            stack, found = [], None
        elif name.startswith("reg") and name != "regval_type":
            found = Where("register", args[0] if name == "regx" else int(name[3:]))
        elif name == "implicit_value":
            found = Where("value", int.from_bytes(bytes(args[0]), "little"))
        elif name == "stack_value":
            found = Where("value", stack[-1] & context.mask) if stack else None
        elif not _step(name, args, stack, context):
            return None
    if pieces.bits:
        return Where("value", pieces.number)
    return found or (Where("memory", stack[-1] & context.mask) if stack else None)


class Pieces:
    """A value that lies in several places: a structure in two registers."""

    def __init__(self, context: Context) -> None:
        self.context, self.number, self.bits = context, 0, 0

    def add(self, where: Where, size: int) -> bool:
        """The next so many bytes; False if they can't be had."""
        context, part = self.context, None
        if where.kind == "memory":
            words = [context.load(where.at + k) for k in range(0, min(size, LONGEST), WORD)]
            known = [word for word in words if word is not None]
            part = sum((word & 0xFFFFFFFF) << 8 * WORD * k for k, word in enumerate(known))
            part = part if len(known) == len(words) else None
        else:
            part = context.registers.get(where.at) if where.kind == "register" else where.at
        if part is None or self.bits > 8 * LONGEST:
            return False
        self.number |= (part & (1 << 8 * size) - 1) << self.bits
        self.bits += 8 * size
        return True


def _step(name: str, args: list[int], stack: list[int], context: Context) -> bool:
    """One operation; False if it can't be done."""
    value = _push(name, args, context)
    if value is not None:
        stack.append(value)
        return True
    if name == "plus_uconst" and stack:
        stack[-1] += args[0]
    elif name == "deref" and stack:
        loaded = context.load(stack.pop() & context.mask)
        if loaded is None:
            return False
        stack.append(loaded)
    elif name in BINARY and len(stack) > 1:
        right = stack.pop()
        stack.append(BINARY[name](stack.pop(), right) & context.mask)
    elif name in ("dup", "over") and len(stack) > (name == "over"):
        stack.append(stack[-1 - (name == "over")])
    elif name == "swap" and len(stack) > 1:
        stack[-2:] = stack[:-3:-1]
    elif name in UNARY and stack:
        stack[-1] = UNARY[name](stack[-1]) & context.mask
    else:
        return False
    return True


def _push(name: str, args: list[int], context: Context) -> int | None:
    """The value that an operation without operands on the stack pushes."""
    if name == "addr":
        return args[0] + context.bias
    if name == "fbreg":
        base = context.frame_base()
        return None if base is None else base + args[0]
    if name == "call_frame_cfa":
        return context.cfa()
    if name.startswith("breg") and name[4:].isdigit():
        base = context.registers.get(int(name[4:]))
        return None if base is None else base + args[0]
    if name.startswith("lit") and name[3:].isdigit():
        return int(name[3:])
    if name.startswith("const") and args:
        return args[0]
    return None


BINARY: dict[str, Callable[[int, int], int]] = {
    "plus": lambda a, b: a + b,
    "minus": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "shl": lambda a, b: a << min(b, 64) if b >= 0 else 0,
    "shr": lambda a, b: a >> b if b >= 0 else 0,
}
UNARY: dict[str, Callable[[int], int]] = {"neg": lambda a: -a, "not": lambda a: ~a, "nop": lambda a: a}
