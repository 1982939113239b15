"""A mnemonic and its operands to emitted instructions: pick the form, read the operand values, expand pseudo-instructions."""

from __future__ import annotations

from collections.abc import Iterable

from emu.asm.constants import constant_steps
from emu.asm.encode import Columns, Encoder, Host, Values
from emu.asm.errors import Mistake
from emu.asm.explain import mismatch, unknown, unknown_csr
from emu.asm.expressions import Modifier, Names, Node, parse_expression
from emu.asm.forms import Form, Slot, forms
from emu.asm.fragments import Constant
from emu.asm.lexer import Token
from emu.asm.operands import Operand, parse_operands
from emu.errors import did_you_mean
from emu.isa.csrs import CSR_BY_NAME
from emu.isa.formats import EncodeError, Field
from emu.isa.insns import lookup
from emu.isa.pseudo import template_operands
from emu.isa.text import ROUNDING, fence_set

PARTS = {"symbol[31:12]": "pcrel_hi", "symbol[11:0]": "pcrel_lo"}  # of a template -> modifier
# Addresses that go through the global offset table: name -> (modifier of the auipc, "load" or "add" its low part).
THROUGH_GOT = {
    "lga": ("got_pcrel_hi", "load"),
    "la.tls.ie": ("tls_ie_pcrel_hi", "load"),
    "la.tls.gd": ("tls_gd_pcrel_hi", "add"),
}

ALL_ZERO = ("unimp", "c.unimp")  # the two zero bytes, illegal for good, that unimp becomes where code may be compressed


