"""Source lines for debuggers: DWARF 5, `line` the line-number program, `units` the compilation unit that points to it."""
