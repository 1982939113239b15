"""Where functions begin that no symbol names: those that are inlined, and C++'s by their names in the source."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from itertools import islice

from emu.debug.source.types import number
from emu.debug.source.units import Units

MOST_INLINED = 100_000


class CodeNames:
    """The part of DebugInfo that finds functions by name."""

    units: Units
    bias: int

    @cached_property
    def inlined(self) -> dict[str, list[int]]:
        """Where functions are inlined: name → the first address of each such call."""
        found: dict[str, list[int]] = {}
        with suppress(Exception):  # hostile
            for call in islice(self.units.inlined_calls(), MOST_INLINED):
                entry = number(call.die, "DW_AT_entry_pc")
                found.setdefault(call.name, []).append(entry + self.bias if entry > call.low - self.bias else call.low)
        return found

    @cached_property
    def functions(self) -> dict[str, list[int]]:
        """Where functions begin whose names are no symbols: C++'s, with namespaces and classes, or just their last
        part; also without the arguments of templates."""
        found: dict[str, list[int]] = {}
        with suppress(Exception):  # hostile
            rows = (row for unit in self.units.all() for row in self.units.functions(unit))
            for function in islice(rows, MOST_INLINED):
                plain = function.name.partition("<")[0]
                for name in {function.name, plain, plain.rpartition("::")[2]}:
                    found.setdefault(name, []).append(function.low)
        return found

    def places_of(self, name: str) -> list[int]:
        """Where a function that is no symbol begins, and where it is inlined."""
        return sorted({*self.functions.get(name, ()), *self.inlined.get(name, ())})
