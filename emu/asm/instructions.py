"""A mnemonic and its operands to emitted instructions: the form that takes the operands, their values, the bytes."""

from __future__ import annotations

from collections.abc import Iterable

from emu.asm.bind import Binder
from emu.asm.encode import Encoder, Host
from emu.asm.errors import Mistake
from emu.asm.explain import mismatch, unknown
from emu.asm.expressions import Names
from emu.asm.forms import Form, forms
from emu.asm.lexer import Token
from emu.asm.nodes import Modifier
from emu.asm.operands import Operand, parse_operands
from emu.asm.pseudo import Expander
from emu.isa.insns import lookup

ALL_ZERO = ("unimp", "c.unimp")  # the two zero bytes, illegal for good, that unimp becomes where code may be compressed


class Instructions:
    """Assembles instructions for a host, with its symbols."""

    def __init__(self, host: Host, names: Names) -> None:
        self.host, self.encoder = host, Encoder(host)
        self.binder, self.expander = Binder(host.xlen, names), Expander(host, names, self.encoder)
        self._forms: dict[tuple, Form] = {}

    def assemble(self, name: str, column: int, tokens: list[Token], macros: Iterable[str] = ()) -> None:
        """Appends what the statement means to the current section; `macros` for hints about unknown names."""
        operands = parse_operands(tokens) if forms(name, self.host.xlen) else []
        if name in ALL_ZERO and not operands and self.host.options.rvc:
            return self.encoder.append(b"\0\0")
        if not forms(name, self.host.xlen):
            raise unknown(name, self.host.xlen, column, macros)
        if name == "add" and len(operands) == 4:
            return self._thread_add(operands, column)
        form = self._find(name, operands, column)
        values, columns = self.binder.bind(form, operands)
        if form.insn is not None:
            return self.encoder.emit(form.insn, values, columns)
        return self.expander.expand(form, values, columns)

    def _find(self, name: str, operands: list[Operand], column: int) -> Form:
        """The form for operands of these shapes."""
        shapes = "".join(operand.shape for operand in operands)
        key = (name, shapes, self.host.options)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = self._choose(name, shapes, operands, column)
        return form

    def _choose(self, name: str, shapes: str, operands: list[Operand], column: int) -> Form:
        options, known = self.host.options, forms(name, self.host.xlen)
        fitting = [form for form in known if form.takes(shapes) and not (form.without and options.has(form.without))]
        if not fitting:
            raise mismatch(name, known, operands, column)
        form = next((form for form in fitting if options.has(form.ext)), None)
        if form is None and options.strict:
            hint = f".option arch, +{fitting[0].ext.lower()} allows it"
            raise Mistake(f"{name!r} needs the extension {fitting[0].ext}", column, hint)
        form = form or fitting[0]
        if form.insn and form.insn.length == 2 and not options.rvc:
            raise Mistake(f"{name!r} needs the extension C", column, ".option rvc allows compressed instructions")
        return form

    def _thread_add(self, operands: list[Operand], column: int) -> None:
        """`add a0, a0, tp, %tprel_add(x)`: an add with a note for the linker, which needs none here."""
        node = self.binder.expression(operands[3])
        if [o.shape for o in operands[:3]] != ["x"] * 3 or type(node) is not Modifier or node.name != "tprel_add":
            raise Mistake("add takes 3 operands, found 4", column, "write: add rd, rs1, tp, %tprel_add(symbol)")
        values = dict(zip(("rd", "rs1", "rs2"), (o.register for o in operands[:3]), strict=True))
        self.encoder.emit(lookup("add", self.host.xlen), values, {}, compressible=False)
