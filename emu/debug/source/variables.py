"""Functions and variables of compiled code, from .debug_info. Only the units that are asked about are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from emu.debug.source.location import Context, Where, evaluate
from emu.debug.source.types import Type, Types, number, text

MOST_UNITS, MOST_NAMES, DEEPEST = 20_000, 100_000, 40
VARIABLES = ("DW_TAG_variable", "DW_TAG_formal_parameter")


@dataclass(slots=True)
class Function:
    """A function of the source; addresses as loaded."""

    name: str
    low: int
    high: int
    die: Any


@dataclass(slots=True)
class Variable:
    """A variable in scope; `is_argument` for parameters."""

    name: str
    type: Type
    die: Any
    is_argument: bool = False
    is_global: bool = False


class DebugInfo:
    """What .debug_info says, addresses moved by `bias`. Nothing here raises, whatever the file holds."""

    def __init__(self, dwarf: Any, bias: int) -> None:
        self.dwarf, self.bias = dwarf, bias
        self.units: list[tuple[int, int, Any]] | None = None
        self.functions_of: dict[int, list[Function]] = {}
        self.types: Types | None = None
        self.globals: dict[str, Any] | None = None

    # -- where is pc --------------------------------------------------------------------------------------------------
    def function_at(self, pc: int) -> Function | None:
        """The function that holds an address."""
        with suppress(Exception):  # hostile
            unit = self._unit_at(pc - self.bias)
            for function in self._functions(unit) if unit is not None else ():
                if function.low <= pc < function.high:
                    return function
        return None

    def _unit_at(self, addr: int) -> Any:
        if self.units is None:
            self.units = list(self._ranges()) if self.dwarf is not None else []
        return next((unit for low, high, unit in self.units if low <= addr < high), None)

    def _ranges(self) -> Iterator[tuple[int, int, Any]]:
        for count, unit in enumerate(self.dwarf.iter_CUs()):
            if count >= MOST_UNITS:
                return
            for low, high in self._spans(unit.get_top_DIE(), unit):
                yield low, high, unit

    def _spans(self, die: Any, unit: Any) -> list[tuple[int, int]]:
        """The address ranges of an entry, as in the file."""
        attributes = die.attributes
        if "DW_AT_high_pc" in attributes and "DW_AT_low_pc" in attributes:
            low, high = attributes["DW_AT_low_pc"].value, attributes["DW_AT_high_pc"]
            return [(low, high.value if high.form == "DW_FORM_addr" else low + high.value)]
        if "DW_AT_ranges" not in attributes:
            return []
        base = number(unit.get_top_DIE(), "DW_AT_low_pc")
        spans = []
        for entry in self.dwarf.range_lists().get_range_list_at_offset(attributes["DW_AT_ranges"].value, unit):
            if hasattr(entry, "base_address"):
                base = entry.base_address
            else:
                shift = 0 if getattr(entry, "is_absolute", False) else base
                spans.append((entry.begin_offset + shift, entry.end_offset + shift))
        return spans

    def _functions(self, unit: Any) -> list[Function]:
        if unit.cu_offset not in self.functions_of:
            found = self.functions_of[unit.cu_offset] = []
            for die in unit.get_top_DIE().iter_children():
                if die.tag == "DW_TAG_subprogram":
                    for low, high in self._spans(die, unit):
                        found.append(Function(self._name(die), low + self.bias, high + self.bias, die))
        return self.functions_of[unit.cu_offset]

    @classmethod
    def _name(cls, die: Any) -> str:
        return text(cls._with(die, "DW_AT_name"), "DW_AT_name")

    @staticmethod
    def _with(die: Any, attribute: str) -> Any:
        """The entry, or the one that it is made from, that has an attribute; else the last of them."""
        for _ in range(4):
            link = next((a for a in ("DW_AT_abstract_origin", "DW_AT_specification") if a in die.attributes), None)
            if attribute in die.attributes or link is None:
                break
            die = die.get_DIE_from_attribute(link)
        return die

    def returned_by(self, function: Function) -> Type | None:
        """The type of what a function returns, None if its description is broken."""
        with suppress(Exception):  # hostile
            return self._variable("", function.die).type
        return None

    # -- variables ----------------------------------------------------------------------------------------------------
    def locals_at(self, pc: int) -> list[Variable]:
        """Arguments, then variables of the blocks that hold an address, the innermost last."""
        function = self.function_at(pc)
        found: list[Variable] = []
        with suppress(Exception):  # hostile
            if function is not None:
                self._collect(function.die, pc - self.bias, found, 0)
        return sorted(found, key=lambda variable: not variable.is_argument)

    def _collect(self, die: Any, addr: int, found: list[Variable], depth: int) -> None:
        for child in die.iter_children():
            if child.tag in VARIABLES and (name := self._name(child)):
                found.append(self._variable(name, child, child.tag == VARIABLES[1]))
            elif child.tag == "DW_TAG_lexical_block" and depth < DEEPEST and self._holds(child, addr):
                self._collect(child, addr, found, depth + 1)

    def _holds(self, die: Any, addr: int) -> bool:
        return any(low <= addr < high for low, high in self._spans(die, die.cu))

    def _variable(self, name: str, die: Any, is_argument: bool = False, is_global: bool = False) -> Variable:
        if self.types is None:
            self.types = Types(die.cu["address_size"])
        return Variable(name, self.types.of(self._with(die, "DW_AT_type")), die, is_argument, is_global)

    def global_named(self, name: str) -> Variable | None:
        """A variable of file scope. The first question reads the heads of all units: half a second for a C library."""
        if self.globals is None:
            self.globals = {}
            with suppress(Exception):  # hostile
                self._index_globals()
        die = self.globals.get(name)
        try:
            return self._variable(name, die, is_global=True) if die is not None else None
        except Exception:  # hostile
            return None

    def _index_globals(self) -> None:
        for unit in self.dwarf.iter_CUs() if self.dwarf is not None else ():
            for die in unit.get_top_DIE().iter_children():
                if die.tag == "DW_TAG_variable" and "DW_AT_location" in die.attributes and (name := self._name(die)):
                    self.globals.setdefault(name, die)
                if len(self.globals) >= MOST_NAMES:
                    return

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
            value = die.attributes.get("DW_AT_const_value")
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
