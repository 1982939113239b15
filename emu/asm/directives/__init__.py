"""Directives: the table, and the modules that fill it, one file a kind. `DIRECTIVES[name].summary` tells of each."""

from emu.asm.directives import conditions, control, data, debug, options, sections, space, symbols
from emu.asm.directives.table import CONDITIONAL, DIRECTIVES, Arguments, Directive

__all__ = ["CONDITIONAL", "DIRECTIVES", "Arguments", "Directive"]
_FILLED_BY = (conditions, control, data, debug, options, sections, space, symbols)
