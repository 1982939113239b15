"""What names in expressions mean for a session: registers of the selected frame, variables, symbols, memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug import expr
from emu.debug.control import frames, registers
from emu.debug.control.calling import CallingScope
from emu.debug.reading import member_named
from emu.debug.source.location import Context, Where
from emu.debug.source.types import Type
from emu.debug.source.variables import Variable
from emu.debug.value import DOUBLE, FLOAT, Value, make
from emu.errors import EmuError, did_you_mean
from emu.isa.paging import PTE_V

if TYPE_CHECKING:
    from emu.debug.session import Session

FLOATS = 32  # DWARF's number of f0
SPECIAL = {
    "cycle": "the clock of the selected hart", "instret": "instructions that it has retired",
    "tick": "the engine's time",
    "hart": "the selected hart", "pid": "the selected task", "satp": "its address-translation register",
    "cause": "its last trap's cause", "tval": "its last trap's value", "_": "the last value that was printed",
    "priv": "its privilege",
}  # fmt: skip


class SessionScope(CallingScope):
    """The expressions of one session; `convenience` holds $names that the user set."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.convenience: dict[str, Value] = {}
        self.uses_frame = False  # a variable that lives in the selected frame has been looked at

    @property
    def xlen(self) -> int:
        return self.session.machine.xlen

    def register(self, name: str) -> Value:
        """A register of the selected frame, a $special, or a $name that was set."""
        frame = self.session.current_frame()
        number, xlen = registers.number_of(name), self.xlen
        if name in ("", "$"):
            return self.convenience.get("_") or make(0, xlen)
        if number is not None:
            if number and number not in frame.registers:
                raise EmuError(
                    f"${name} of this frame is lost: the functions below did not save it", hint="frame 0 has it"
                )
            plain = number in (1, 2, 3, 4, 8)  # ra sp gp tp s0 are mostly addresses
            return make(frame.registers.get(number, 0), xlen, not plain, register=name)
        if name == "pc":
            return make(frame.pc, xlen, False, register="pc")
        if (number := registers.float_number(name)) is not None:
            return self.float_register(name, self.session.registers().f[number])
        if name == "fcsr":
            return make(self.session.registers().fcsr, 32, False, register=name)
        if name in self.convenience:
            return self.convenience[name]
        if name in SPECIAL:
            return make(self.special(name), 64, False)
        if name.isdigit():
            hint = "values have no numbers: $_ is the last one, set $name = VALUE keeps one"
            raise EmuError(f"no register is called ${name}", hint=hint)
        raise registers.unknown(name, (*SPECIAL, *self.convenience))

    @staticmethod
    def float_register(name: str, bits: int) -> Value:
        """A floating-point register: a float where it is boxed as one, else a double."""
        if bits >> 32 == 0xFFFFFFFF:
            return make(bits & 0xFFFFFFFF, 32, False, register=name, type=FLOAT)
        return make(bits, 64, False, register=name, type=DOUBLE)

    def check_new(self, name: str) -> None:
        """Whether the user may set $name. EmuError for those that mean something."""
        if name in SPECIAL:
            raise EmuError(f"${name} is {SPECIAL[name]}: it can't be set")

    def special(self, name: str) -> int:
        """One of SPECIAL."""
        session = self.session
        if name in ("tick", "hart", "pid"):
            return getattr(session.engine if name == "tick" else session, name)
        if name == "_":
            return 0
        return getattr(session.machine.harts[session.hart], name)

    def name(self, name: str) -> Value:
        """A variable in scope, else a symbol, an enumerator, else a register without its $."""
        variable = self.variable(name)
        if variable is not None:
            return self.fetch(variable)
        program = self.session.program
        symbol = program.symbols.by_name.get(name)
        if symbol is not None:
            return make(symbol.start, self.xlen, False, address=symbol.start)
        if (found := program.debug.enumerator(name) if program.dwarf is not None else None) is not None:
            number, bits = found[0], 8 * found[1].size
            return make(number, bits, not number >> (bits - 1) or number < 0, type=found[1])
        if (member := self.member_of_this(name)) is not None:
            return member
        if program.dwarf is not None and (starts := program.debug.functions.get(name)):
            return make(starts[0], self.xlen, False, address=starts[0])
        if registers.number_of(name) is not None or name == "pc" or registers.float_number(name) is not None:
            return self.register(name)
        known = [*program.symbols.by_name, *(v.name for v in self.session.locals())]
        hint = (
            did_you_mean(name, known) or f"registers are written ${name}"
            if name in SPECIAL
            else did_you_mean(name, known)
        )
        raise EmuError(f"no symbol, variable or register is called {name!r}", hint=hint)

    def type_named(self, name: str) -> Type | None:
        """A type of the program's, unless a variable in scope is called so."""
        program = self.session.program
        if program.dwarf is None or any(each.name == name for each in self.session.locals()):
            return None
        return program.debug.type_named(name)

    def member_of_this(self, name: str) -> Value | None:
        """In a method of C++: a member of its object."""
        this = self.variable("this")
        target = this.type.target if this is not None and this.type.kind == "pointer" else None
        if this is None or target is None or member_named(target, name) is None:
            return None
        return expr.evaluate(f"this->{name}", self)

    def load(self, address: int, size: int) -> bytes:
        """Memory of the selected task."""
        data = self.session.read(address, size)
        if data is None:
            raise EmuError(f"nothing is mapped at {address:#x}", hint="vmmap shows what is; walk ADDRESS says why")
        return data

    def physical(self, address: int) -> int:
        """Through the selected task's page table."""
        mm = self.session.mm
        pte = mm.entry(address) if mm is not None and 0 <= address < mm.task_size else 0
        if not pte & PTE_V:
            raise EmuError(f"no page is there at {address:#x}", hint=f"walk {address:#x} says why")
        return pte >> 10 << 12 | address & 4095

    # -- variables ----------------------------------------------------------------------------------------------------
    def variable(self, name: str) -> Variable | None:
        """The innermost variable of a name at the selected frame."""
        for variable in reversed(self.session.locals()):
            if variable.name == name:
                return variable
        return self.session.program.debug.global_named(name)

    def context(self) -> Context:
        """What locations are computed from: the selected frame."""
        session, frame = self.session, self.session.current_frame()
        debug = session.program.debug
        context: Context

        def frame_base() -> int | None:
            return debug.frame_base(frame.lookup_pc, context)

        floats = dict(enumerate(session.registers().f, FLOATS)) if frame.how == "innermost" else {}
        context = Context(
            {**floats, **frame.registers, 0: 0}, session.load_word, frame_base, lambda: frames.cfa_of(session, frame),
            session.program.bias,
            (1 << self.xlen) - 1,
        )  # fmt: skip
        return context

    def place(self, variable: Variable) -> Where | None:
        """Where a variable is now."""
        return self.session.program.debug.locate(variable, self.session.current_frame().lookup_pc, self.context())

    def is_static(self, where: Where) -> bool:
        """Whether a place stays the same in all calls."""
        return where.kind == "memory" and self.session.is_image(where.at, self.session.program)

    def fetch(self, variable: Variable) -> Value:
        """A variable's value."""
        where, kind = self.place(variable), variable.type
        if where is None:
            raise EmuError(f"{variable.name} is optimised away here", hint="compile with -O0 to keep every variable")
        size = kind.size or self.xlen // 8
        self.uses_frame |= not variable.is_global and not self.is_static(where)
        if where.kind == "memory" and kind.is_scalar:
            number = int.from_bytes(self.load(where.at, size), "little")
            return make(number, size * 8, kind.is_signed, address=where.at, type=kind)
        if where.kind == "memory":
            return make(where.at, self.xlen, False, address=where.at, type=kind)
        number = where.at
        if where.kind == "register":
            held = self.context().registers
            if where.at not in held:
                raise EmuError(f"{variable.name} is in a register that is lost in this frame")
            number = held[where.at]
        name = f"{'xf'[where.at >= FLOATS]}{where.at % FLOATS}" if where.kind == "register" else ""
        return make(number, size * 8, kind.is_signed, type=kind, register=name)
