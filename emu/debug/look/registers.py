"""`registers`: x, f and control registers, what they are for, what they point at, and which have changed."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from emu.debug.look.regfile import csrs_of, named, registers_of
from emu.debug.look.subject import kernel_of, machine_of
from emu.debug.look.words import address, signed
from emu.debug.view import Line, Table, View
from emu.errors import EmuError, did_you_mean
from emu.isa.abi import F_NAMES, FREG, ROLES, X_NAMES, XREG

KINDS = ("x", "f", "csr", "all")
USES = {
    "pc": "next instruction", "s0": "saved; frame pointer", "a0": "argument, result", "a1": "argument, result",
    "a7": "argument; system-call number", "a": "argument", "s": "saved over calls", "t": "temporary",
}  # fmt: skip


def registers(session: Any, what: Sequence[str] = (), before: dict[str, int] | None = None) -> View:
    """x registers and pc; `what`: some of KINDS, names, or patterns like `s*`. `before`: values to mark changes by."""
    values = named(registers_of(session))
    if before is None:
        before = getattr(session, "registers_before", None)
    changed = [name for name, value in values.items() if before and before.get(name, value) != value]
    view = View("registers", {"changed": changed})
    chosen, csrs = [], []
    for word in what or ("x",):
        names, rows = select(session, word, values)
        chosen += [name for name in names if name not in chosen]
        csrs += [row for row in rows if row not in csrs]
    add_rows(view, session, chosen, values, changed)
    if csrs:
        add_csrs(view, session, csrs)
    return view


def select(session: Any, word: str, values: dict[str, int]) -> tuple[list[str], list]:
    """(names of registers, control registers) that one word means. EmuError for none."""
    chosen = {"x": ["pc", *X_NAMES], "f": list(F_NAMES), "all": list(values), "csr": []}.get(word)
    csrs = csrs_of(session) if word in ("csr", "all") or chosen is None else []
    return matching(word, values, csrs) if chosen is None else (chosen, csrs)


def matching(what: str, values: dict[str, int], csrs: list) -> tuple[list[str], list]:
    """The registers that a name or pattern means. EmuError for none."""
    word = what.removeprefix("$")
    names = [name for name in values if fnmatchcase(name, word)]
    if word in XREG:
        names = [X_NAMES[XREG[word]]]
    elif word in FREG:
        names = [F_NAMES[FREG[word]]]
    rows = [row for row in csrs if fnmatchcase(row[0], word)]
    if not names and not rows:
        known = (*KINDS, *values, *XREG, *(row[0] for row in csrs))
        raise EmuError(f"no register is called {what!r}", hint=did_you_mean(word, known) or "x, f, csr, all, or a name")
    return names, rows


def add_rows(view: View, session: Any, names: list[str], values: dict[str, int], changed: list[str]) -> None:
    """Integer and floating-point registers, as data and as tables."""
    xlen = machine_of(session).xlen
    view.data["registers"] = {name: values[name] for name in names}
    plain = [name for name in names if name not in F_NAMES]
    floats = [name for name in names if name in F_NAMES]
    if plain:
        rows = [row(session, name, values[name], xlen, name in changed) for name in plain]
        view.blocks.append(Table(("register", "hex", "decimal", "what"), rows, right=(2,)))
    if floats:
        rows = [float_row(name, values[name], name in changed) for name in floats]
        view.blocks.append(Table(("register", "bits", "double", "float"), rows, right=(2, 3)))


def row(session: Any, name: str, value: int, xlen: int, changed: bool) -> list[Line]:
    """One integer register."""
    style = "changed" if changed else "value"
    decimal = str(value if name == "pc" else signed(value, xlen))
    return [name + ("*" if changed else ""), [(address(value, xlen), style)], decimal, meaning(session, name, value)]


def float_row(name: str, bits: int, changed: bool) -> list[Line]:
    """One floating-point register, read both ways; a float is boxed: its upper half is all ones."""
    (double,) = struct.unpack("<d", struct.pack("<Q", bits))
    (single,) = struct.unpack("<f", struct.pack("<I", bits & 0xFFFFFFFF))
    style = "changed" if changed else "value"
    boxed = f"{single:.7g}" if bits >> 32 == 0xFFFFFFFF else ""
    return [name + ("*" if changed else ""), [(f"{bits:#018x}", style)], f"{double:.17g}", boxed]


def meaning(session: Any, name: str, value: int) -> Line:
    """What a value points at: a symbol, or the area of memory; else what the register is for."""
    if where := place(session, value):
        return [(where, "symbol")]
    return [(use(name), "dim")]


def use(name: str) -> str:
    """What a register is for, in so few words that a row stays one line: `emu help` says more."""
    return ROLES.get(name) or USES.get(name) or USES[name[0]]


def place(session: Any, value: int) -> str:
    """`main+0x12`, or the name of the area that an address lies in, '' for no address."""
    task = kernel_of(session).tasks.get(session.pid)
    vma = task.mm.vma_at(value) if task is not None and task.mm is not None else None
    if vma is None:
        return ""
    return session.symbolize(value) or task.mm.name_of(vma) or "anonymous memory"


def add_csrs(view: View, session: Any, csrs: list[tuple[str, int, str]]) -> None:
    """Control and status registers with their fields."""
    view.data["csrs"] = {name: {"value": value, "fields": text} for name, value, text in csrs}
    rows = [[name, [(f"{value:#x}", "value")], text] for name, value, text in csrs]
    view.blocks.append(Table(("CSR", "value", "fields"), rows))
