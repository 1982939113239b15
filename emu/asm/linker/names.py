"""Which definition each name means: one strong one, else a common block, else the first weak one."""

from __future__ import annotations

from collections.abc import Iterable

from emu.asm.errors import AsmError, Diagnostics
from emu.asm.objects import ABSOLUTE, COMMON, DEFINED, UNDEFINED, Object, ObjectSection, ObjectSymbol, Reloc
from emu.asm.sections import SHF_ALLOC, SHF_WRITE, SHT_NOBITS
from emu.asm.symbols import shown_name
from emu.errors import Place, did_you_mean

_RANK = {UNDEFINED: 0, COMMON: 2, DEFINED: 3, ABSOLUTE: 3}


def _rank(symbol: ObjectSymbol) -> int:
    return 1 if symbol.binding == "weak" and symbol.state != UNDEFINED else _RANK[symbol.state]


class Names:
    """The global names of all objects. `dropped` are sections of COMDAT groups that came a second time."""

    def __init__(self, objects: list[Object], diagnostics: Diagnostics) -> None:
        self.objects, self.diagnostics = objects, diagnostics
        self.table: dict[str, ObjectSymbol] = {}
        self.dropped = _duplicate_groups(objects)
        for obj in objects:
            for symbol in obj.symbols:
                if symbol.binding != "local" and symbol.section not in self.dropped:
                    self._enter(symbol, obj)
        self.commons = self._allocate()

    def _enter(self, new: ObjectSymbol, obj: Object) -> None:
        old = self.table.get(new.name)
        if old is None or _rank(new) > _rank(old):
            self.table[new.name] = new
        elif new.state == UNDEFINED and old.state == UNDEFINED:
            if new.binding == "global":
                self.table[new.name] = new
        elif _rank(new) == _rank(old) == 3:
            self._twice(old, new, obj)
        elif new.state == COMMON and old.state == COMMON:
            old.size, old.value = max(old.size, new.size), max(old.value, new.value)

    def _twice(self, old: ObjectSymbol, new: ObjectSymbol, obj: Object) -> None:
        where = f" at {old.place[0].file}:{old.place[0].number}" if old.place else ""
        self.diagnostics.add(
            self.error(
                new.place, f"symbol {new.name!r} is already defined{where}", obj.name, "only one file may define it"
            )
        )

    def error(self, place: tuple | None, message: str, file: str = "", hint: str = "") -> AsmError:
        """An AsmError where the symbol or relocation came from."""
        if place is not None:
            return place[0].error(message, place[1], hint)
        return AsmError(message, Place(file) if file else None, hint)

    def _allocate(self) -> list[ObjectSection]:
        """A section of .bss for each common block that no definition has replaced."""
        made = []
        for symbol in self.table.values():
            if symbol.state == COMMON:
                size, alignment = symbol.size, max(symbol.value, 1)
                section = ObjectSection("COMMON", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, alignment, b"", size)
                symbol.state, symbol.section, symbol.value = DEFINED, section, 0
                made.append(section)
        return made

    def find(self, symbol: ObjectSymbol) -> ObjectSymbol:
        """The definition that a reference means; itself if there is none."""
        if symbol.binding == "local" and symbol.section not in self.dropped:
            return symbol
        return self.table.get(symbol.name, symbol)

    def check(self, sections: Iterable[ObjectSection], provided: Iterable[str]) -> None:
        """Puts an error into the diagnostics for every use of a symbol that nothing defines."""
        known = {n for n, s in self.table.items() if s.state != UNDEFINED} | set(provided)
        for section in sections:
            for reloc in section.relocs:
                target = self.find(reloc.symbol)
                if target.state == UNDEFINED and target.binding != "weak" and target.name not in known:
                    self._undefined(reloc, known)

    def _undefined(self, reloc: Reloc, known: set[str]) -> None:
        name = reloc.symbol.name
        if not name:
            return
        others = {s.name for o in self.objects for s in o.symbols if s.binding == "local" and s.state == DEFINED}
        hint = did_you_mean(name, known | {n for n in others if "\x02" not in n and "\x01" not in n})
        if name in others:
            hint = f"another file has {name!r}, but without .globl {name}"
        if "\x02" in name:
            hint = f"there is no label {shown_name(name)}: after this"
        file = next((o.name for o in self.objects if reloc.symbol in o.symbols), "")
        self.diagnostics.add(self.error(reloc.place, f"undefined symbol {shown_name(name)!r}", file, hint))


def _duplicate_groups(objects: list[Object]) -> set[ObjectSection | None]:
    seen: dict[str, Object] = {}
    dropped: set[ObjectSection | None] = set()
    for obj in objects:
        for section in obj.sections:
            if section.group and seen.setdefault(section.group, obj) is not obj:
                dropped.add(section)
    return dropped
