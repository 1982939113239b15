"""Source lines for debuggers, DWARF 5: `line` and `units` write them, `lookup` reads."""
