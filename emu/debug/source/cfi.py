"""Call frame information: how to get from a frame to its caller's, out of .debug_frame and .eh_frame (DWARF 5, 6.4)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, NamedTuple

from emu.isa.abi import SP

MOST_ENTRIES = 200_000


class Caller(NamedTuple):
    """The frame that called: its registers (those that are known) and the canonical frame address of the callee."""

    registers: dict[int, int]
    cfa: int


class FrameTable:
    """Frame descriptions, by the first address that each covers."""

    def __init__(self, entries: list[tuple[int, int, Any]], bias: int) -> None:
        self.entries = sorted(entries, key=lambda entry: entry[0])
        self.starts = [start for start, _, _ in self.entries]
        self.bias = bias

    @classmethod
    def read(cls, dwarf: Any, bias: int = 0) -> FrameTable:
        """Both sections; nothing of a file that can't be read."""
        entries: list[tuple[int, int, Any]] = []
        for has, read in (("has_CFI", "CFI_entries"), ("has_EH_CFI", "EH_CFI_entries")):
            try:
                if dwarf is not None and getattr(dwarf, has)():
                    for entry in getattr(dwarf, read)()[:MOST_ENTRIES]:
                        if type(entry).__name__ == "FDE":
                            start = entry.header["initial_location"]
                            entries.append((start, start + entry.header["address_range"], entry))
            except Exception:  # hostile
                continue
        return cls(entries, bias)

    def row_at(self, pc: int) -> dict[Any, Any] | None:
        """The rules in force at an address: `cfa` and registers by number."""
        index = bisect_right(self.starts, pc - self.bias) - 1
        if index < 0 or pc - self.bias >= self.entries[index][1]:
            return None
        try:
            rows = [row for row in self.entries[index][2].get_decoded().table if row["pc"] <= pc - self.bias]
        except Exception:
            return None
        return rows[-1] if rows else None

    def unwind(
        self, pc: int, registers: dict[int, int], load: Callable[[int], int | None], return_register: int = 1
    ) -> Caller | None:
        """The caller's registers. `load(address)` reads a word. None: there is no rule, or it needs what is lost."""
        row = self.row_at(pc)
        if row is None or "cfa" not in row:
            return None
        rule = row["cfa"]
        base = registers.get(rule.reg) if rule.reg is not None else None
        if base is None:  # an expression, or a register that is not known
            return None
        cfa = base + rule.offset
        caller = {number: value for number, value in registers.items() if number != return_register or number in row}
        caller[SP] = cfa
        for number, how in row.items():
            if isinstance(number, int):
                value = self._recover(how, number, cfa, registers, load)
                if value is None:
                    caller.pop(number, None)
                else:
                    caller[number] = value
        if return_register not in row:
            caller[return_register] = registers.get(return_register, 0)
        return Caller(caller, cfa)

    @staticmethod
    def _recover(
        how: Any, number: int, cfa: int, registers: dict[int, int], load: Callable[[int], int | None]
    ) -> int | None:
        if how.type == "SAME_VALUE":
            return registers.get(number)
        if how.type == "OFFSET":
            return load(cfa + how.arg)
        if how.type == "VAL_OFFSET":
            return cfa + how.arg
        if how.type == "REGISTER":
            return registers.get(how.arg)
        return None
