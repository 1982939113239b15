"""The assembler and linker: GNU syntax in, a static ELF with symbols and source lines out.

api                                    the doors: assemble, assemble_object
source  lexer  expressions  nodes      text to statements, tokens, trees; evaluate: trees to values
stream  macros  parameters  conditionals    which statements come
assembler  directives/  options  debuglines    the pass over them, and what holds while it goes on
instructions  operands  forms  bind  encode    mnemonics to bytes, from the tables of emu.isa
pseudo  constants  compress            instructions that become others
fragments  elastic  sections  symbols  what has been assembled so far
relax  resolve  patch  export          sizes and offsets, values into bytes; an Object
objects  relocations                   what stands between assembler and linker
linker/  elf/  dwarf/  leb128          objects to an executable; .o files read and written; line tables
disassemble  listing                   an ELF back to text
errors  explain  limits                what is wrong, what was expected, and how much is too much
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
