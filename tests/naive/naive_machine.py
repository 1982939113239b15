"""A slow machine: one instruction at a time, everything looked up afresh, after docs/timing.md and the manuals.

It shares the ISA table's decoder with the fast one, and nothing else.
"""

from __future__ import annotations

from collections import Counter

from naive_cache import Memory
from naive_data import Data
from naive_jumps import Jumps
from naive_mmu import Mmu, Trap
from naive_policy import Xorshift
from naive_private import Private
from naive_semantics import BRANCHES, COMPUTE, LOADS, STORES, signed, unsigned
from naive_state import FLOAT_LOADS, FLOAT_STORES, Csrs, Floating

from emu.isa.insns import decode, expand

PIPELINE = ("load_use", "taken", "mispredict", "mul", "div", "fp_add", "fp_mul", "fp_div", "fp_sqrt")
FLOATING = {"F", "D", "Zfa"}
MEMORY = {*LOADS, *STORES, *FLOAT_LOADS, *FLOAT_STORES}
SLOW = {"mulh", "mulhu", "mulhsu", "fence", "fence.tso"}  # after these the clock is looked at
IMPLEMENTED = {"I", "M", "A", "C", "Zicsr", "Zifencei", "Zihintpause", "Zba", "Zbb", "Zbs", "Zicond"}
IMPLEMENTED |= FLOATING | {"C+F", "C+D"}


class NaiveHart(Jumps, Data, Floating, Csrs):
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
