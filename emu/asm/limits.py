"""Bounds that keep hostile or mistaken source from eating the host. One table, quoted in the error messages."""

from __future__ import annotations

MAX_ERRORS = 20  # reported in one run
MAX_OUTPUT = 256 << 20  # bytes of initialised sections in one object
MAX_BSS = 1 << 46  # bytes of a section that occupies no file space
MAX_NESTING = 64  # macros, includes, .rept inside each other
MAX_STATEMENTS = 500_000  # produced by macros, .rept, .irp and .include together
MAX_EXPRESSION_DEPTH = 100  # parentheses and unary operators
MAX_EXPANSION = 16 << 20  # characters of expanded macro text
MAX_PARAMETERS = 200  # of a macro
MAX_RELAX_PASSES = 100  # then every branch still short is made long
MAX_RELAX_WORK = 20_000_000  # pieces measured, in all passes
MAX_ALIGNMENT = 1 << 24
MAX_FRAGMENT_WALK = 10_000  # pieces between two labels whose distance is asked for while parsing
