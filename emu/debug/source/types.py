"""Types of C and C++ as DWARF describes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from emu.debug.source.declare import array_of, call_of, pointer_name

SIGNED, FLOAT, BOOLEAN, CHARS = (5, 6, 13), 4, 2, (6, 8, 16)
"""DW_ATE_… of base types."""
MOST_SCOPES = 20  # namespaces and classes that a type may lie in


class Member(NamedTuple):
    """A part of a structure, `at` bytes from its beginning; of a bit-field `bits` bits from bit `first` on."""

    name: str
    at: int
    type: Type
    bits: int = 0
    first: int = 0
    is_base: bool = False  # a class that this one is derived from


@dataclass(slots=True)
class Type:
    """kind: base pointer struct union array enum function void. `target` is what it points at or consists of.

    `name` is what the source calls it, `plain` what is left without typedefs.
    """

    kind: str = "void"
    name: str = "void"
    size: int = 0
    encoding: int = 0
    target: Type | None = None
    count: int = 0
    members: list[Member] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    plain: str = ""
    is_reference: bool = False  # of C++: a pointer that every use follows

    @property
    def is_scalar(self) -> bool:
        """Whether it fits in a register."""
        return self.kind in ("base", "pointer", "enum")

    @property
    def is_signed(self) -> bool:
        """Whether its values have a sign."""
        return self.kind == "base" and self.encoding in SIGNED

    @property
    def is_float(self) -> bool:
        """float or double; a long double of 16 bytes is only shown."""
        return self.kind == "base" and self.encoding == FLOAT and self.size in (4, 8)

    @property
    def is_bool(self) -> bool:
        """Whether its only values are 0 and 1."""
        return self.kind == "base" and self.encoding == BOOLEAN

    @property
    def is_char(self) -> bool:
        """Whether it is written as a character."""
        return self.kind == "base" and self.size == 1 and self.encoding in CHARS


WRAPPERS = {
    "DW_TAG_typedef": "", "DW_TAG_const_type": "const ", "DW_TAG_volatile_type": "volatile ",
    "DW_TAG_restrict_type": "", "DW_TAG_atomic_type": "_Atomic ",
}  # fmt: skip
POINTERS = {"DW_TAG_pointer_type": "*", "DW_TAG_reference_type": "&", "DW_TAG_rvalue_reference_type": "&&"}
RECORDS = {"DW_TAG_structure_type": "struct", "DW_TAG_class_type": "struct", "DW_TAG_union_type": "union"}
SCOPES = ("DW_TAG_namespace", *RECORDS)
COPIED = ("kind", "size", "encoding", "target", "count", "members", "names", "is_reference")


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
        made.plain = made.plain or made.name
        return made

    def _fill(self, made: Type, die: Any) -> None:
        name, size = text(die, "DW_AT_name"), number(die, "DW_AT_byte_size")
        if die.tag in WRAPPERS:
            inner, prefix = self.of(die), WRAPPERS[die.tag]
            for slot in COPIED:
                setattr(made, slot, getattr(inner, slot))
            made.name, made.plain = name or prefix + inner.name, prefix + (inner.plain or inner.name)
        elif die.tag == "DW_TAG_base_type":
            made.kind, made.name, made.size, made.encoding = "base", name, size, number(die, "DW_AT_encoding")
        elif die.tag in POINTERS:
            made.kind, made.size = "pointer", size or self.word
            made.target, made.is_reference = self.of(die), POINTERS[die.tag] != "*"
            made.name = pointer_name(made.target.name, POINTERS[die.tag])
            made.plain = pointer_name(made.target.plain or made.target.name, POINTERS[die.tag])
        elif die.tag in RECORDS:
            made.kind = RECORDS[die.tag]
            made.name, made.size = tagged(die, made.kind), size
            made.members.extend(self._members(die))
        elif die.tag == "DW_TAG_array_type":
            self._array(made, die)
        elif die.tag == "DW_TAG_enumeration_type":
            made.kind, made.name, made.size = "enum", tagged(die, "enum"), size or 4
            made.names = {number(c, "DW_AT_const_value"): text(c, "DW_AT_name") for c in die.iter_children()}
        elif die.tag in ("DW_TAG_subroutine_type", "DW_TAG_subprogram"):
            made.kind, made.target = "function", self.of(die)
            made.name = call_of(made.target.name, self._parameters(die))

    def _members(self, die: Any) -> list[Member]:
        found = []
        for child in die.iter_children():
            is_base = child.tag == "DW_TAG_inheritance"
            if not is_base and (child.tag != "DW_TAG_member" or "DW_AT_external" in child.attributes):
                continue
            kind = self.of(child)
            name, at = text(child, "DW_AT_name"), number(child, "DW_AT_data_member_location")
            found.append(Member(kind.name if is_base else name, at, kind, is_base=is_base))
            if bits := number(child, "DW_AT_bit_size"):
                found[-1] = bit_field(found[-1], child, bits)
        return found

    def _parameters(self, die: Any) -> list[str]:
        names = []
        for child in die.iter_children():
            if child.tag == "DW_TAG_formal_parameter":
                names.append(self.of(child).name)
            elif child.tag == "DW_TAG_unspecified_parameters":
                names.append("...")
        return names or (["void"] if "DW_AT_prototyped" in die.attributes else [])

    def _array(self, made: Type, die: Any) -> None:
        element, counts = self.of(die), []
        for child in die.iter_children():
            if child.tag == "DW_TAG_subrange_type":
                upper = child.attributes.get("DW_AT_upper_bound")
                bound = upper.value + 1 if upper is not None and isinstance(upper.value, int) else 0
                counts.append(number(child, "DW_AT_count") or bound)
        for count in reversed(counts[1:]):
            name = array_of(element.name, count)
            element = Type("array", name, element.size * count, target=element, count=count, plain=name)
        made.kind, made.target, made.count = "array", element, counts[0] if counts else 0
        made.size, made.name = element.size * made.count, array_of(element.name, made.count)


def bit_field(member: Member, die: Any, bits: int) -> Member:
    """A member of some bits; DWARF 4 counts from the structure's first bit, DWARF 3 from the highest of its unit."""
    unit = number(die, "DW_AT_byte_size") or member.type.size
    if "DW_AT_bit_offset" in die.attributes:
        first = unit * 8 - number(die, "DW_AT_bit_offset") - bits
        return member._replace(bits=bits, first=max(first, 0))
    begin = number(die, "DW_AT_data_bit_offset")
    at = begin // 8 // max(unit, 1) * max(unit, 1)
    return member._replace(at=at, bits=bits, first=begin - 8 * at)


