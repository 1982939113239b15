"""A slow machine: one instruction at a time, everything looked up afresh, after docs/timing.md and the manuals.

It shares the ISA table's decoder with the fast one, and nothing else.
"""

from __future__ import annotations

from collections import Counter

from naive_cache import Memory, Private
from naive_float import execute as float_execute
from naive_mmu import Mmu, Trap
from naive_policy import Xorshift
from naive_semantics import AMOS, BRANCHES, COMPUTE, LOADS, STORES, signed, unsigned

from emu.isa.insns import decode, expand

LINKS = (1, 5)
PIPELINE = ("load_use", "taken", "mispredict", "mul", "div", "fp_add", "fp_mul", "fp_div", "fp_sqrt")
FLOATING = {"F", "D", "Zfa"}
FLOAT_LOADS, FLOAT_STORES = {"flw": 4, "fld": 8}, {"fsw": 4, "fsd": 8}
MEMORY = {*LOADS, *STORES, *FLOAT_LOADS, *FLOAT_STORES}
MOVES = ("fmv", "fsgnj", "fli")  # cost nothing and are not counted as computing
SLOW = {"mulh", "mulhu", "mulhsu", "fence", "fence.tso"}  # after these the clock is looked at
IMPLEMENTED = {"I", "M", "A", "C", "Zicsr", "Zifencei", "Zihintpause", "Zba", "Zbb", "Zbs", "Zicond"}
IMPLEMENTED |= FLOATING | {"C+F", "C+D"}


