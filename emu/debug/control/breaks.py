"""Where to stop: breakpoints, watchpoints, catchpoints in one numbered list. Data only: `planter` plants them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from emu.errors import EmuError

BREAK, WATCH, CATCH = "breakpoint", "watchpoint", "catchpoint"
READ, WRITE, ACCESS = 1, 2, 3
MOST = 200


@dataclass(slots=True)
class Break:
    """One of them.

    addresses   of a breakpoint, virtual; `pid` None: in every process where they lie in the same program
    low, high   of a watchpoint; `access` READ, WRITE or ACCESS; `physical`: they are physical addresses
    catch       of a catchpoint: what, with `arguments` that narrow it
    """

    number: int
    kind: str
    spec: str
    addresses: list[int] = field(default_factory=list)
    low: int = 0
    high: int = 0
    access: int = WRITE
    physical: bool = False
    catch: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    pid: int | None = None
    program: str = ""  # the path of the executable that the addresses belong to; "": any
    hart: int | None = None
    condition: str = ""
    ignore: int = 0
    temporary: bool = False
    enabled: bool = True
    hits: int = 0
    commands: list[str] = field(default_factory=list)
    held: bool = False  # the commands came from a file: they are not run before the user says so
    value: bytes | None = None  # of a watchpoint: what was there when last looked at
    kernel: Any = None  # of a watchpoint: (old, new, record) when a system call changed it
    frame_sp: int | None = None  # only where sp is at least this: not in a deeper call of the same function
    frame_cfa: int | None = None  # only in the call whose frame ends here
    internal: bool = False  # the debugger's own, for finish and until: not in lists
    lifetime: Any = None  # of a watchpoint on a local: the call that it ends with, see control.lifetime
    ends: int = 0  # of an internal one: the watchpoint whose block is left here

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        rows: dict[str, Any] = {"number": self.number, "kind": self.kind, "spec": self.spec, "enabled": self.enabled}
        rows |= {"temporary": self.temporary, "hits": self.hits, "ignore": self.ignore, "condition": self.condition}
        rows |= {"pid": self.pid, "hart": self.hart, "commands": list(self.commands)}
        rows["held"] = self.held
        if self.kind == BREAK:
            rows["addresses"] = list(self.addresses)
        elif self.kind == WATCH:
            access = {READ: "read", WRITE: "write", ACCESS: "access"}[self.access]
            rows |= {"low": self.low, "high": self.high, "access": access, "physical": self.physical}
        else:
            rows |= {"catch": self.catch, "arguments": dict(self.arguments)}
        return rows


class Breaks:
    """The list. Numbers are never used twice."""

    def __init__(self) -> None:
        self.rows: dict[int, Break] = {}
        self.last = 0
        self.changed = True

    def __iter__(self) -> Iterator[Break]:
        return iter(row for row in self.rows.values() if not row.internal)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def active(self, kind: str = "") -> list[Break]:
        """Those that are enabled, the debugger's own too."""
        return [row for row in self.rows.values() if row.enabled and (not kind or row.kind == kind)]

    def add(self, kind: str, spec: str, *, internal: bool = False, **values: Any) -> Break:
        """A new one, enabled. The debugger's own take no number from the user's. EmuError when there are too many."""
        if internal:
            return self._put(Break(min([0, *self.rows]) - 1, kind, spec, internal=True, **values))
        if len(self.rows) >= MOST:
            raise EmuError(f"there are {MOST} breakpoints already", hint="delete some")
        self.last += 1
        return self._put(Break(self.last, kind, spec, **values))

    def _put(self, row: Break) -> Break:
        self.rows[row.number] = row
        self.changed = True
        return row

    def get(self, number: int) -> Break:
        """By number. EmuError if there is none."""
        row = self.rows.get(number)
        if row is None or row.internal:
            known = ", ".join(str(each.number) for each in self)
            raise EmuError(
                f"there is no breakpoint {number}", hint=f"there are {known}" if known else "break makes one"
            )
        return row

    def remove(self, row: Break) -> None:
        """Take one out, if it is still there."""
        self.rows = {n: each for n, each in self.rows.items() if n != row.number and each.ends != row.number}
        self.changed = True

    def clear(self) -> None:
        """All of the user's."""
        for row in list(self):
            self.remove(row)

    def touch(self) -> None:
        """Something in the list was changed: it must be put in place anew."""
        self.changed = True
