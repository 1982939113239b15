"""What may be assembled at the moment: compression, position independence, extensions. `.option`, `.attribute arch`."""

from __future__ import annotations

import re
from typing import NamedTuple

from emu.asm.errors import Mistake

GENERAL = ("I", "M", "A", "F", "D", "Zicsr", "Zifencei")
SHORT = {"G": GENERAL, "B": ("Zba", "Zbb", "Zbs")}
ALWAYS = frozenset({"I", "S"})


class Options(NamedTuple):
    """`strict`: the user named the extensions, so that others are refused."""

    rvc: bool = True
    pic: bool = False
    extensions: frozenset[str] = frozenset({*GENERAL, "C", "S"})
    strict: bool = False

    def has(self, ext: str) -> bool:
        """Whether an extension, or each of several as in 'C+D', is on."""
        return all(part in self.extensions for part in ext.split("+"))

    def with_extensions(self, extensions: frozenset[str], strict: bool) -> Options:
        """The same with other extensions; C decides about compression."""
        rvc = bool(extensions & {"C", "Zca"})
        return self._replace(extensions=extensions | ALWAYS, rvc=rvc, strict=strict)


_VERSION = r"(?:\d+(?:p\d+)?)?"
_SINGLE = re.compile(rf"([a-rt-wy]){_VERSION}")
_MULTI = re.compile(rf"([zsx][a-z]+\d*?[a-z]*?){_VERSION}")


def parse_arch(text: str) -> tuple[int, frozenset[str]]:
    """'rv64imac_zba1p0' -> (64, {I, M, A, C, Zba}). RISC-V Unprivileged, "ISA Extension Naming Conventions"."""
    first, *more = text.lower().split("_")
    base = re.match(r"rv(32|64)(?=[ieg])", first)
    names, position = [], base.end() if base else 0
    while base and (single := _SINGLE.match(first, position)):
        names.append(single[1].upper())
        position = single.end()
    names += [extension_name(word) for word in (first[position:], *more) if word]
    if not base or "" in names:
        raise Mistake(f"{text[:80]!r} is no RISC-V architecture", None, "write rv64imac or rv32gc_zba")
    return int(base[1]), expand(names)


def extension_name(word: str) -> str:
    """'zba1p0' -> 'Zba', 'c' -> 'C'; '' for what is no name of an extension."""
    match = _MULTI.fullmatch(word) or _SINGLE.fullmatch(word)
    return match[1].capitalize() if match else ""


def expand(names: list[str]) -> frozenset[str]:
    """With g and b spelled out."""
    return frozenset(part for name in names for part in SHORT.get(name, (name,)))
