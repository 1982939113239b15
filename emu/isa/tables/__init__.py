"""The rows of THE table, one module per part of the manual. `emu.isa.rows` explains the notation."""
