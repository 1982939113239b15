"""A machine for one test: instructions by name, pages by address, and runs that say how they ended."""

from __future__ import annotations

from emu.isa.insns import encode, lookup
from emu.isa.paging import PAGING_BARE, PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, SCHEMES
from emu.machine import Machine, load_config

RAM = 1 << 20
CODE, DATA, TABLES = 0x4000, 0x10000, 0x80000  # physical
RWX = PTE_R | PTE_W | PTE_X
GOOD = PTE_V | RWX | PTE_U | PTE_A | PTE_D
SELF = {"rd": 0, "imm": 0}  # jal to itself


def op(name: str, xlen: int = 64, **roles: int) -> bytes:
    """An instruction's bytes; operands by role: rd rs1 rs2 imm csr; what is left out is 0."""
    insn = lookup(name, xlen)
    word = encode(insn, {f.name: roles.get(f.role, f.default or 0) for f in insn.fields})
    return word.to_bytes(insn.length, "little")


def words(code: bytes) -> list[int]:
    """Little-endian halfwords."""
    return [int.from_bytes(code[k : k + 2], "little") for k in range(0, len(code), 2)]


class Box:
    """One machine; `mode` None is bare machine mode, else user mode (priv 0) with page tables that `map` fills."""

    def __init__(
        self, xlen: int = 64, mode: int = PAGING_BARE, harts: int = 1, timing: str = "full", **settings
    ) -> None:
        self.xlen, self.mode, self.scheme = xlen, mode, SCHEMES.get(mode)
        self.machine = Machine(load_config("toy", {"ram": RAM, "timing": timing, **settings}), xlen=xlen, harts=harts)
        self.harts = self.machine.harts
        self.frames = iter(range(TABLES >> 12, RAM >> 12))
        self.root = next(self.frames)
        for hart in self.harts:
            hart.priv = 0 if mode else 3
            hart.set_address_space(mode, 0, self.root if mode else 0)
            hart.online = 1

    def put(self, at: int, *code: bytes) -> int:
        """Write code to physical memory; returns the address behind it."""
        data = b"".join(code)
        self.machine.ram[at : at + len(data)] = data
        for page in range(at >> 12, (at + len(data) - 1 >> 12) + 1):
            self.machine.code_changed(page)
        return at + len(data)

    def op(self, name: str, **roles: int) -> bytes:
        """An instruction at this machine's width."""
        return op(name, self.xlen, **roles)

    def cells(self):
        """Physical memory in entries of page tables."""
        return self.machine.ram64 if self.scheme.pte_size == 8 else self.machine.ram32

    def entry(self, va: int, height: int = 0) -> int:
        """The index into `cells` of an entry `height` levels above the last; tables on the way are made."""
        table, size = self.root, self.scheme.pte_size
        for depth, level in enumerate(self.scheme.levels):
            at = ((table << 12) + level.index(va) * size) // size
            if depth == len(self.scheme.levels) - 1 - height:
                return at
            if not self.cells()[at] & PTE_V:
                self.cells()[at] = next(self.frames) << 10 | PTE_V
            table = self.cells()[at] >> 10
        raise AssertionError("too high")

    def map(self, va: int, pa: int, flags: int = GOOD, height: int = 0) -> int:
        """A leaf; returns the index of its entry in `cells`."""
        at = self.entry(va, height)
        self.cells()[at] = pa >> 12 << 10 | flags
        return at

    def run(self, pc: int, count: int = 1, hart: int = 0, **x: int) -> int:
        """Registers (x5=…), pc, and at most `count` instructions; returns the reason to stop."""
        h = self.harts[hart]
        for name, value in x.items():
            h.x[int(name[1:])] = value
        h.pc = pc
        return self.machine.run(max_insns=count, hart=hart)

    def trap(self, hart: int = 0) -> tuple[int, int]:
        """(cause, tval) of the last trap."""
        return self.harts[hart].cause, self.harts[hart].tval


def spinning(timing="full", harts=1, **settings):
    """All harts in a loop of five instructions, one of them a store and one compressed, over a line's end."""
    box = Box(harts=harts, timing=timing, **settings)
    loop = CODE + 0xF6
    box.put(
        loop, op("addi", rd=5, rs1=5, imm=1), op("c.addi", rd=6, imm=1), op("sd", rs2=5, rs1=10), op("add", rd=7, rs1=5)
    )
    box.put(loop + 14, op("jal", rd=0, imm=-14))
    for number, hart in enumerate(box.harts):
        hart.pc, hart.x[10] = loop, DATA + 64 * number
    return box
