"""The assembler and linker: GNU syntax in, a static ELF with symbols and source lines out.

source  lexer  expressions      text to statements, tokens, trees
stream  macros  conditionals    which statements come
assembler  directives           the pass over them
instructions  forms  encode     mnemonics to bytes, from the tables of emu.isa
fragments  sections  symbols    what has been assembled so far
relax  resolve                  sizes and offsets; an Object
linker  elf  dwarf              objects to an executable; .o files read and written; line tables
"""

from emu.asm.api import assemble, assemble_object
from emu.asm.errors import AsmError
from emu.asm.linker import link
from emu.asm.source import Source

__all__ = ["AsmError", "Source", "assemble", "assemble_object", "link"]
