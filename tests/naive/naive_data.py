"""Instructions that reach memory, slowly: loads, stores, and atomics."""

from __future__ import annotations

from naive_mmu import Trap
from naive_semantics import AMOS, LOADS, STORES, signed, unsigned

from emu.isa.insns import decode, expand


class Data:
    """The part of a NaiveHart that loads and stores."""

    def access(self, va: int, size: int, kind: str) -> list[int]:
        """The physical address of every byte, after translation and cache accesses."""
        if va % size:
            self.count("insn.misaligned")
        first = min(size, 4096 - va % 4096)
        parts = [(self.mmu.translate(va, kind), first)]
        if first < size:
            parts.append((self.mmu.translate(self.wrap(va + first), kind), size - first))
        for pa, length in parts:
            lines = range(pa // self.machine.line, (pa + length - 1) // self.machine.line + 1)
            if kind == "store":
                self.machine.break_reservations(self, lines)
            for line in lines:
                self.cache_access(line * self.machine.line, kind == "store")
        return [pa + k for pa, length in parts for k in range(length)]

    def load(self, name: str, o: dict[str, int]) -> None:
        size, sign = LOADS[name]
        places = self.access(self.wrap(self.x[o["rs1"]] + o["imm"]), size, "load")
        value = int.from_bytes(bytes(self.machine.ram[p] for p in places), "little")
        self.count("insn.load")
        self.charge("stall", self.cost("load_use") if self.waits(o["rd"], "xreg") else 0)
        self.set(o["rd"], signed(value, 8 * size) if sign else value)

    def waits(self, rd: int, kind: str) -> bool:
        """Whether the instruction that follows in memory reads rd."""
        at = self.next % 4096
        if (rd == 0 and kind == "xreg") or at + 4 > 4096 or at < self.pc % 4096:
            return False
        word = self.read(self.next + self.distance, 4)
        found = decode(word, self.xlen)
        if not found:
            return False
        base = expand(found, self.xlen)
        return any(
            f.kind == kind and f.role in ("rs1", "rs2", "rs3") and base.operands[f.name] == rd for f in base.insn.fields
        )

    def store(self, name: str, o: dict[str, int]) -> None:
        self.put(STORES[name], self.x[o["rs2"]], o)

    def put(self, size: int, value: int, o: dict[str, int]) -> None:
        places = self.access(self.wrap(self.x[o["rs1"]] + o["imm"]), size, "store")
        for place, octet in zip(places, unsigned(value, 64).to_bytes(8, "little"), strict=False):
            self.machine.ram[place] = octet
        self.count("insn.store")

    def atomic(self, name: str, o: dict[str, int]) -> None:
        kind, _, width = name.partition(".")
        size, va = (4 if width == "w" else 8), self.x[o["rs1"]]
        if va % size:
            raise Trap(4 if kind == "lr" else 6, va)
        if kind == "lr":
            pa = self.access(va, size, "load")[0]
            self.reserved = pa
            self.count("lock.reserve")
            self.set(o["rd"], signed(self.read(pa, size), 8 * size))
        elif kind == "sc":
            self.conditional(va, size, o)
        else:
            pa = self.access(va, size, "store")[0]
            old = signed(self.read(pa, size), 8 * size)
            operand = signed(self.x[o["rs2"]], 8 * size)
            self.write(pa, AMOS[kind](old, operand, 8 * size), size)
            self.set(o["rd"], old)
        self.count("insn.amo")

    def conditional(self, va: int, size: int, o: dict[str, int]) -> None:
        pa = self.access(va, size, "store")[0] if self.reserved is not None else None
        done = pa is not None and pa == self.reserved
        self.reserved = None
        if done:
            self.write(pa, self.x[o["rs2"]], size)
        else:
            self.count("lock.sc_fail")
        self.set(o["rd"], int(not done))
