"""Directives that leave statements out. GNU as manual, ".if"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.asm.directives.table import Arguments, directive
from emu.asm.errors import Mistake
from emu.asm.parameters import unquote

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler

_COMPARE = {
    ".if": lambda n: n != 0,
    ".ifne": lambda n: n != 0,
    ".ifeq": lambda n: n == 0,
    ".ifgt": lambda n: n > 0,
    ".ifge": lambda n: n >= 0,
    ".iflt": lambda n: n < 0,
    ".ifle": lambda n: n <= 0,
}


@directive(" ".join(_COMPARE), "expression", "Assembles what follows if the number is so.", conditional=True)
def if_number(asm: Assembler, arguments: Arguments) -> None:
    active = asm.conditionals.active
    asm.conditionals.begin(False, arguments.statement)
    if active:
        arguments.expect(1, 1)
        asm.conditionals.settle(_COMPARE[arguments.name](arguments.integer(0)))


@directive(".ifdef", "symbol", "Assembles what follows if the symbol has a value so far.", conditional=True)
@directive(".ifndef .ifnotdef", "symbol", "Assembles what follows if the symbol has none.", conditional=True)
def if_defined(asm: Assembler, arguments: Arguments) -> None:
    active = asm.conditionals.active
    asm.conditionals.begin(False, arguments.statement)
    if active:
        arguments.expect(1, 1)
        entry = asm.symbols.entries.get(arguments.symbol(0))
        asm.conditionals.settle((entry is not None and entry.is_defined) == (arguments.name == ".ifdef"))


@directive(".ifb .ifnb", "text", "Assembles what follows if there is no text (.ifnb: if there is).", conditional=True)
def if_blank(asm: Assembler, arguments: Arguments) -> None:
    asm.conditionals.begin((not arguments.text.strip()) == (arguments.name == ".ifb"), arguments.statement)


@directive(".ifc .ifnc .ifeqs .ifnes", "text, text", "Assembles what follows if both are the same.", conditional=True)
def if_same(asm: Assembler, arguments: Arguments) -> None:
    texts = [unquote(text) for text in arguments.texts]
    active = asm.conditionals.active
    asm.conditionals.begin(
        len(texts) == 2 and (texts[0] == texts[1]) == (arguments.name in (".ifc", ".ifeqs")), arguments.statement
    )
    if active and len(texts) != 2:
        raise Mistake(f"{arguments.name} compares two texts", arguments.name_column)


@directive(".elseif .elsif", "expression", "Another condition, looked at if none before was true.", conditional=True)
def elseif(asm: Assembler, arguments: Arguments) -> None:
    wanted = asm.conditionals.wants_test()
    asm.conditionals.other(bool(wanted and arguments.integer(0)), ".elseif", arguments.name_column)


@directive(".else", "", "What to assemble if no condition before was true.", conditional=True)
def otherwise(asm: Assembler, arguments: Arguments) -> None:
    asm.conditionals.other(True, ".else", arguments.name_column)


@directive(".endif", "", "Ends .if.", conditional=True)
def endif(asm: Assembler, arguments: Arguments) -> None:
    asm.conditionals.end(arguments.name_column)
