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
_SINGLE = re.compile(rf"([a-z]){_VERSION}")
_MULTI = re.compile(r"([zsx][a-z0-9]*?[a-z]\d*?)(?:\d+p\d+)?")


def parse_arch(text: str) -> tuple[int, frozenset[str]]:
    """'rv64imac_zba1p0' -> (64, {I, M, A, C, Zba}). RISC-V Unprivileged, "ISA Extension Naming Conventions"."""
    match = re.fullmatch(
        r"rv(32|64)((?:[a-y]" + _VERSION + r")*)((?:_?[a-z][a-z0-9]*)*(?:_[a-z][a-z0-9]*)*)", text.lower()
    )
    if not match:
        raise Mistake(f"{text!r} is no RISC-V architecture", None, "write rv64imac or rv32gc_zba")
    names = [letter.upper() for letter in _SINGLE.findall(match[2])]
    for word in filter(None, match[3].split("_")):
        names.append(extension_name(word))
    return int(match[1]), expand(names)


def extension_name(word: str) -> str:
    """'zba1p0' -> 'Zba', 'c' -> 'C'."""
    match = _MULTI.fullmatch(word) or _SINGLE.fullmatch(word)
    return (match[1] if match else word).capitalize()


def expand(names: list[str]) -> frozenset[str]:
    """With g and b spelled out."""
    return frozenset(part for name in names for part in SHORT.get(name, (name,)))
