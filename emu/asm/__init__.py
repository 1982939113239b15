"""The assembler and linker: GNU syntax in, a static ELF with symbols and source lines out.

source  lexer  expressions      text to statements, tokens, trees
stream  macros  conditionals    which statements come
assembler  directives           the pass over them
instructions  forms  encode     mnemonics to bytes, from the tables of emu.isa
fragments  sections  symbols    what has been assembled so far
relax  resolve                  sizes and offsets; an Object
linker  elf  dwarf              objects to an executable; .o files read and written; line tables
"""

from typing import Any

from emu.asm.api import assemble, assemble_object
from emu.asm.errors import AsmError
from emu.asm.linker import link
from emu.asm.objects import Object
from emu.asm.source import Source

__all__ = ["AsmError", "Object", "Source", "assemble", "assemble_object", "disassemble_elf", "link", "read_object"]


def __getattr__(name: str) -> Any:
    """What needs pyelftools is imported when it is asked for."""
    if name == "disassemble_elf":
        from emu.asm.disassemble import disassemble_elf

        return disassemble_elf
    if name == "read_object":
        from emu.asm.elf.objectreader import read_object

        return read_object
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
