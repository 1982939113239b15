"""One source file to one object: the pass over its statements.

source -> statements (source, stream) -> tokens (lexer) -> directives, macros, instructions
       -> fragments of sections, symbols -> relaxation and fixups (relax, resolve) -> Object
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from emu.asm.conditionals import Conditionals
from emu.asm.debuglines import DebugLines
from emu.asm.directives import CONDITIONAL, DIRECTIVES, Arguments
from emu.asm.errors import Diagnostics, Mistake
from emu.asm.evaluate import Evaluator
from emu.asm.expressions import parse_expression
from emu.asm.fragments import Fragment
from emu.asm.instructions import Instructions
from emu.asm.lexer import tokenize
from emu.asm.macros import Macros
from emu.asm.nodes import Node
from emu.asm.options import Options
from emu.asm.relax import known_distance
from emu.asm.sections import SHT_NOBITS, Section, known_attributes
from emu.asm.source import Line, Source, Statement, statements
from emu.asm.stream import Stream
from emu.asm.symbols import SymbolTable
from emu.errors import did_you_mean

Reader = Callable[
    [str, str], bytes
]  # (path as written, name of the file that includes it) -> contents; may raise OSError

_NAME = r'(?:[^\W\d]|[.$])[\w.$]*|"(?:\\.|[^"\\])+"'
_LABEL = re.compile(rf"\s*({_NAME}|\d+)\s*:(?!=)")
_WORD = re.compile(r"\s*([^\s,:=\"'()]+)")
_ASSIGN = re.compile(rf"\s*({_NAME})\s*(==?)(?!=)")


class Assembler:
    """Everything that changes from statement to statement."""

    def __init__(
        self, source: Source, xlen: int, options: Options, reader: Reader | None, defines: Mapping[str, int]
    ) -> None:
        self.source, self.xlen, self.options, self.reader = source, xlen, options, reader
        self.diagnostics = Diagnostics()
        self.stream = Stream(statements(source))
        self.macros, self.conditionals = Macros(self.stream), Conditionals()
        self.line = Line(source.name, 0, "")
        self.sections: dict[tuple, Section] = {}
        self.section = self.open_section(".text")
        self.previous: tuple[Section, int] | None = None
        self.section_stack: list[tuple[Section, int, tuple[Section, int] | None]] = []
        self.option_stack: list[Options] = []
        self.symbols = SymbolTable(lambda: self.section.position(self.line))
        self.evaluator = Evaluator(self.symbols, known_distance)
        self.instructions = Instructions(self, self.symbols)
        self.lines = DebugLines(self)
        self.attributes: dict[int, int | str] = {}
        self.rvc_used = options.rvc
        self.warnings: list[str] = []
        self.predefined = {"__riscv_xlen": xlen, **defines}
        for name, value in self.predefined.items():
            self.symbols.assign(name, value, 0)

    def run(self) -> None:
        """Takes in every statement; mistakes go to the diagnostics."""
        while True:
            statement = None
            try:
                statement = next(self.stream, None)
                if statement is None:
                    break
                self.line = self.symbols.line = statement.line
                self._statement(statement)
            except Mistake as mistake:
                if mistake.column is None and statement is not None:
                    mistake.column = statement.column + len(statement.text) - len(statement.text.lstrip())
                self.report(mistake)
        for condition in self.conditionals.open:
            self.diagnostics.add(condition.begin.line.error("this .if has no .endif", condition.begin.column))

    def report(self, mistake: Mistake, line: Line | None = None) -> None:
        """Keeps a mistake on a line (default: the one at hand)."""
        self.diagnostics.add((line or self.line).error(mistake.message, mistake.column, mistake.hint))

    def _statement(self, statement: Statement) -> None:
        text, base, position = statement.text, statement.column, 0
        if self.conditionals.active:
            while label := _LABEL.match(text, position):
                self._label(label[1], base + label.start(1))
                position = label.end()
        word = _WORD.match(text, position)
        if word is None:
            if text[position:].strip():
                column = base + len(text) - len(text[position:].lstrip())
                raise Mistake("expected a label, a directive or an instruction", column)
            return
        if not self.conditionals.active:
            if word[1].lower() in CONDITIONAL:
                self._directive(word[1].lower(), word, statement)
            return
        if assign := _ASSIGN.match(text, position):
            self._assignment(assign, statement)
        else:
            self._operation(word, statement)

    def _label(self, name: str, column: int) -> None:
        self.symbols.label(name.strip('"'), column)

    def _assignment(self, assign: re.Match[str], statement: Statement) -> None:
        name, column = assign[1].strip('"'), statement.column + assign.start(1)
        value = self.expression(statement.text[assign.end() :], statement.column + assign.end())
        if name == ".":
            DIRECTIVES[".org"].run(self, Arguments.of_text(self, ".org", statement, assign.end(), column))
        else:
            self.symbols.assign(name, value, column, once=assign[2] == "==")

    def _operation(self, word: re.Match[str], statement: Statement) -> None:
        name, rest = word[1], statement.text[word.end() :]
        column = statement.column + word.start(1)
        if macro := self.macros.known.get(name):
            return self.macros.call(macro, rest, self.line)
        if name[0] == ".":
            return self._directive(name.lower(), word, statement)
        tokens = tokenize(rest, statement.column + word.end(), floats=name.lower().startswith("fli."))
        self.lines.instruction(column)
        self.section.alignment = max(self.section.alignment, 2 if self.options.rvc else 4)
        return self.instructions.assemble(name.lower(), column, tokens, self.macros.known)

    def _directive(self, name: str, word: re.Match[str], statement: Statement) -> None:
        column = statement.column + word.start(1)
        directive = DIRECTIVES.get(name)
        if directive is None:
            hint = did_you_mean(name, [*DIRECTIVES, *self.macros.known])
            raise Mistake(f"unknown directive {name!r}", column, hint)
        directive.run(self, Arguments.of_text(self, name, statement, word.end(), column))

    def expression(self, text: str, column: int) -> Node:
        """The expression that `text`, which stands at `column`, is."""
        return parse_expression(tokenize(text, column), self.symbols)

    def open_section(
        self, name: str, kind: int | None = None, flags: int | None = None, entsize: int = 0, group: tuple = ()
    ) -> Section:
        """The section of that name and group, made on first use."""
        key = (name, group)
        section = self.sections.get(key)
        if section is None:
            known_kind, known_flags = known_attributes(name)
            kind = known_kind if kind is None else kind
            flags = known_flags if flags is None else flags
            section = self.sections[key] = Section(name, kind, flags, entsize, group[0] if group else "")
        return section

    def switch(self, section: Section, subsection: int = 0) -> None:
        """Goes on in another section; .previous comes back."""
        self.previous = (self.section, self.section.current)
        self.enter(section, subsection)

    def enter(self, section: Section, subsection: int) -> None:
        """Goes on there, without a trace."""
        self.section = section
        section.current = subsection
        section.subsections.setdefault(subsection, [])

    def bss(self) -> Section:
        """Where .lcomm puts its storage."""
        return self.open_section(".bss", SHT_NOBITS)

    def place(self) -> tuple[Fragment, int]:
        """Where the next byte goes."""
        return self.section.position(self.line)

    def read(self, path: bytes, column: int) -> bytes:
        """A file for .include or .incbin, through the host's reader; Mistake if it cannot be read."""
        name = path.decode("utf-8", "replace")
        if self.reader is None:
            raise Mistake(f"cannot read {name!r}: no files can be included here", column)
        try:
            return self.reader(name, self.line.file)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or "not found"
            raise Mistake(f"cannot read {name!r}: {reason}", column, "paths are relative to the file at hand") from None