def tagged(die: Any, kind: str) -> str:
    """`struct point`; in C++ `geo::Point`."""
    name = text(die, "DW_AT_name")
    return qualified(die) if name and is_cplusplus(die) else f"{kind} {name}".strip()


def qualified(die: Any) -> str:
    """An entry's name behind those of the namespaces and classes that it lies in."""
    scopes, parent = [text(die, "DW_AT_name")], die.get_parent() if is_cplusplus(die) else None
    for _ in range(MOST_SCOPES):
        if parent is None or parent.tag not in SCOPES:
            break
        scopes.append(text(parent, "DW_AT_name") or "(anonymous)")
        parent = parent.get_parent()
    return "::".join(reversed(scopes))


def is_cplusplus(die: Any) -> bool:
    """Whether a unit was written in a language where `struct` is no part of the name."""
    return number(die.cu.get_top_DIE(), "DW_AT_language") in (0x04, 0x1A, 0x21, 0x2B, 0x3A, 0x1C)


def text(die: Any, name: str) -> str:
    """A string attribute, ''."""
    attribute = die.attributes.get(name)
    value = attribute.value if attribute is not None else b""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def number(die: Any, name: str) -> int:
    """An integer attribute, 0."""
    attribute = die.attributes.get(name)
    return attribute.value if attribute is not None and isinstance(attribute.value, int) else 0
