"""Pseudo-instructions to instructions: the templates of `emu.isa.pseudo`, and those that must be computed.

RISC-V Assembly Programmer's Manual, "Pseudoinstructions", "Load Address", "Load Immediate".
"""

from __future__ import annotations

from functools import cache

from emu.asm.constants import constant_steps
from emu.asm.elastic import Constant
from emu.asm.encode import Columns, Encoder, Host, Values
from emu.asm.errors import Mistake
from emu.asm.expressions import Names
from emu.asm.forms import Form
from emu.asm.nodes import Modifier, Node
from emu.asm.patch import wrap32
from emu.isa.formats import Field
from emu.isa.insns import Insn, lookup
from emu.isa.pseudo import template_operands

PARTS = {"symbol[31:12]": "pcrel_hi", "symbol[11:0]": "pcrel_lo"}  # of a template -> modifier
# Addresses that go through the global offset table: name -> (modifier of the auipc, "load" or "add" its low part).
THROUGH_GOT = {
    "lga": ("got_pcrel_hi", "load"),
    "la.tls.ie": ("tls_ie_pcrel_hi", "load"),
    "la.tls.gd": ("tls_gd_pcrel_hi", "add"),
}
ADDRESSES = ("la", "lla", "lga")


@cache
def _template(text: str, xlen: int) -> tuple[Insn, dict[str, Field | str | int]]:
    name, operands = template_operands(text, xlen)
    return lookup(name, xlen), operands


class Expander:
    """Emits what a pseudo-instruction stands for."""

    def __init__(self, host: Host, names: Names, encoder: Encoder) -> None:
        self.host, self.names, self.encoder = host, names, encoder

    def expand(self, form: Form, values: Values, columns: Columns) -> None:
        """Appends the instructions of a form with these operands, by the words of its syntax."""
        if not form.pseudo.computed:
            self._templates(form, values, columns)
        elif "value" in values:
            self._constant(values["rd"], values["value"], columns["value"])
        else:
            self._address(form, values, values["symbol"], columns["symbol"])

    def _templates(self, form: Form, values: Values, columns: Columns) -> None:
        for template in form.pseudo.templates:
            insn, wanted = _template(template, self.host.xlen)
            bound = {k: values[v.name] if type(v) is Field else v for k, v in wanted.items()}
            places = {k: columns.get(v.name, 0) for k, v in wanted.items() if type(v) is Field}
            self.encoder.emit(insn, bound, places)

    def _address(self, form: Form, values: Values, node: Node, column: int) -> None:
        if type(node) is Modifier:
            raise Mistake(f"{form.name} takes the symbol itself, without %{node.name}", column)
        through = THROUGH_GOT.get("lga" if form.name == "la" and self.host.options.pic else form.name)
        if type(node) is int and form.name in ADDRESSES:
            self._constant(values["rd"], node, column)
        elif through:
            self._through_got(values["rd"], node, column, *through)
        else:
            self._two_parts(form, values, node, column)

    def _two_parts(self, form: Form, values: Values, node: Node, column: int) -> None:
        """auipc with the upper part, then the template's second instruction with the lower part of the same address."""
        label = self.names.here()
        parts = {"pcrel_hi": node, "pcrel_lo": label}
        for template in form.pseudo.templates:
            insn, wanted = _template(template, self.host.xlen)
            bound: Values = {}
            for field, word in wanted.items():
                if type(word) is int:
                    bound[field] = word
                elif word in PARTS:
                    bound[field] = Modifier(PARTS[word], parts[PARTS[word]], column)
                else:
                    bound[field] = values[word.name if type(word) is Field else word]
            self.encoder.emit(insn, bound, dict.fromkeys(wanted, column))

    def _through_got(self, rd: int, node: Node, column: int, modifier: str, low: str) -> None:
        label, xlen = self.names.here(), self.host.xlen
        name = "addi" if low == "add" else "ld" if xlen == 64 else "lw"
        upper = {"rd": rd, "imm_u": Modifier(modifier, node, column)}
        lower = {"rd": rd, "rs1": rd, "imm_i": Modifier("pcrel_lo", label, column)}
        self.encoder.emit(lookup("auipc", xlen), upper, {"imm_u": column})
        self.encoder.emit(lookup(name, xlen), lower, {"imm_i": column})

    def _constant(self, rd: int, node: Node, column: int) -> None:
        """li; of a value that is known only after layout, as many instructions as that value takes."""
        if type(node) is Modifier:
            raise Mistake(f"%{node.name} does not fit this operand", column, "li takes a number; la takes a symbol")
        if type(node) is not int:
            section = self.host.section
            section.add(Constant(section, self.host.line, node, column, lambda value: self._late_constant(rd, value)))
            return
        if self.host.xlen == 32 and not -(1 << 31) <= node < 1 << 32:
            hint = f"allowed: {-(1 << 31):#x}..{(1 << 32) - 1:#x}"
            raise Mistake(f"li: constant {node:#x} does not fit in 32 bits", column, hint)
        for insn, values in self._steps(rd, node):
            self.encoder.emit(insn, values, {})

    def _steps(self, rd: int, value: int) -> list[tuple[Insn, Values]]:
        xlen = self.host.xlen
        found, source = [], 0
        for name, number in constant_steps(wrap32(value) if xlen == 32 else value, xlen):
            insn = lookup(name, xlen)
            imm = insn.fields[-1]
            values = {"rd": rd, imm.name: imm.from_written(number)}
            found.append((insn, values if name == "lui" else {**values, "rs1": source}))
            source = rd
        return found

    def _late_constant(self, rd: int, value: int) -> bytes:
        """li of a value known late: addi in full length if it reaches, as clang has it, else the shortest."""
        if -2048 <= value < 2048:
            return self.encoder.code(lookup("addi", self.host.xlen), {"rd": rd, "rs1": 0, "imm_i": value}, False)
        rvc = self.host.options.rvc
        return b"".join(self.encoder.code(insn, values, rvc) for insn, values in self._steps(rd, value))