class NaiveHart:
    """One hart. `mode`, `asid` and `root` are the parts of satp."""

    def __init__(self, machine: NaiveMachine, number: int) -> None:
        self.machine, self.number, self.xlen = machine, number, machine.xlen
        config = machine.config
        self.x, self.pc, self.priv = [0] * 32, 0, 0
        self.f = [0] * 32  # unsigned patterns
        self.mode = self.asid = self.root = 0
        self.online = True
        self.clock = self.instret = 0
        self.counts: Counter[str] = Counter()
        self.ledger: Counter[str] = Counter()
        self.walking = False
        self.entered: int | None = None  # the line (timing off: page) in which execution is
        self.distance = 0  # from its address to its physical address
        self.reserved: int | None = None
        self.csrs: Counter[int] = Counter()
        self.branch_counters = [1] * 4096
        self.returns, self.top = [0] * 16, 0
        self.targets: dict[int, tuple[int, int]] = {}
        self.ram_size = config["ram"]
        self.private = Private(config, machine.memory, machine.rng, self.count, self.charge)
        self.mmu = Mmu(config, machine.rng, self)

    # ---------------------------------------------------------------------------------------------- counting, memory

    def count(self, name: str, n: int = 1) -> None:
        self.counts[name] += n

    def charge(self, cause: str, cycles: int) -> None:
        self.ledger["walk" if self.walking else cause] += cycles
        self.clock += cycles

    def cost(self, name: str) -> int:
        timing = self.machine.config["timing"]
        if timing == "off" or (timing == "simple" and name in PIPELINE):
            return 0
        return self.machine.config[f"costs.{name}"]

    def cache_access(self, pa: int, write: bool) -> None:
        if self.machine.timed:
            self.private.data(pa // self.machine.line, write)

    def read(self, pa: int, size: int) -> int:
        return int.from_bytes(self.machine.ram[pa : pa + size], "little")

    def write(self, pa: int, value: int, size: int) -> None:
        self.machine.ram[pa : pa + size] = unsigned(value, 8 * size).to_bytes(size, "little")

    def wrap(self, value: int) -> int:
        return signed(value, self.xlen)

    def set(self, register: int, value: int) -> None:
        if register:
            self.x[register] = self.wrap(value)

    # -------------------------------------------------------------------------------------------------------- running

    def run(self, count: int) -> str:
        """At most `count` instructions: 'budget', or 'trap' with `trap` set."""
        self.entered = None
        for _ in range(count):
            try:
                self.step()
            except Trap as trap:
                self.trap = trap
                return "trap"
        return "budget"

    def run_until(self, limit: int) -> str:
        """Until the clock is found to have reached `limit`: 'deadline', or 'trap'."""
        self.entered, look = None, True
        try:
            while True:
                unit = self.machine.line if self.machine.timed else 4096
                boundary = self.entered != self.pc // unit or self.pc % 4096 == 4094 or look
                if boundary and self.clock >= limit:
                    return "deadline"
                jumps = self.counts["insn.taken"]
                self.step()
                look = self.looks or self.counts["insn.taken"] != jumps
        except Trap as trap:
            self.trap = trap
            return "trap"

    def step(self) -> None:
        """One instruction. Raises Trap."""
        word = self.fetch()
        found = decode(word, self.xlen)
        if not found or (found.insn.ext not in IMPLEMENTED and found.insn.name != "wfi"):
            raise Trap(2, word if self.xlen == 64 else signed(word, 32))
        base = expand(found, self.xlen)
        operands = {f.role: base.operands[f.name] for f in base.insn.fields}
        self.next = self.wrap(self.pc + found.insn.length)
        self.after = self.next
        before = self.clock - self.ledger["stall"]
        if base.insn.ext in FLOATING:
            self.floating(base.insn, operands)
        else:
            self.execute(base.insn.name, base.insn.ext, operands)
        self.looks = base.insn.ext not in ("I", "M", *FLOATING) or base.insn.name in SLOW
        if base.insn.name in MEMORY:
            hit = self.machine.config["l1d.latency"] if self.machine.timed else 0
            self.looks = self.clock - self.ledger["stall"] - before > hit
        self.pc = self.after
        self.instret += 1
        self.count("insn.retired")
        self.charge("issue", 1)

    def fetch(self) -> int:
        """The instruction word at pc; perhaps execution enters a line."""
        pc, unit = self.pc, self.machine.line if self.machine.timed else 4096
        if self.entered != pc // unit:
            pa = self.mmu.translate(pc, "fetch")
            if self.machine.timed:
                self.private.fetch(pa // unit)
            self.entered, self.distance = pc // unit, pa - pc
        low = self.read(pc + self.distance, 2)
        if low & 3 != 3:
            return low
        if pc % 4096 != 4094:
            return low | self.read(pc + self.distance + 2, 2) << 16
        return low | self.read(self.mmu.translate(self.wrap(pc + 2), "fetch"), 2) << 16

    def execute(self, name: str, ext: str, o: dict[str, int]) -> None:
        if name in LOADS:
            self.load(name, o)
        elif name in STORES:
            self.store(name, o)
        elif name in BRANCHES:
            self.branch(name, o)
        elif name in ("jal", "jalr"):
            self.jump(name, o)
        elif ext == "A":
            self.atomic(name, o)
        elif ext == "Zicsr":
            self.csr(name, o)
        elif name in ("lui", "auipc"):
            self.set(o["rd"], o["imm"] + (self.pc if name == "auipc" else 0))
        elif name in COMPUTE[self.xlen]:
            second = self.x[o["rs2"]] if "rs2" in o else o.get("imm", 0)
            self.set(o["rd"], COMPUTE[self.xlen][name](self.x[o["rs1"]], second))
            if ext == "M":
                self.charge("stall", self.cost("mul" if name.startswith("mul") else "div"))
        else:
            self.system(name)

    def system(self, name: str) -> None:
        if name == "ecall":
            raise Trap(8 + self.priv, 0)
        if name == "ebreak":
            raise Trap(3, self.pc)
        if name in ("fence", "fence.tso"):
            self.charge("stall", self.cost("fence"))
        elif name == "fence.i":
            self.private.empty_l1i()
            self.charge("stall", self.cost("fence"))
            self.entered = None
        elif name not in ("wfi", "pause"):
            raise AssertionError(name)

    # ---------------------------------------------------------------------------------------------------------- jumps

    def branch(self, name: str, o: dict[str, int]) -> None:
        go = BRANCHES[name](self.x[o["rs1"]], self.x[o["rs2"]], self.xlen)
        self.count("insn.branch")
        if self.machine.timed:
            k = unsigned(self.pc, 64) // 2 % 4096
            guess = self.branch_counters[k] >= 2
            self.branch_counters[k] = min(3, self.branch_counters[k] + 1) if go else max(0, self.branch_counters[k] - 1)
            self.guessed(guess == go)
        if go:
            self.taken(self.pc + o["imm"])

    def guessed(self, right: bool) -> None:
        if not right:
            self.count("insn.mispredict")
            self.charge("branch", self.cost("mispredict"))

    def taken(self, target: int) -> None:
        self.count("insn.taken")
        self.charge("branch", self.cost("taken"))
        self.after = self.wrap(target)

    def jump(self, name: str, o: dict[str, int]) -> None:
        rd, target = o["rd"], self.pc + o["imm"]
        if name == "jalr":
            rs1 = o["rs1"]
            target = self.wrap(self.x[rs1] + o["imm"] & ~1)
            if self.machine.timed and rs1 in LINKS and rd != rs1:
                self.guessed(self.returns[self.top % 16] == target)
                self.top -= 1
            elif self.machine.timed:
                k = unsigned(self.pc, 64) // 2 % 256
                self.guessed(self.targets.get(k) == (self.pc, target))
                self.targets[k] = self.pc, target
        if self.machine.timed and rd in LINKS:
            self.top += 1
            self.returns[self.top % 16] = self.next
        self.set(rd, self.next)
        self.taken(target)

    # ----------------------------------------------------------------------------------------------------------- data

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

    # ------------------------------------------------------------------------------------------------- floating point

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

    # -------------------------------------------------------------------------------------------------------- atomics

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

    # ----------------------------------------------------------------------------------------------------------- CSRs

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

    # ----------------------------------------------------------------------------------------------- the kernel's doors

    def set_address_space(self, mode: int, asid: int, root: int) -> None:
        """A new satp; ends the reservation."""
        self.mode, self.asid, self.root = mode, asid, root
        self.reserved = None

    def sfence(self, va: int | None = None, asid: int | None = None) -> None:
        """SFENCE.VMA."""
        self.count("tlb.flush")
        for tlb in (self.mmu.itlb, self.mmu.dtlb, self.mmu.l2tlb):
            tlb.flush(va, asid)


class NaiveMachine:
    """Harts, memory, one source of random numbers."""

    def __init__(self, config, xlen: int, harts: int = 1) -> None:
        self.config, self.xlen = config, xlen
        self.line = config["cache.line"]
        self.timed = config["timing"] != "off"
        self.rng = Xorshift()
        self.ram = bytearray(config["ram"])
        self.memory = Memory(config, self.rng)
        self.harts = [NaiveHart(self, k) for k in range(harts)]

    def run_all(self, until: int) -> tuple[str, int]:
        """All online harts, interleaved: ('deadline', any) when each has reached `until`, or ('trap', hart)."""
        while True:
            order = sorted((h for h in self.harts if h.online), key=lambda h: (h.clock, h.number))
            first = order[0]
            if first.clock >= until:
                return "deadline", first.number
            limit = min(until, order[1].clock + self.config["quantum"]) if len(order) > 1 else until
            if first.run_until(limit) == "trap":
                return "trap", first.number

    def break_reservations(self, writer: NaiveHart, lines: range) -> None:
        """A store takes other harts' reservations on its lines away."""
        for hart in self.harts:
            if hart is not writer and hart.reserved is not None and hart.reserved // self.line in lines:
                hart.reserved = None
                hart.count("lock.broken")
