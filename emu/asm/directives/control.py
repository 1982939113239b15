"""Directives that decide which statements come next. GNU as manual, ".macro", ".rept", ".include", ".error"."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from emu.asm.directives.table import Arguments, directive
from emu.asm.errors import Mistake
from emu.asm.limits import MAX_STATEMENTS
from emu.asm.parameters import Macro, parse_parameters, split_arguments, unquote
from emu.asm.source import Source, statements

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler

MACRO, ENDM = frozenset({".macro"}), frozenset({".endm", ".endmacro"})
REPEAT, ENDR = frozenset({".rept", ".rep", ".irp", ".irpc"}), frozenset({".endr"})


_MACRO = re.compile(r"\s*([A-Za-z_.$][\w.$]*)\s*,?(.*)", re.DOTALL)


@directive(".macro", "name [parameter[=default][:req|:vararg], …]", "Defines a macro up to .endm.")
def macro(asm: Assembler, arguments: Arguments) -> None:
    body = asm.stream.block(MACRO, ENDM)
    match = _MACRO.fullmatch(arguments.text)
    if not match:
        raise Mistake(".macro needs a name", arguments.name_column)
    parameters = parse_parameters(match[2], arguments.column + match.start(2))
    asm.macros.define(Macro(match[1], parameters, body), arguments.column + match.start(1))


@directive(".purgem", "name", "Forgets a macro.")
def purgem(asm: Assembler, arguments: Arguments) -> None:
    asm.macros.forget(arguments.symbol(0), arguments.at(0))


@directive(".exitm", "", "Leaves the macro at hand.")
def exitm(asm: Assembler, arguments: Arguments) -> None:
    asm.conditionals.leave(asm.line.caller)
    asm.stream.leave()


@directive(".rept .rep", "count", "Assembles everything up to .endr so many times.")
def rept(asm: Assembler, arguments: Arguments) -> None:
    body = asm.stream.block(REPEAT, ENDR)
    arguments.expect(1, 1)
    count = arguments.integer(0)
    if count < 0 or count * max(len(body), 1) > MAX_STATEMENTS:
        raise Mistake(f"{count} repetitions", arguments.at(0), f"0 up, and at most {MAX_STATEMENTS} statements in all")
    asm.macros.expand(body, [{}] * count, asm.line, arguments.name)


@directive(".irp", "parameter, value, …", "Assembles everything up to .endr once for each value.")
@directive(".irpc", "parameter, characters", "Assembles everything up to .endr once for each character.")
def irp(asm: Assembler, arguments: Arguments) -> None:
    body = asm.stream.block(REPEAT, ENDR)
    match = _MACRO.fullmatch(arguments.text)
    if not match:
        raise Mistake(f"{arguments.name} needs the name of a parameter", arguments.name_column)
    texts = list(match[2].strip().strip('"')) if arguments.name == ".irpc" else split_arguments(match[2])
    rounds = [{match[1]: unquote(text.strip())} for text in texts or [""]]
    if len(rounds) * max(len(body), 1) > MAX_STATEMENTS:
        raise Mistake(f"more than {MAX_STATEMENTS} statements", arguments.name_column)
    asm.macros.expand(body, rounds, asm.line, arguments.name)


@directive(".endm .endmacro .endr", "", "Ends .macro, or .rept, .irp, .irpc.")
def stray_end(asm: Assembler, arguments: Arguments) -> None:
    opener = ".rept, .irp or .irpc" if arguments.name == ".endr" else ".macro"
    raise Mistake(f"{arguments.name} without {opener}", arguments.name_column)


@directive(".include", '"file"', "Assembles another file here.")
def include(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(1, 1)
    path = arguments.string(0)
    text = asm.read(path, arguments.at(0)).decode("utf-8", "replace")
    name = posixpath.join(posixpath.dirname(asm.line.file), path.decode("utf-8", "replace"))
    asm.stream.push(statements(Source(name, text), asm.line), ".include")


@directive(".error", '"message"', "Stops with a message.")
def error(asm: Assembler, arguments: Arguments) -> None:
    text = arguments.string(0).decode("utf-8", "replace") if arguments.parts else ".error"
    raise Mistake(text, arguments.name_column, "the source asks for this error")


@directive(".err", "", "Stops.")
def err(asm: Assembler, arguments: Arguments) -> None:
    raise Mistake(".err", arguments.name_column, "the source asks for this error")


@directive(".warning .print", '"message"', "Says something while assembling.")
def message(asm: Assembler, arguments: Arguments) -> None:
    text = arguments.string(0).decode("utf-8", "replace")
    asm.warnings.append(f"{asm.line.place()}: {text}" if arguments.name == ".warning" else text)


@directive(".end", "", "Ends the file.")
def end(asm: Assembler, arguments: Arguments) -> None:
    asm.stream.stop()
