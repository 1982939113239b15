"""What the names of a whole executable mean: variables, types and enumerators of file scope and of namespaces."""

from __future__ import annotations

from typing import Any

from emu.debug.source.types import RECORDS, is_cplusplus, number, text
from emu.debug.source.units import DEEPEST, Units, name_of

MOST_NAMES = 100_000
TAGS = {"DW_TAG_enumeration_type": "enum", **RECORDS}
PLAIN = ("DW_TAG_base_type", "DW_TAG_typedef")


class Names:
    """Entries by name. Reading the heads of all units takes half a second for a C library: it is done when asked."""

    def __init__(self, units: Units) -> None:
        self.variables: dict[str, Any] = {}
        self.types: dict[str, Any] = {}
        self.enumerators: dict[str, tuple[int, Any]] = {}
        self.left = MOST_NAMES
        for unit in units.all():
            self._scope(unit.get_top_DIE(), "", 0)

    def _scope(self, die: Any, prefix: str, depth: int) -> None:
        for child in die.iter_children() if depth < DEEPEST else ():
            if self.left <= 0:
                return
            self._enter(child, prefix, depth)

    def _enter(self, die: Any, prefix: str, depth: int) -> None:
        if die.tag == "DW_TAG_variable":
            self._variable(die, prefix)
        elif die.tag in TAGS or die.tag in PLAIN:
            self._type(die, prefix, depth)
        elif die.tag == "DW_TAG_namespace":
            name = text(die, "DW_AT_name")
            self._scope(die, f"{prefix}{name}::" if name else prefix, depth + 1)

    def _variable(self, die: Any, prefix: str) -> None:
        if "DW_AT_location" in die.attributes and (name := name_of(die)):
            self.left -= 1
            self.variables.setdefault(prefix + name, die)

    def _enumerators(self, die: Any, prefix: str, name: str) -> None:
        """RED; in C++ Colour::RED too, and only so where the enumeration is a scope."""
        scopes = [] if "DW_AT_enum_class" in die.attributes else [prefix]
        scopes += [f"{prefix}{name}::"] if name and is_cplusplus(die) else []
        for child in die.iter_children():
            found = number(child, "DW_AT_const_value"), die
            for scope in scopes:
                self.enumerators.setdefault(scope + text(child, "DW_AT_name"), found)

    def _type(self, die: Any, prefix: str, depth: int) -> None:
        name = text(die, "DW_AT_name")
        if die.tag == "DW_TAG_enumeration_type":
            self._enumerators(die, prefix, name)
        if not name or "DW_AT_declaration" in die.attributes:
            return
        self.left -= 1
        if die.tag in TAGS:
            self.types.setdefault(f"{TAGS[die.tag]} {prefix}{name}", die)
        if die.tag in PLAIN or is_cplusplus(die):
            self.types.setdefault(prefix + name, die)
            if die.tag in RECORDS:
                self._scope(die, f"{prefix}{name}::", depth + 1)
