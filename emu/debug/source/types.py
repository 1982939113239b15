"""Types of C as DWARF describes them, and values written in C's manner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from struct import unpack
from typing import Any

DEEPEST, MOST_ELEMENTS, MOST_PARTS, LONGEST_STRING = 6, 32, 2000, 200
LARGEST = 1 << 16  # bytes of one value that are read
Reader = Callable[[int, int], bytes | None]


@dataclass(slots=True)
class Type:
    """kind: base pointer struct union array enum function void. `target` is what it points at or consists of."""

    kind: str = "void"
    name: str = "void"
    size: int = 0
    encoding: int = 0
    target: Type | None = None
    count: int = 0
    members: list[tuple[str, int, Type]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    @property
    def is_scalar(self) -> bool:
        """Whether it fits in a register."""
        return self.kind in ("base", "pointer", "enum")

    @property
    def is_signed(self) -> bool:
        return self.kind == "base" and self.encoding in (5, 6, 13)


WRAPPERS = {
    "DW_TAG_typedef": "",
    "DW_TAG_const_type": "const ",
    "DW_TAG_volatile_type": "volatile ",
    "DW_TAG_restrict_type": "",
}


class Types:
    """Types of one executable by the offset of their entries."""

    def __init__(self, word: int) -> None:
        self.word = word
        self.known: dict[int, Type] = {}

    def of(self, die: Any) -> Type:
        """The type that an entry's DW_AT_type names; void without one."""
        if "DW_AT_type" not in die.attributes:
            return Type()
        return self.read(die.get_DIE_from_attribute("DW_AT_type"))

    def read(self, die: Any) -> Type:
        """The type that an entry is."""
        if die.offset in self.known:
            return self.known[die.offset]
        made = self.known[die.offset] = Type()
        self._fill(made, die)
        return made

    def _fill(self, made: Type, die: Any) -> None:
        name, size = text(die, "DW_AT_name"), number(die, "DW_AT_byte_size")
        if die.tag in WRAPPERS:
            inner = self.of(die)
            for slot in ("kind", "name", "size", "encoding", "target", "count", "members", "names"):
                setattr(made, slot, getattr(inner, slot))
            made.name = name or WRAPPERS[die.tag] + inner.name
        elif die.tag == "DW_TAG_base_type":
            made.kind, made.name, made.size, made.encoding = "base", name, size, number(die, "DW_AT_encoding")
        elif die.tag in ("DW_TAG_pointer_type", "DW_TAG_reference_type"):
            made.kind, made.size = "pointer", size or self.word
            made.target = self.of(die)
            made.name = made.target.name + (" *" if not made.target.name.endswith("*") else "*")
        elif die.tag in ("DW_TAG_structure_type", "DW_TAG_union_type", "DW_TAG_class_type"):
            made.kind = "union" if die.tag == "DW_TAG_union_type" else "struct"
            made.name, made.size = f"{made.kind} {name}".strip(), size
            for child in die.iter_children():
                if child.tag == "DW_TAG_member":
                    offset = number(child, "DW_AT_data_member_location")
                    made.members.append((text(child, "DW_AT_name"), offset, self.of(child)))
        elif die.tag == "DW_TAG_array_type":
            self._array(made, die)
        elif die.tag == "DW_TAG_enumeration_type":
            made.kind, made.name, made.size = "enum", f"enum {name}".strip(), size or 4
            made.names = {number(c, "DW_AT_const_value"): text(c, "DW_AT_name") for c in die.iter_children()}
        elif die.tag == "DW_TAG_subroutine_type":
            made.kind, made.name = "function", f"{self.of(die).name} ()"

    def _array(self, made: Type, die: Any) -> None:
        made.kind, made.target = "array", self.of(die)
        counts = []
        for child in die.iter_children():
            if child.tag == "DW_TAG_subrange_type":
                upper = child.attributes.get("DW_AT_upper_bound")
                bound = upper.value + 1 if upper is not None and isinstance(upper.value, int) else 0
                counts.append(number(child, "DW_AT_count") or bound)
        for count in reversed(counts[1:]):
            target = made.target
            made.target = Type("array", f"{target.name}[{count}]", target.size * count, target=target, count=count)
        made.count = counts[0] if counts else 0
        made.size, made.name = made.target.size * made.count, f"{made.target.name}[{made.count}]"


