"""The names of types as C writes them, where the declared name stands in the middle: `int (*handler)(char *)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.debug.source.types import Type

DEEPEST = 8


def pointer_name(target: str, sign: str = "*") -> str:
    """`char *`, `char **`, `int (*)(void)`, `int (*)[4]`."""
    for open_ in ("(*", "(&"):
        if open_ in target:
            return target.replace(open_, open_ + sign, 1)
    if target.endswith(")") and " (" in target:
        head, _, tail = target.partition(" (")
        return f"{head} ({sign})({tail}"
    if target.endswith("]"):
        head, _, tail = target.partition("[")
        return f"{head} ({sign})[{tail}"
    return target + ("" if target[-1:] in "*&" else " ") + sign


def array_of(element: str, count: int) -> str:
    """`int[3]`, `int[2][3]`, `int (*[3])(void)`."""
    bound = f"[{count}]" if count else "[]"
    if "(*" in element:
        return element.replace("(*", f"(*{bound}", 1)
    head, bracket, tail = element.partition("[")
    return f"{head}{bound}{bracket}{tail}"


def call_of(returned: str, parameters: Sequence[str]) -> str:
    """`int (char *, ...)`."""
    return f"{returned} ({', '.join(parameters)})"


def declare(kind: str, name: str) -> str:
    """A declaration of `name`: `char name[12]`, `int (*name)(void)`, `struct node *name`."""
    if "(*" in kind or "(&" in kind:
        return re.sub(r"\(([*&]+)", lambda found: f"({found[1]}{name}", kind, count=1)
    head, bracket, tail = kind.partition("[")
    return f"{head}{'' if head[-1:] in '*&' else ' '}{name}{bracket}{tail}"


def definition(kind: Type, offsets: bool = False) -> list[str]:
    """What a type consists of, as a declaration of C: what gdb's `ptype` writes. offsets: where each member lies."""
    stars, inner = "", kind
    while inner.kind in ("pointer", "array") and inner.target is not None:
        sign = "&" if inner.is_reference else "*"
        stars = (f"[{inner.count}]" if inner.kind == "array" else sign) + stars
        inner = inner.target
    if inner.kind not in ("struct", "union", "enum") or not (inner.members or inner.names):
        return [kind.plain or kind.name]
    lines = body(inner, 0, offsets)
    lines[-1] += f" {stars}" if stars else ""
    return lines


def body(kind: Type, depth: int, offsets: bool, base: int = 0) -> list[str]:
    """`struct point {`, its members, `}`."""
    indent = "    " * (depth + 1)
    head = kind.plain or kind.name
    if kind.kind == "enum":
        return [f"{head} {{{', '.join(f'{name} = {value}' for value, name in kind.names.items())}}}"]
    bases = [member.name for member in kind.members if member.is_base]
    lines = [f"{head} : {', '.join(bases)} {{" if bases else f"{head} {{"]
    for member in kind.members:
        if member.is_base:
            continue
        where = f"/* {base + member.at:>4} | {member.type.size:>4} */  " if offsets else ""
        bits = f" : {member.bits}" if member.bits else ""
        if is_nameless(member.type) and depth < DEEPEST:
            inner = body(member.type, depth + 1, offsets, base + member.at)
            lines += [indent + where + inner[0], *inner[1:-1], f"{indent}}} {member.name};".replace(" ;", ";")]
        else:
            lines.append(f"{indent}{where}{declare(member.type.name, member.name)}{bits};")
    return [*lines, f"{'    ' * depth}}}"]


def is_nameless(kind: Type) -> bool:
    """A structure that is described where it is used."""
    return kind.kind in ("struct", "union") and (kind.plain or kind.name) in ("struct", "union")
