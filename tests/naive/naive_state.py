"""Floating-point instructions and control registers, slowly."""

from __future__ import annotations

from naive_float import execute as float_execute
from naive_mmu import Trap

FLOAT_LOADS, FLOAT_STORES = {"flw": 4, "fld": 8}, {"fsw": 4, "fsd": 8}
MOVES = ("fmv", "fsgnj", "fli")  # cost nothing and are not counted as computing


class Floating:
    """The part of a NaiveHart that has f registers."""

    def floating(self, insn, o: dict[str, int]) -> None:
        name = insn.name
        if name in FLOAT_LOADS:
            size = FLOAT_LOADS[name]
            places = self.access(self.wrap(self.x[o["rs1"]] + o["imm"]), size, "load")
            value = int.from_bytes(bytes(self.machine.ram[p] for p in places), "little")
            self.count("insn.load")
            self.charge("stall", self.cost("load_use") if self.waits(o["rd"], "freg") else 0)
            self.f[o["rd"]] = value | (0xFFFFFFFF << 32 if size == 4 else 0)
        elif name in FLOAT_STORES:
            self.put(FLOAT_STORES[name], self.f[o["rs2"]], o)
        else:
            self.compute_float(insn, o)

    def compute_float(self, insn, o: dict[str, int]) -> None:
        kinds = {f.role: f.kind for f in insn.fields}
        rm = o.get("rm", 0)
        if rm == 7:
            rm = self.csrs[3] >> 5
        if rm > 4:
            raise Trap(2, 0)
        f1, f2, f3 = (self.f[o[r]] if kinds.get(r) == "freg" else 0 for r in ("rs1", "rs2", "rs3"))
        x1, x2 = (self.x[o[r]] if kinds.get(r) == "xreg" else o.get(r, 0) for r in ("rs1", "rs2"))
        result, flags = float_execute(insn.name, rm, f1, f2, f3, x1, x2)
        self.csrs[3] |= flags
        if kinds["rd"] == "freg":
            self.f[o["rd"]] = result
        else:
            self.set(o["rd"], result)
        if not insn.name.startswith(MOVES):
            self.count("insn.fp")
            self.charge("stall", self.cost(self.float_cost(insn.name)))

    @staticmethod
    def float_cost(name: str) -> str:
        if name.startswith("fdiv"):
            return "fp_div"
        if name.startswith("fsqrt"):
            return "fp_sqrt"
        return "fp_mul" if name.startswith(("fmul", "fmadd", "fmsub", "fnm")) else "fp_add"


class Csrs:
    """The part of a NaiveHart that has control registers."""

    def csr(self, name: str, o: dict[str, int]) -> None:
        number = o["csr"]
        immediate = name.endswith("i")
        operand = o["imm"] if immediate else self.x[o["rs1"]]
        action = name.removeprefix("csrr")[0]
        writes = action == "w" or (o["imm"] if immediate else o["rs1"]) != 0
        old = self.read_csr(number)
        if old is None or number >> 8 & 3 > self.priv or (writes and number >> 10 == 3):
            raise Trap(2, 0)
        if writes:
            self.write_csr(number, {"w": operand, "s": old | operand, "c": old & ~operand}[action])
        self.set(o["rd"], old)

    def read_csr(self, number: int) -> int | None:
        fcsr = self.csrs[3]
        counters = {0xC00: self.clock, 0xC01: self.clock, 0xC02: self.instret}
        if number in (1, 2, 3):
            return {1: fcsr & 31, 2: fcsr >> 5, 3: fcsr}[number]
        if number in counters:
            return self.wrap(counters[number])
        if self.xlen == 32 and number - 0x80 in counters:
            return self.wrap(counters[number - 0x80] >> 32)
        return self.csrs[number] if number in (0x340, 0x140) else None

    def write_csr(self, number: int, value: int) -> None:
        fcsr = self.csrs[3]
        if number == 1:
            self.csrs[3] = fcsr & 0xE0 | value & 31
        elif number == 2:
            self.csrs[3] = fcsr & 31 | (value & 7) << 5
        else:
            self.csrs[number] = value & 255 if number == 3 else self.wrap(value)
