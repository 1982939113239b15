"""Which entry of .debug_info holds an address: units, functions, blocks, calls that were inlined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from emu.debug.source.types import number, qualified, text

MOST_UNITS, DEEPEST = 20_000, 40
BLOCKS = ("DW_TAG_lexical_block", "DW_TAG_try_block", "DW_TAG_catch_block")
INLINED = "DW_TAG_inlined_subroutine"
NESTING = ("DW_TAG_namespace", "DW_TAG_structure_type", "DW_TAG_class_type")


@dataclass(slots=True)
class Function:
    """A function of the source, or a call of one that was inlined; addresses as loaded.

    site: (number of the file, line) where the inlined call stands. spans: the addresses that belong to it.
    """

    name: str
    low: int
    high: int
    die: Any
    site: tuple[int, int] | None = None
    spans: tuple[tuple[int, int], ...] = ()

    def holds(self, pc: int) -> bool:
        """Whether an address, as loaded, belongs to it."""
        return any(low <= pc < high for low, high in self.spans)


class Units:
    """The units of one executable, addresses moved by `bias`. A broken file makes these raise."""

    def __init__(self, dwarf: Any, bias: int) -> None:
        self.dwarf, self.bias = dwarf, bias
        self.ranges: list[tuple[int, int, Any]] | None = None
        self.functions_of: dict[int, list[Function]] = {}

    def all(self) -> Iterator[Any]:
        """Every unit, up to a bound."""
        for count, unit in enumerate(self.dwarf.iter_CUs() if self.dwarf is not None else ()):
            if count >= MOST_UNITS:
                return
            yield unit

    def at(self, addr: int) -> Any:
        """The unit that holds an address of the file, or None."""
        if self.ranges is None:
            found = [(low, high, unit) for unit in self.all() for low, high in self.spans(unit.get_top_DIE())]
            self.ranges = found
        return next((unit for low, high, unit in self.ranges if low <= addr < high), None)

    def spans(self, die: Any) -> list[tuple[int, int]]:
        """The address ranges of an entry, as in the file."""
        attributes, unit = die.attributes, die.cu
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

    def holds(self, die: Any, addr: int) -> bool:
        """Whether an address of the file belongs to an entry."""
        return any(low <= addr < high for low, high in self.spans(die))

    def functions(self, unit: Any) -> list[Function]:
        """The functions of a unit, one for each piece of their code."""
        if unit.cu_offset not in self.functions_of:
            found = self.functions_of[unit.cu_offset] = []
            for die in subprograms(unit.get_top_DIE()):
                spans = self.spans(die)
                moved = tuple((low + self.bias, high + self.bias) for low, high in spans)
                name = qualified(origin(die, "DW_AT_name")) if moved else ""
                found += [Function(name, low, high, die, spans=moved) for low, high in moved]
        return self.functions_of[unit.cu_offset]

    def function_at(self, pc: int) -> Function | None:
        """The function whose code holds an address, whatever was inlined there."""
        unit = self.at(pc - self.bias)
        rows = self.functions(unit) if unit is not None else []
        return next((row for row in rows if row.low <= pc < row.high), None)

    def calls_at(self, pc: int) -> list[Function]:
        """The function at an address and the calls inlined into it that hold it, the innermost first."""
        function = self.function_at(pc)
        if function is None:
            return []
        found = [function]
        self._inlined(function.die, pc - self.bias, found, 0)
        return found[::-1]

    def _inlined(self, die: Any, addr: int, found: list[Function], depth: int) -> None:
        for child in die.iter_children() if depth < DEEPEST else ():
            if child.tag in (*BLOCKS, INLINED) and self.holds(child, addr):
                if child.tag == INLINED:
                    found.append(self.inlined(child))
                return self._inlined(child, addr, found, depth + 1)
        return None

    def inlined(self, die: Any) -> Function:
        """An inlined call."""
        spans = tuple((low + self.bias, high + self.bias) for low, high in self.spans(die))
        low, high = min(spans)[0], max(span[1] for span in spans)
        site = number(die, "DW_AT_call_file"), number(die, "DW_AT_call_line")
        return Function(qualified(origin(die, "DW_AT_name")), low, high, die, site, spans)

    def inlined_calls(self) -> Iterator[Function]:
        """Every inlined call of every unit. All of .debug_info is read for it."""
        for unit in self.all():
            for die in subprograms(unit.get_top_DIE()):
                yield from self._inlined_below(die, 0)

    def _inlined_below(self, die: Any, depth: int) -> Iterator[Function]:
        for child in die.iter_children() if depth < DEEPEST else ():
            if child.tag == INLINED and self.spans(child):
                yield self.inlined(child)
            if child.tag in (*BLOCKS, INLINED):
                yield from self._inlined_below(child, depth + 1)


def subprograms(die: Any, depth: int = 0) -> Iterator[Any]:
    """The functions below an entry, also those in namespaces and classes."""
    for child in die.iter_children() if depth < DEEPEST else ():
        if child.tag == "DW_TAG_subprogram":
            yield child
        elif child.tag in NESTING:
            yield from subprograms(child, depth + 1)


def name_of(die: Any) -> str:
    """The name of an entry, or of the one that it is made from."""
    return text(origin(die, "DW_AT_name"), "DW_AT_name")


def origin(die: Any, attribute: str) -> Any:
    """The entry, or the one that it is made from, that has an attribute; else the last of them."""
    for _ in range(4):
        link = next((a for a in ("DW_AT_abstract_origin", "DW_AT_specification") if a in die.attributes), None)
        if attribute in die.attributes or link is None:
            break
        die = die.get_DIE_from_attribute(link)
    return die
