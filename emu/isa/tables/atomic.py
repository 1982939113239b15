"""A: RISC-V Unprivileged, "A Extension for Atomic Instructions". Each row is written once for .w and .d."""

_ROWS = """
== A {xlens}
lr.{p}       00010 . . 00000 ..... {f3} ..... 0101111  rd, (rs1) {{aq rl}}  rd = {sext}(M{n}[rs1]); reserve(rs1)
    Loads and reserves the address: the first half of a compare-and-swap loop.
sc.{p}       00011 . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  if reserved: M{n}[rs1] = rs2; rd = 0, else rd = 1
    Stores if no other hart has written since the lr; 0 is success.
amoswap.{p}  00001 . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  t = {sext}(M{n}[rs1]); M{n}[rs1] = rs2; rd = t
    Swaps memory and a register in one step: a lock in one instruction.  amoswap.{p}.aq a0, a1, (a2)
amoadd.{p}   00000 . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  t = {sext}(M{n}[rs1]); M{n}[rs1] = t + rs2; rd = t
    Adds to memory in one step and returns the old value.  amoadd.{p}.aqrl a0, a1, (a2)
amoxor.{p}   00100 . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  t = {sext}(M{n}[rs1]); M{n}[rs1] = t ^ rs2; rd = t
    Exclusive or on memory in one step.
amoand.{p}   01100 . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  t = {sext}(M{n}[rs1]); M{n}[rs1] = t & rs2; rd = t
    And on memory in one step: clears flags.
amoor.{p}    01000 . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  t = {sext}(M{n}[rs1]); M{n}[rs1] = t | rs2; rd = t
    Or on memory in one step: sets flags.
amomin.{p}   10000 . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  t = {sext}(M{n}[rs1]); M{n}[rs1] = min(t, rs2); rd = t
    Signed minimum into memory in one step.
amomax.{p}   10100 . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  t = {sext}(M{n}[rs1]); M{n}[rs1] = max(t, rs2); rd = t
    Signed maximum into memory in one step.
amominu.{p}  11000 . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  t = {sext}(M{n}[rs1]); M{n}[rs1] = minu(t, rs2); rd = t
    Unsigned minimum into memory in one step.
amomaxu.{p}  11100 . . ..... ..... {f3} ..... 0101111  rd, rs2, (rs1) {{aq rl}}  t = {sext}(M{n}[rs1]); M{n}[rs1] = maxu(t, rs2); rd = t
    Unsigned maximum into memory in one step.
"""

ROWS = _ROWS.format(xlens="32 64", p="w", n=32, f3="010", sext="sext") + _ROWS.format(
    xlens="64", p="d", n=64, f3="011", sext=""
).replace("(M64[rs1])", "M64[rs1]")