def text(die: Any, name: str) -> str:
    """A string attribute, ''."""
    attribute = die.attributes.get(name)
    value = attribute.value if attribute is not None else b""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def number(die: Any, name: str) -> int:
    """An integer attribute, 0."""
    attribute = die.attributes.get(name)
    return attribute.value if attribute is not None and isinstance(attribute.value, int) else 0


def spell(kind: Type, data: bytes | None, read: Reader) -> str:
    """A value in C's manner: `7`, `0x1000 "text"`, `{x = 3, y = 4}`. Pointers to char show their string."""
    return Speller(read).spell(kind, data, 0)


class Speller:
    """Writes one value; a hostile type that holds itself many times over is cut off."""

    def __init__(self, read: Reader) -> None:
        self.read, self.left = read, MOST_PARTS

    def spell(self, kind: Type, data: bytes | None, depth: int) -> str:
        """A value, inside `depth` others."""
        self.left -= 1
        if data is None or len(data) < kind.size:
            return "<not in memory>"
        if kind.kind == "base":
            return _base(kind, data[: kind.size])
        value = int.from_bytes(data[: kind.size], "little")
        if kind.kind == "pointer":
            is_text = kind.target and _is_char(kind.target) and value
            return f"{value:#x}" + (_string_at(value, self.read) if is_text else "")
        if kind.kind == "enum":
            return kind.names.get(value, str(value))
        if depth >= DEEPEST or self.left <= 0:
            return "{…}"
        if kind.kind in ("struct", "union"):
            return self._members(kind, data, depth)
        return self._elements(kind, data, depth) if kind.kind == "array" and kind.target else "…"

    def _members(self, kind: Type, data: bytes, depth: int) -> str:
        parts = []
        for name, at, each in kind.members:
            if self.left <= 0:
                return "{" + ", ".join([*parts, "…"]) + "}"
            parts.append(f"{name} = {self.spell(each, data[at : at + each.size], depth + 1)}")
        return "{" + ", ".join(parts) + "}"

    def _elements(self, kind: Type, data: bytes, depth: int) -> str:
        size = kind.target.size
        if _is_char(kind.target):
            return quoted(data[: kind.count].split(b"\0")[0])
        shown = min(kind.count, MOST_ELEMENTS, max(self.left, 1))
        parts = [self.spell(kind.target, data[k * size : (k + 1) * size], depth + 1) for k in range(shown)]
        return "{" + ", ".join(parts + (["…"] if shown < kind.count else [])) + "}"


def _base(kind: Type, data: bytes) -> str:
    if kind.encoding == 4 and len(data) in (4, 8):
        return f"{unpack('<f' if len(data) == 4 else '<d', data)[0]:.9g}"
    value = int.from_bytes(data, "little", signed=kind.is_signed)
    if kind.encoding == 2:
        return "true" if value else "false"
    if _is_char(kind):
        return f"{value} {chr(value)!r}" if 32 <= value < 127 else str(value)
    return str(value)


def _is_char(kind: Type) -> bool:
    return kind.kind == "base" and kind.size == 1 and kind.encoding in (6, 8)


def _string_at(addr: int, read: Reader) -> str:
    """The C string at an address, as far as it is in memory."""
    found = bytearray()
    while len(found) < LONGEST_STRING:
        chunk = read(addr + len(found), min(64 - (addr + len(found)) % 64, LONGEST_STRING - len(found)))
        if not chunk:
            return f" {quoted(bytes(found))}…" if found else ""
        head, nul, _ = chunk.partition(b"\0")
        found += head
        if nul:
            return f" {quoted(bytes(found))}"
    return f" {quoted(bytes(found))}…"


def quoted(data: bytes) -> str:
    """Bytes as a C string."""
    escapes = {10: "\\n", 9: "\\t", 13: "\\r", 34: '\\"', 92: "\\\\"}
    return '"' + "".join(escapes.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in data) + '"'