class Instructions:
    """Assembles instructions for a host, with its symbols."""

    def __init__(self, host: Host, names: Names) -> None:
        self.host, self.names, self.encoder = host, names, Encoder(host)
        self._forms: dict[tuple[str, str, object], Form] = {}

    def assemble(self, name: str, column: int, tokens: list[Token], macros: Iterable[str] = ()) -> None:
        """Appends what the statement means to the current section; `macros` for hints about unknown names."""
        if not forms(name, self.host.xlen) and name not in ALL_ZERO:
            raise unknown(name, self.host.xlen, column, macros)
        operands = parse_operands(tokens)
        if name == "add" and len(operands) == 4:
            return self._thread_add(operands, column)
        if name in ALL_ZERO and not operands and self.host.options.rvc:
            return self.encoder.append(b"\0\0")
        form = self._find(name, operands, column)
        try:
            values, columns = self._bind(form, operands)
        except Mistake as mistake:
            mistake.hint = mistake.hint or f"write: {form.syntax}"
            raise
        if form.insn is not None:
            self.encoder.emit(form.insn, values, columns)
        elif form.pseudo.computed:
            self._computed(form, values, columns)
        else:
            self._templates(form, values, columns)
        return None

    def _find(self, name: str, operands: list[Operand], column: int) -> Form:
        shapes = "".join(operand.shape for operand in operands)
        key = (name, shapes, self.host.options)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = self._choose(name, shapes, operands, column)
        return form

    def _choose(self, name: str, shapes: str, operands: list[Operand], column: int) -> Form:
        options = self.host.options
        known = forms(name, self.host.xlen)
        fitting = [form for form in known if form.takes(shapes) and not (form.without and options.has(form.without))]
        if not fitting:
            raise mismatch(name, known, operands, column)
        form = next((form for form in fitting if options.has(form.ext)), None)
        if form is None and options.strict:
            hint = f".option arch, +{fitting[0].ext.lower()} allows it"
            raise Mistake(f"{name!r} needs the extension {fitting[0].ext}", column, hint)
        form = form or fitting[0]
        if form.ext.startswith("C") and form.insn and not options.rvc:
            raise Mistake(f"{name!r} needs the extension C", column, ".option rvc allows compressed instructions")
        return form

    def _bind(self, form: Form, operands: list[Operand]) -> tuple[Values, Columns]:
        values: Values = dict(form.fixed)
        columns: Columns = {}
        for slot, operand in zip(form.slots, operands, strict=False):
            columns[slot.word] = operand.column
            if slot.shape == "m":
                self._register(slot, slot.base, operand, values)
                columns[slot.base] = operand.column
                self._offset(slot, operand, values)
            elif slot.shape == "e":
                values[slot.word] = self._value(slot, operand)
            else:
                self._register(slot, slot.word, operand, values)
        return values, columns

    def _register(self, slot: Slot, word: str, operand: Operand, values: Values) -> None:
        if slot.literal < 0:
            values[word] = operand.register
        elif operand.register != slot.literal:
            raise Mistake(f"this operand must be {word}", operand.column)

    def _offset(self, slot: Slot, operand: Operand, values: Values) -> None:
        offset = parse_expression(operand.tokens, self.names) if operand.tokens else 0
        if slot.field is not None:
            values[slot.word] = self._narrow(slot.field, offset, operand.column)
        elif offset != 0:
            raise Mistake("no offset is possible here", operand.column, "add it to the register before: addi t0, a1, 8")

    def _value(self, slot: Slot, operand: Operand) -> int | Node:
        field = slot.field
        word = operand.tokens[0].value if len(operand.tokens) == 1 else None
        if field is not None and field.kind in ("csr", "rm", "fence"):
            return self._named(field, word, operand)
        node = parse_expression(operand.tokens, self.names)
        return node if field is None else self._narrow(field, node, operand.column)

    def _narrow(self, field: Field, value: Node, column: int) -> Node:
        """The field's value of a written number; on RV32 0xfffff800 is as good as -2048."""
        if type(value) is not int:
            return value
        if self.host.xlen == 32 and field.signed and 1 << 31 <= value < 1 << 32 and not field.shift:
            value -= 1 << 32
        try:
            return field.from_written(value)
        except EncodeError as error:
            raise Mistake(str(error), column) from None

    def _named(self, field: Field, word: object, operand: Operand) -> Node:
        if field.kind == "rm":
            if word not in ROUNDING:
                raise Mistake("expected a rounding mode", operand.column, f"one of {', '.join(ROUNDING)}")
            return ROUNDING[word]
        if field.kind == "fence":
            value = fence_set(str(word))
            if value is None:
                raise Mistake(
                    "expected a set of accesses", operand.column, "some of the letters iorw in that order, as rw"
                )
            return value
        return self._csr(word, operand)

    def _csr(self, word: object, operand: Operand) -> Node:
        if csr := CSR_BY_NAME.get(word):
            if self.host.xlen not in csr.xlens:
                raise Mistake(f"{word} exists only on RV{csr.xlens[0]}", operand.column)
            return csr.number
        node = parse_expression(operand.tokens, self.names)
        if type(node) is not int:
            raise (
                unknown_csr(str(word), operand.column)
                if word
                else Mistake("expected a control register", operand.column)
            )
        return node

    def _templates(self, form: Form, values: Values, columns: Columns) -> None:
        for template in form.pseudo.templates:
            name, wanted = template_operands(template, self.host.xlen)
            bound = {k: values[v.name] if isinstance(v, Field) else v for k, v in wanted.items()}
            places = {k: columns.get(v.name, 0) for k, v in wanted.items() if isinstance(v, Field)}
            self.encoder.emit(lookup(name, self.host.xlen), bound, places)

    def _computed(self, form: Form, values: Values, columns: Columns) -> None:
        if "value" in values:
            return self._constant(values["rd"], values["value"], columns["value"])
        node, column = values["symbol"], columns["symbol"]
        if type(node) is Modifier:
            raise Mistake(f"{form.name} takes the symbol itself, without %{node.name}", column)
        if type(node) is int and form.name in ("la", "lla", "lga"):
            return self._constant(values["rd"], node, column)
        through = THROUGH_GOT.get("lga" if form.name == "la" and self.host.options.pic else form.name)
        if through:
            return self._through_got(values["rd"], node, column, *through)
        return self._two_parts(form, values, node, column)

    def _constant(self, rd: int, node: Node, column: int) -> None:
        """li; of a value that is known only after layout, as many instructions as that value takes."""
        if type(node) is Modifier:
            raise Mistake(f"%{node.name} does not fit this operand", column, "li takes a number; la takes a symbol")
        if type(node) is not int:
            section = self.host.section
            section.add(Constant(section, self.host.line, node, column, lambda value: self.constant_code(rd, value)))
            return
        limit = f"-{1 << (self.host.xlen - 1):#x}..{(1 << self.host.xlen) - 1:#x}"
        if self.host.xlen == 32 and not -(1 << 31) <= node < 1 << 32:
            raise Mistake(f"li: constant {node:#x} does not fit in 32 bits", column, f"allowed: {limit}")
        for name, values in self._steps(rd, node):
            self.encoder.emit(lookup(name, self.host.xlen), values, {})

    def _steps(self, rd: int, value: int) -> list[tuple[str, Values]]:
        xlen = self.host.xlen
        if xlen == 32:
            value = ((value + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
        found, source = [], 0
        for name, number in constant_steps(value, xlen):
            imm = lookup(name, xlen).fields[-1]
            values = {"rd": rd, imm.name: imm.from_written(number)}
            found.append((name, values if name == "lui" else {**values, "rs1": source}))
            source = rd
        return found

    def constant_code(self, rd: int, value: int) -> bytes:
        """The code of li for a value known late: addi in full length if it reaches, as clang has it, else the shortest."""
        short = -2048 <= value < 2048
        steps = [("addi", {"rd": rd, "rs1": 0, "imm_i": value})] if short else self._steps(rd, value)
        rvc = self.host.options.rvc and not short
        return b"".join(self.encoder.code(lookup(name, self.host.xlen), values, rvc) for name, values in steps)

    def _two_parts(self, form: Form, values: Values, node: Node, column: int) -> None:
        """auipc with the upper part, then the template's second instruction with the lower part of the same address."""
        label = self.names.here()
        for template in form.pseudo.templates:
            name, wanted = template_operands(template, self.host.xlen)
            bound: Values = {}
            for field, word in wanted.items():
                if word in PARTS:
                    modifier = PARTS[word]
                    bound[field] = Modifier(modifier, node if modifier == "pcrel_hi" else label, column)
                else:
                    bound[field] = (
                        values[word.name if isinstance(word, Field) else word] if type(word) is not int else word
                    )
            self.encoder.emit(lookup(name, self.host.xlen), bound, dict.fromkeys(wanted, column))

    def _through_got(self, rd: int, node: Node, column: int, modifier: str, low: str) -> None:
        label = self.names.here()
        xlen = self.host.xlen
        name = "addi" if low == "add" else "ld" if xlen == 64 else "lw"
        upper = {"rd": rd, "imm_u": Modifier(modifier, node, column)}
        lower = {"rd": rd, "rs1": rd, "imm_i": Modifier("pcrel_lo", label, column)}
        self.encoder.emit(lookup("auipc", xlen), upper, {"imm_u": column})
        self.encoder.emit(lookup(name, xlen), lower, {"imm_i": column})

    def _thread_add(self, operands: list[Operand], column: int) -> None:
        """`add a0, a0, tp, %tprel_add(x)`: an add with a note for the linker, which needs none here."""
        node = parse_expression(operands[3].tokens, self.names)
        if [o.shape for o in operands[:3]] != ["x", "x", "x"] or type(node) is not Modifier or node.name != "tprel_add":
            hint = did_you_mean("add", ()) or "write: add rd, rs1, tp, %tprel_add(symbol)"
            raise Mistake("add takes 3 operands, found 4", column, hint)
        values = dict(zip(("rd", "rs1", "rs2"), (o.register for o in operands[:3]), strict=True))
        self.encoder.emit(lookup("add", self.host.xlen), values, {}, compressible=False)
