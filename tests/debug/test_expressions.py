"""Expressions: C's operators, widths and signs, casts, memory, members; and errors that point at the column."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emu.debug.expr import evaluate
from emu.debug.source.types import Member, Type
from emu.debug.value import Value, base_type, make, make_float, pointer_to
from emu.errors import EmuError

POINT = Type("struct", "struct point", 8, members=[
    Member("x", 0, base_type("int", 64)), Member("y", 4, base_type("int", 64)),
    Member("low", 0, base_type("unsigned", 64), bits=3, first=1),
    Member("high", 0, base_type("int", 64), bits=4, first=28),
    Member("", 4, Type("union", "union", 4, members=[Member("f", 0, base_type("float", 64))])),
])  # fmt: skip
MEMORY = bytes(range(256))


class Names:
    """Registers a0 = -1 and sp = 0x90000000, a symbol, a pointer p to a point at 16, memory of 256 bytes."""

    def __init__(self, xlen: int = 64) -> None:
        self.xlen, self.loads = xlen, 0

    def register(self, name: str) -> Value:
        if name == "a0":
            return make(-1, self.xlen, True, register="a0")
        if name == "sp":
            return make(0x90000000, self.xlen, False, register="sp")
        raise EmuError(f"no register is called ${name}", hint="did you mean 'a0'?")

    def name(self, name: str) -> Value:
        if name == "table":
            return make(64, self.xlen, False, address=64)
        if name == "half":
            return make_float(0.5)
        if name == "p":
            return make(16, self.xlen, False, address=8, type=pointer_to(POINT, self.xlen))
        raise EmuError(f"no symbol is called {name!r}")

    def type_named(self, name: str) -> Type | None:
        return {"struct point": POINT, "point_t": POINT}.get(name)

    def call(self, function: Value, arguments: list[Value]) -> Value:
        return make(function.number + sum(each.number for each in arguments), self.xlen)

    uncalled = call

    def load(self, address: int, size: int) -> bytes:
        self.loads += 1
        if address + size > len(MEMORY):
            raise EmuError(f"nothing is mapped at {address:#x}")
        return MEMORY[address : address + size]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("1 << 4 | 1", 17),
        ("(_Bool) 256", 1),
        ("(bool) 0.5 + (_Bool) 0.0", 1),
        ("(bool) 1e30", 1),
        ("~0 == -1", 1),
        ("!5", 0),
        ("0x10 > 15 && 2 >= 2", 1),
        ("0 && 1/0", 0),
        ("1 || 1/0", 1),
        ("0 ? 1/0 : 4", 4),
        ("1 ? 2 : 0 ? 3 : 4", 2),
        ("4k", 4096),
        ("0b101", 5),
        ("1_000", 1000),
        ("'a'", 97),
        ("'\\n'", 10),
        ("'\\101' + '\\x41' + '\\''", 169),
        ("sizeof 'a'", 1),
        ("010 + 0 + 00", 8),
        ("10u - 11UL > 0", 1),
        ("-1 < 0u", 0),
        ("0xffu + 1ll", 256),
        ("(int) 5.0f", 5),
        ("sizeof 5.0f + sizeof 5.0", 12),
        ("1 << 64 | 1 << 70", 0),
        ("-8 >> 64", -1),
        ("8 >> -1", 0),
        ("$a0 < 0", 1),
        ("$a0 == -1", 1),
        ("$sp > 0", 1),
        ("(u8) $a0", 255),
        ("(i8) 0x80", -128),
        ("(unsigned char) 300", 44),
        ("*(u8 *) 3", 3),
        ("*(u16*)2", 0x0302),
        ("{u16} 2", 0x0302),
        ("*(struct point *) 16 == p[0].x", 0),
        ("((struct point *) 16)->y", 0x17161514),
        ("((point_t *) 16)[1].x", 0x1B1A1918),
        ("((const struct point *) 16) + 1", 24),
        ("p.y", 0x17161514),
        ("p->low", 0x10 >> 1 & 7),
        ("p->high", 1),
        ("(p + 2) - p", 2),
        ("2 + p", 32),
        ("sizeof(struct point)", 8),
        ("sizeof *p", 8),
        ("sizeof p", 8),
        ("sizeof(unsigned long long)", 8),
        ("sizeof (long double)", 16),
        ("sizeof(char[3][4])", 12),
        ("sizeof(int (*)[4])", 8),
        ("sizeof((*p)@3)", 24),
        ("(*p@2)[1].x", 0x1B1A1918),
        ("table@2 == table", 1),
        ("(unsigned long) -1 == 0xffffffffffffffff", 1),
        ("(long unsigned int) -1 > 0", 1),
        ("(short) 0x18000", -32768),
        ("half * 3 > 1.25", 1),
        ("half < 1", 1),
        ("(int) (half * 7)", 3),
        ("-half < 0 && !!half", 1),
        ("(int) 2.9e1", 29),
        ("1.0 / 0 > 1e308", 1),
        ("half ? 1 : 2", 1),
        ("0.0 ? 1 : 2", 2),
        ("*(u8 *) (table + 1)", 65),
        ("table", 64),
        ("&table", 64),
        ("p->x", 0x13121110),
        ("(*p).y", 0x17161514),
        ("p[1].x", 0x1B1A1918),
        ("p + 1", 24),
        ("&p->y", 20),
        ("((u8 *) table)[2]", 66),
        ("table(1, 2 + 3) + 1", 71),
        ("table()(2)", 66),
    ],
)
def test_values(text: str, value: int) -> None:
    """Results on RV64."""
    assert evaluate(text, Names()).number == value


AS_GDB = {
    "1<<31": -2147483648, "-1 > 0u": 1, "sizeof(1)": 4, "3000000000": 3000000000, "2147483647 + 1": -2147483648,
    "0xffffffff + 1": 0, "0x80000000": 2147483648, "-0x80000000": 2147483648, "1u - 2": 4294967295, "-1 >> 1": -1,
    "1ul - 2 > 0": 1, "sizeof(1 == 1)": 4, "sizeof(4294967296)": 8, "sizeof(0xffffffff)": 4, "sizeof('a' + 1)": 4,
    "18446744073709551615": 18446744073709551615, "-9223372036854775808": 9223372036854775808, "~0u": 4294967295,
    "(unsigned char) 200 + 100": 300, "(short) -1 > 0u": 1, "(char) -1 == 255": 1, "1 << 3u": 8, "-1L >> 63": -1,
    "0x7fffffffffffffff + 1 < 0": 1, "sizeof(1.5f * 2)": 4, "sizeof(1.5 + 1)": 8,
}  # fmt: skip
BY_WIDTH = {"sizeof(1l)": (8, 4), "sizeof(3000000000)": (8, 8), "1u - 2l > 0": (0, 1), "sizeof(1u + 1l)": (8, 4)}


@pytest.mark.parametrize("xlen", [64, 32])
def test_numbers_have_types_of_c(xlen: int) -> None:
    """Literals, promotions and conversions as in C11 (6.3.1, 6.4.4.1), which is what gdb prints."""
    by_width = {text: values[xlen == 32] for text, values in BY_WIDTH.items()}
    wanted = AS_GDB | by_width
    assert {text: evaluate(text, Names(xlen)).number for text in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$sp", 0x90000000),
        ("$sp > 0x80000000", 1),
        ("$a0 == 0xffffffff", 1),
        ("$a0 < 0", 1),
        ("0x7fffffff + 1", -0x80000000),
        ("*8", 0x0B0A0908),
        ("table[1]", 0x47464544),
    ],
)
def test_values_of_rv32(text: str, value: int) -> None:
    """The same with registers of 32 bits."""
    assert evaluate(text, Names(32)).number == value


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "an expression is missing"),
        ("1 +", 4, "an expression is missing"),
        ("(1", 3, ") is missing"),
        ("1 2", 3, "unexpected '2'"),
        ("1 ; 2", 3, "unexpected ';'"),
        ("1 + nosuch", 5, "no symbol is called 'nosuch'"),
        ("$nosuch", 1, "no register is called $nosuch"),
        ("3 / (1 - 1)", 3, "division by zero"),
        ("&3", 1, "that has no address"),
        ("p->z", 4, "has no member 'z'"),
        ("table.x", 1, "has no member 'x'"),
        ("0x1ffffffffffffffff", 1, "does not fit in 64 bits"),
        ("1 ? 2", 6, ": is missing"),
    ],
)
def test_mistakes(text: str, column: int, message: str) -> None:
    """Errors say what is wrong, and where."""
    with pytest.raises(EmuError) as caught:
        evaluate(text, Names())
    assert message in caught.value.message
    assert caught.value.place is not None
    assert caught.value.place.column == column


def test_what_is_left_out_is_not_loaded() -> None:
    """The branch that does not count reads no memory."""
    names = Names()
    assert evaluate("1 || *(u8 *) 3", names).number == 1
    assert names.loads == 0


def test_depth_and_length_are_bounded() -> None:
    """Neither a tower of brackets nor a long line is a danger."""
    for text in ("(" * 5000, "-" * 3000 + "1", "1+" * 100_000 + "1", "*" * 200 + "8"):
        with pytest.raises(EmuError):
            evaluate(text, Names())


WORDS = st.sampled_from(
    ["1", "0x10", "$a0", "table", "p", "->x", "+", "-", "*", "&", "(", ")", "[", "]", "(u8)", "?", ":", "<<"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=30))
def test_anything_is_a_value_or_a_mistake(text: str) -> None:
    """Whatever is typed, nothing but EmuError comes out, and values fit their bits."""
    try:
        value = evaluate(text, Names())
    except EmuError:
        return
    assert -(1 << 63) <= value.number < 1 << 64
