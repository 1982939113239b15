"""The rows of THE table, one module per part of the manual. `emu.isa.insns` parses them and explains the notation."""
