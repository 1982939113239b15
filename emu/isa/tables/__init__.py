"""The rows of THE table, one module per part of the manual. `emu.isa.insns` parses them; its docstring gives the notation."""
