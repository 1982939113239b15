"""The instruction set as pure data: no numpy, no numba, imported in a few milliseconds.

Read `insns` (THE table), then `formats` (its operand fields), `pseudo` (the second table) and `disassemble`.
"""
