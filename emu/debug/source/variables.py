"""Functions and variables of compiled code, from .debug_info. Only the units that are asked about are read."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from emu.debug.source.codenames import CodeNames
from emu.debug.source.location import Context, Where, evaluate
from emu.debug.source.names import Names
from emu.debug.source.types import Type, Types, number
from emu.debug.source.units import BLOCKS, DEEPEST, INLINED, Function, Units, name_of, origin

LISTS = ("DW_FORM_sec_offset", "DW_FORM_loclistx")  # of places that change with pc
VARIABLES = ("DW_TAG_variable", "DW_TAG_formal_parameter")


@dataclass(slots=True)
class Variable:
    """A variable in scope; `is_argument` for parameters."""

    name: str
    type: Type
    die: Any
    is_argument: bool = False
    is_global: bool = False


def moves(die: Any, depth: int = 0) -> bool:
    """Whether a variable below an entry has several places, which change with pc: the compiler has optimised."""
    for child in die.iter_children() if depth < DEEPEST else ():
        place = child.attributes.get("DW_AT_location")
        if (place is not None and place.form in LISTS) or (child.tag in (*BLOCKS, INLINED) and moves(child, depth + 1)):
            return True
    return False


class DebugInfo(CodeNames):
    """What .debug_info says, addresses moved by `bias`. Nothing here raises, whatever the file holds."""

    def __init__(self, dwarf: Any, bias: int) -> None:
        self.dwarf, self.bias = dwarf, bias
        self.units = Units(dwarf, bias)
        self.types: Types | None = None
        self.files: dict[tuple[int, int], str] = {}

    # -- where is pc --------------------------------------------------------------------------------------------------
    def function_at(self, pc: int) -> Function | None:
        """The function whose code holds an address, whatever was inlined there."""
        with suppress(Exception):  # hostile
            return self.units.function_at(pc)
        return None

    def calls_at(self, pc: int) -> list[Function]:
        """That function and the calls inlined into it that hold the address, the innermost first."""
        with suppress(Exception):  # hostile
            return self.units.calls_at(pc)
        return []

    def call_site(self, call: Function) -> tuple[str, int] | None:
        """(file, line) where an inlined call stands."""
        with suppress(Exception):  # hostile
            unit, (file, line) = call.die.cu, call.site
            if (unit.cu_offset, file) not in self.files:
                from emu.asm.dwarf.lookup import file_name

                self.files[unit.cu_offset, file] = file_name(self.dwarf.line_program_for_CU(unit), file)
            return (self.files[unit.cu_offset, file], line) if line else None
        return None

    def returned_by(self, function: Function) -> Type | None:
        """The type of what a function returns, None if its description is broken."""
        with suppress(Exception):  # hostile
            return self._variable("", function.die).type
        return None

    def type_of(self, function: Function) -> Type | None:
        """The type that a function is: `int (char *)`."""
        with suppress(Exception):  # hostile
            return self._types(function.die).read(origin(function.die, "DW_AT_prototyped"))
        return None

    def has_prologue(self, start: int) -> bool:
        """Whether a function begins here whose variables have one place each: wrong until its prologue is done."""
        with suppress(Exception):  # hostile
            function = self.units.function_at(start)
            return function is not None and function.low == start and not moves(function.die)
        return False

    # -- variables ----------------------------------------------------------------------------------------------------
    def locals_at(self, pc: int, depth: int = 0) -> list[Variable]:
        """Arguments, then variables of the blocks that hold an address, the innermost last. depth: of `calls_at`."""
        calls = self.calls_at(pc)
        found: list[Variable] = []
        with suppress(Exception):  # hostile
            if depth < len(calls):
                self._collect(calls[depth].die, pc - self.bias, found, 0)
        return sorted(found, key=lambda variable: not variable.is_argument)

    def _collect(self, die: Any, addr: int, found: list[Variable], depth: int) -> None:
        for child in die.iter_children():
            if child.tag in VARIABLES and (name := name_of(child)):
                found.append(self._variable(name, child, child.tag == VARIABLES[1]))
            elif child.tag in BLOCKS and depth < DEEPEST and self.units.holds(child, addr):
                self._collect(child, addr, found, depth + 1)

    def _types(self, die: Any) -> Types:
        if self.types is None:
            self.types = Types(die.cu["address_size"])
        return self.types

    def _variable(self, name: str, die: Any, is_argument: bool = False, is_global: bool = False) -> Variable:
        return Variable(name, self._types(die).of(origin(die, "DW_AT_type")), die, is_argument, is_global)

    # -- names --------------------------------------------------------------------------------------------------------
    @cached_property
    def names(self) -> Names:
        """Those of file scope, as far as they can be read."""
        with suppress(Exception):  # hostile
            return Names(self.units)
        return Names(Units(None, 0))

    def global_named(self, name: str) -> Variable | None:
        """A variable of file scope."""
        with suppress(Exception):  # hostile
            die = self.names.variables.get(name)
            return self._variable(name, die, is_global=True) if die is not None else None
        return None

    def type_named(self, name: str) -> Type | None:
        """`struct node`, `node_t`, `geo::Rect`."""
        with suppress(Exception):  # hostile
            die = self.names.types.get(name)
            return self._types(die).read(die) if die is not None else None
        return None

    def enumerator(self, name: str) -> tuple[int, Type] | None:
        """(value, its enumeration) of a name that an enumeration declares."""
        with suppress(Exception):  # hostile
            if found := self.names.enumerators.get(name):
                return found[0], self._types(found[1]).read(found[1])
        return None

    # -- places -------------------------------------------------------------------------------------------------------
    def locate(self, variable: Variable, pc: int, context: Context) -> Where | None:
        """Where a variable is while the program stands at pc; None when it is optimised away or unknown."""
        try:
            return self._locate(variable.die, "DW_AT_location", pc, context)
        except Exception:  # hostile
            return None

    def frame_base(self, pc: int, context: Context) -> int | None:
        """The base that fbreg counts from, of the function at pc."""
        function = self.function_at(pc)
        try:
            where = self._locate(function.die, "DW_AT_frame_base", pc, context) if function is not None else None
        except Exception:  # hostile
            return None
        if where is not None and where.kind == "register":
            return context.registers.get(where.at)
        return where.at if where is not None else None

    def _locate(self, die: Any, attribute: str, pc: int, context: Context) -> Where | None:
        from elftools.dwarf.dwarf_expr import DWARFExprParser
        from elftools.dwarf.locationlists import LocationParser

        if attribute not in die.attributes:
            value = origin(die, "DW_AT_const_value").attributes.get("DW_AT_const_value")
            return Where("value", value.value & context.mask) if value and isinstance(value.value, int) else None
        found = die.attributes[attribute]
        parser = LocationParser(self.dwarf.location_lists())
        location = parser.parse_from_attribute(found, die.cu["version"], die)
        expression = location.loc_expr if hasattr(location, "loc_expr") else self._pick(location, die, pc - self.bias)
        if expression is None:
            return None
        return evaluate(DWARFExprParser(die.cu.structs).parse_expr(expression), context)

    @staticmethod
    def _pick(entries: list[Any], die: Any, addr: int) -> Any:
        """The expression of the location list's entry that holds an address."""
        base = number(die.cu.get_top_DIE(), "DW_AT_low_pc")
        for entry in entries:
            if hasattr(entry, "base_address"):
                base = entry.base_address
            elif hasattr(entry, "begin_offset"):
                shift = 0 if getattr(entry, "is_absolute", False) else base
                if entry.begin_offset + shift <= addr < entry.end_offset + shift:
                    return entry.loc_expr
        return None
