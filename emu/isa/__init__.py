"""The instruction set as pure data: no numpy, no numba, imported in a few milliseconds.

Read `insns` (THE table, with its rows in `tables`), then `formats` (operand fields), `pseudo` (the second table) and
`disassemble`.
"""
