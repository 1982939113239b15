"""Names of types in expressions: `unsigned long`, `struct node *`, `char[8]`, `int (*)[4]`, `geo::Rect`."""

from __future__ import annotations

from collections.abc import Callable

from emu.debug.source.declare import array_of
from emu.debug.source.types import Type
from emu.debug.tokens import Token
from emu.debug.value import NAMES, base_type, pointer_to

TAGS = ("struct", "union", "enum", "class")
QUALIFIERS = ("const", "volatile", "restrict")
WORDS = ("unsigned", "signed", "long", "short", "int", "char", "double")
MOST = 1 << 20  # elements of an array that is written in an expression


class TypeReader:
    """Reads one name of a type from `words[at]` on; `at` is then behind it.

    known(name): the type that the program has under a name, or None.
    """

    def __init__(self, words: list[Token], at: int, xlen: int, known: Callable[[str], Type | None]) -> None:
        self.words, self.at, self.xlen, self.known = words, at, xlen, known
        self.missing = ""

    def word(self) -> Token:
        """The word at hand; of kind `end` behind the last one."""
        return self.words[min(self.at, len(self.words) - 1)]

    def takes(self, *texts: str) -> bool:
        """Whether the next word is one of these; it is passed."""
        if self.word().kind != "end" and self.word().text in texts:
            self.at += 1
            return True
        return False

    def read(self) -> Type | None:
        """The type, or None if none stands here; `missing` is then the name of a structure that is not known."""
        kind = self.base()
        if kind is None:
            return None
        kind = self.stars(kind)
        if self.word().text == "(" and self.words[self.at + 1].text == "*":
            self.at += 1
            depth = 0
            while self.takes("*"):
                depth += 1
            if not self.takes(")"):
                return None
            kind = self.arrays(kind)
            for _ in range(depth if kind is not None else 0):
                kind = pointer_to(kind, self.xlen)
            return kind
        return self.arrays(kind)

    def base(self) -> Type | None:
        """What stands before stars and brackets."""
        while self.takes(*QUALIFIERS):
            pass
        token = self.word()
        if token.kind != "name":
            return None
        if self.takes(*TAGS):
            name, tag = self.word().text, token.text
            self.at += 1
            kind = self.known(f"{'struct' if tag == 'class' else tag} {name}") or self.known(name)
            self.missing = "" if kind is not None else f"{tag} {name}"
            return kind
        if token.text in WORDS:
            return self.arithmetic()
        kind = Type() if token.text == "void" else base_type(token.text, self.xlen) if token.text in NAMES else None
        kind = kind or self.known(token.text)
        self.at += kind is not None
        return kind

    def arithmetic(self) -> Type:
        """`unsigned`, `long long int`, `unsigned char` …, in any order."""
        words = []
        while self.word().text in WORDS:
            words.append(self.word().text)
            self.at += 1
            while self.takes(*QUALIFIERS):
                pass
        if "double" in words and "long" in words:
            return Type("base", "long double", 16, 4, plain="long double")
        sized = [word for word in words if word in ("char", "short", "double")]
        name = sized[0] if sized else "long long" if words.count("long") > 1 else "long" if "long" in words else "int"
        plain = base_type(name, self.xlen)
        if "unsigned" in words:
            spelled = f"unsigned {plain.name}"
            return Type("base", spelled, plain.size, 8 if plain.size == 1 else 7, plain=spelled)
        if words[:2] == ["signed", "char"] or words == ["char", "signed"]:
            return base_type("i8", self.xlen)
        return plain

    def stars(self, kind: Type) -> Type:
        """Pointers to it."""
        while self.word().text in ("*", *QUALIFIERS):
            if self.takes("*"):
                kind = pointer_to(kind, self.xlen)
            else:
                self.at += 1
        return kind

    def arrays(self, kind: Type) -> Type | None:
        """[n]…"""
        counts = []
        while self.word().text == "[" and self.words[self.at + 1].kind == "number":
            text = self.words[self.at + 1].text
            self.at += 2
            if not self.takes("]") or not text.isdigit() or int(text) > MOST:
                return None
            counts.append(int(text))
        for count in reversed(counts):
            kind = repeated(kind, count)
        return kind


def repeated(kind: Type, count: int) -> Type:
    """An array of so many."""
    name = array_of(kind.name, count)
    return Type("array", name, kind.size * count, target=kind, count=count, plain=name)
