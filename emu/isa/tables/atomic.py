"""A: RISC-V Unprivileged, "A Extension for Atomic Instructions". Rows are written once for .w and .d; all the
read-modify-write instructions are one row."""

_RESERVE = """
== A {xlens}
lr.{p}    00010 . . 00000 ..... {f3} ..... 0101111  rd, (rs1) {{aq rl}}  rd = {load}; reserve(rs1)
    Loads and reserves the address: the first half of a compare-and-swap loop.
sc.{p}    00011 . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  \
if reserved: M{n}[rs1] = rs2; rd = 0, else rd = 1
    Stores if no other hart has written since the lr; 0 is success.
"""

_MODIFY = """
amo{op}.{p}  {f5} . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  \
t = {load}; M{n}[rs1] = {result}; rd = t
    {summary}  {example}
"""

_OPERATIONS = (  # name, top five bits, what is stored, summary, suffix of the example
    ("swap", "00001", "rs2", "Swaps memory and a register in one step: a lock in one instruction.", ".aq"),
    ("add", "00000", "t + rs2", "Adds to memory in one step and returns the old value.", ".aqrl"),
    ("xor", "00100", "t ^ rs2", "Exclusive or on memory in one step.", ""),
    ("and", "01100", "t & rs2", "And on memory in one step: clears flags.", ".rl"),
    ("or", "01000", "t | rs2", "Or on memory in one step: sets flags.", ""),
    ("min", "10000", "min(t, rs2)", "Signed minimum into memory in one step.", ""),
    ("max", "10100", "max(t, rs2)", "Signed maximum into memory in one step.", ""),
    ("minu", "11000", "minu(t, rs2)", "Unsigned minimum into memory in one step.", ""),
    ("maxu", "11100", "maxu(t, rs2)", "Unsigned maximum into memory in one step.", ""),
)


def _rows(**size: object) -> str:
    text = _RESERVE.format(**size)
    for op, f5, result, summary, suffix in _OPERATIONS:
        example = f"amo{op}.{size['p']}{suffix} a0, a2, (a1)"
        text += _MODIFY.format(op=op, f5=f5, result=result, summary=summary, example=example, **size)
    return text


ROWS = _rows(xlens="32 64", p="w", n=32, f3="010", load="sext(M32[rs1])") + _rows(
    xlens="64", p="d", n=64, f3="011", load="M64[rs1]"
)
