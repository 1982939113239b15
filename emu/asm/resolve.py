"""From a settled layout to an Object: section bytes, fixups applied where the distance is final, relocations elsewhere.

As in GNU as and clang without linker relaxation: a pc-relative reference to a local label of the same section is
final; everything else is left to the linker, with zeros in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emu.asm.constants import low12
from emu.asm.directives.data import checked
from emu.asm.dwarf.units import add_debug_sections
from emu.asm.errors import Mistake
from emu.asm.evaluate import Value
from emu.asm.export import Exporter
from emu.asm.fragments import Fixup, Fragment
from emu.asm.objects import ABSOLUTE, Object, ObjectSection, ObjectSymbol, Reloc
from emu.asm.patch import patch, put_field
from emu.asm.relax import Relaxation
from emu.asm.relocations import RELOCATIONS
from emu.asm.symbols import Entry, shown_name
from emu.isa.formats import FIELDS, EncodeError

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler
    from emu.asm.sections import Section


class High(NamedTuple):
    """A %pcrel_hi or the like at an offset of a section: its value, final if `distance` is a number."""

    distance: int | None


class Resolver:
    """Makes the Object of an assembler that has seen all statements."""

    def __init__(self, asm: Assembler) -> None:
        self.asm = asm
        self.relaxation = Relaxation(asm.sections.values(), asm.symbols)
        self.evaluator = self.relaxation.evaluator
        self.outputs: dict[Section, ObjectSection] = {}
        self.exporter = Exporter(asm, self.relaxation, self.outputs)
        self._highs: dict[tuple[Section, int], High] = {}

    def run(self) -> Object:
        """The Object. Mistakes go to the assembler's diagnostics."""
        asm = self.asm
        self._settle()
        for section, fragments in self.relaxation.sections:
            self.outputs[section] = _output(section, fragments)
        self._fixups()
        symbols = self.exporter.all()
        asm.diagnostics.raise_if_any()
        sections = list(self.outputs.values())
        sections += add_debug_sections(asm.lines, asm.source.name, self.outputs, asm.xlen // 8)
        return Object(asm.source.name, asm.xlen, sections, symbols, asm.rvc_used, 0, asm.attributes, asm.warnings)

    def _settle(self) -> None:
        """Finds the layout; raises if it makes no sense."""
        self.asm.symbols.settle(self.asm.evaluator.value)
        try:
            self.relaxation.run()
        except Mistake as mistake:
            self.asm.report(mistake)
            self.asm.diagnostics.raise_if_any()
        for fragment, mistake in self.relaxation.mistakes():
            self.asm.report(mistake, fragment.line)
        self.asm.diagnostics.raise_if_any()

    def _fixups(self) -> None:
        waiting = []
        for section, fragments in self.relaxation.sections:
            output = self.outputs[section]
            if section.is_nobits:
                continue
            output.data = bytearray().join(f.contents(self.relaxation) for f in fragments)
            waiting += [(section, f.offset + x.offset, x) for f in fragments if f.fixups for x in f.fixups]
        waiting.sort(key=lambda item: item[2].kind.startswith("PCREL_LO12"))  # the highs first
        for section, offset, fixup in waiting:
            try:
                self._apply(section, offset, fixup)
            except Mistake as mistake:
                column = fixup.column if mistake.column is None else mistake.column
                self.asm.report(Mistake(mistake.message, column, mistake.hint), fixup.line)

    def _apply(self, section: Section, offset: int, fixup: Fixup) -> None:
        value = self.evaluator.value(fixup.node)
        if fixup.kind.startswith("DATA"):
            self._data(section, offset, fixup, value)
        elif fixup.kind.startswith("FIELD_"):
            self._field(section, offset, fixup)
        else:
            self._relocation(section, offset, fixup, value)

    def _data(self, section: Section, offset: int, fixup: Fixup, value: Value) -> None:
        size, output = int(fixup.kind[4:]), self.outputs[section]
        if value.is_absolute:
            number = checked(value.constant, size, fixup.column)
            output.data[offset : offset + size] = number.to_bytes(size, "little")
        elif value.sub is None:
            if size < 4:
                name = shown_name(value.add.name)
                raise Mistake(
                    f"an address such as {name!r} takes {self.asm.xlen // 8} bytes", None, "write .word or .dword"
                )
            self._reloc(output, offset, str(8 * size), value.add, value.constant, fixup)
        else:
            if value.add is None:
                raise Mistake("the negative of an address means nothing", fixup.column)
            self._reloc(output, offset, f"ADD{8 * size}", value.add, value.constant, fixup)
            self._reloc(output, offset, f"SUB{8 * size}", value.sub, 0, fixup)

    def _field(self, section: Section, offset: int, fixup: Fixup) -> None:
        field = FIELDS[fixup.kind.removeprefix("FIELD_")]
        hint = "%lo(symbol) is the low part of an address; la loads all of it"
        number = self.relaxation.number(fixup.node, "this operand", hint)
        try:
            number = field.from_written(number)
            field.check(number)
        except EncodeError as error:
            raise Mistake(str(error), fixup.column) from None
        put_field(self.outputs[section].data, offset, field, number)

    def _relocation(self, section: Section, offset: int, fixup: Fixup, value: Value) -> None:
        relocation, output = RELOCATIONS[fixup.kind], self.outputs[section]
        final = self._final(section, offset, relocation.how, value)
        if relocation.where == "imm_u" and relocation.how != "abs":
            self._highs[section, offset] = High(final)
        if final is not None:
            patch(output.data, offset, relocation, final, self.asm.xlen)
            return
        if value.sub is not None:
            raise Mistake("a difference of labels does not fit here", fixup.column)
        if value.add is None:
            target = ObjectSymbol("*ABS*", ABSOLUTE, None, value.constant, temporary=True)
            output.relocs.append(Reloc(offset, fixup.kind, target, 0, (fixup.line, fixup.column)))
            return
        self._reloc(output, offset, fixup.kind, value.add, value.constant, fixup)

    def _final(self, section: Section, offset: int, how: str, value: Value) -> int | None:
        """The number to write if no linker can change it."""
        if how == "abs":
            return value.constant if value.is_absolute else None
        if how == "lo":
            return self._low(section, value)
        label = value.add
        if how != "pcrel" or label is None or value.sub is not None or not label.is_local or label.fragment is None:
            return None
        if label.fragment.section is not section or label.kind == "ifunc":
            return None
        return label.fragment.offset + label.offset + value.constant - offset

    def _low(self, section: Section, value: Value) -> int | None:
        """%pcrel_lo(label): the low part of what the auipc at the label was given."""
        label = value.add
        if label is None or value.sub is not None:
            raise Mistake("%pcrel_lo takes the label of the auipc with the %pcrel_hi")
        if not label.is_defined:
            raise Mistake(
                f"label {shown_name(label.name)!r} is not defined", None, self.asm.symbols.resembling(label.name)
            )
        place = (label.fragment.section, label.fragment.offset + label.offset) if label.fragment else None
        high = self._highs.get(place)
        if high is None:
            hint = "write: 1: auipc a0, %pcrel_hi(symbol)   addi a0, a0, %pcrel_lo(1b)"
            raise Mistake(f"no %pcrel_hi at the label {shown_name(label.name)!r}", None, hint)
        return low12(high.distance) if high.distance is not None else None

    def _reloc(self, output: ObjectSection, offset: int, kind: str, entry: Entry, addend: int, fixup: Fixup) -> None:
        symbol = self.exporter.symbol(entry)
        if kind.startswith(("TPREL", "TLS")):
            symbol.kind = "tls"
        output.relocs.append(Reloc(offset, kind, symbol, addend, (fixup.line, fixup.column)))


def _output(section: Section, fragments: list[Fragment]) -> ObjectSection:
    """The section of the object, still without its bytes."""
    output = ObjectSection(section.name, section.kind, section.flags, section.alignment)
    output.entsize, output.group = section.entsize, section.group
    output.size = fragments[-1].offset + fragments[-1].size if fragments else 0
    return output
