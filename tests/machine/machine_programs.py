"""Random programs for the machine: every implemented instruction, memory operands in a data window, jumps that end.

A program is a list of slots, one instruction each, put down one after another; jumps go forward, or back in a counted
loop. Replacing a slot by a nop of its length leaves all others where they are: that is how a failing program is shrunk.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from emu.isa.formats import Field
from emu.isa.insns import INSNS, Insn, encode, lookup

SP, WIDE, ODD, ANY, NEAR, POINTER, COUNT = 2, 8, 9, 15, 29, 30, 31
POINTERS = (SP, WIDE, ODD, ANY)  # point into the data window, never written; SP and WIDE are 8-aligned
CONSTANTS = range(16, 24)  # corner values, never written
WRITABLE = (0, 1, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 24, 25, 26, 27, 28)
WINDOW, WINDOW_SIZE = 0x10000, 0x4000
CODE = 0x4000
CSRS = (0x001, 0x002, 0x003, 0x340)
FLOATING = ("F", "D", "C+F", "C+D", "Zfa")
UNICORN = ("I", "M", "A", "C", "Zicsr", "Zifencei")
CONTROL = [
    "jal",
    "jalr",
    "beq",
    "bne",
    "blt",
    "bge",
    "bltu",
    "bgeu",
    "c.j",
    "c.jal",
    "c.jr",
    "c.jalr",
    "c.beqz",
    "c.bnez",
]
SPECIAL = ["ecall", "ebreak", "c.ebreak", "sret", "mret", "wfi", "sfence.vma", "c.addi16sp", "fence.i"]
SIZES = {"b": 1, "h": 2, "w": 4, "d": 8}


@dataclass(frozen=True)
class Slot:
    """An instruction; target: the slot it jumps to, origin: the slot that its offset counts from (None: itself)."""

    insn: Insn
    operands: dict[str, int]
    target: int | None = None
    origin: int | None = None


@dataclass
class Program:
    """Slots from `base` on, with the registers and the data window before the first one."""

    xlen: int
    base: int
    slots: list[Slot]
    x: list[int]
    window: bytes
    entries: list[int] = field(default_factory=list)

    def addresses(self) -> list[int]:
        """The address of each slot, and the end."""
        out = [self.base]
        for slot in self.slots:
            out.append(out[-1] + slot.insn.length)
        return out

    def encode(self) -> bytes:
        """The code, followed by an ebreak."""
        at, out = self.addresses(), bytearray()
        for k, slot in enumerate(self.slots):
            operands = dict(slot.operands)
            if slot.target is not None:
                offset = at[slot.target] - at[k if slot.origin is None else slot.origin]
                operands[jump_field(slot.insn).name] = offset
            out += encode(slot.insn, operands).to_bytes(slot.insn.length, "little")
        return bytes(out) + (0x00100073).to_bytes(4, "little")

    def without(self, dead: set[int]) -> Program:
        """The program with these slots replaced by nops."""
        slots = [nop(s.insn.length, self.xlen) if k in dead else s for k, s in enumerate(self.slots)]
        return replace(self, slots=slots)

    def listing(self) -> str:
        """What is left of the program after shrinking, for people."""
        from emu.isa.disassemble import disassemble

        code, at = self.encode(), self.addresses()
        lines = [f"x{i} = {v:#x}" for i, v in enumerate(self.x) if v]
        for k, slot in enumerate(self.slots):
            if slot != nop(slot.insn.length, self.xlen):
                word = int.from_bytes(code[at[k] - self.base :][: slot.insn.length], "little")
                lines.append(f"{at[k]:#x}: {word:08x} {disassemble(word, at[k], self.xlen)}")
        return "\n".join(lines)


def nop(length: int, xlen: int) -> Slot:
    """An instruction of that length that does nothing."""
    if length == 2:
        return Slot(lookup("c.nop", xlen), {"c_hint6": 0})
    return Slot(lookup("addi", xlen), {"rd": 0, "rs1": 0, "imm_i": 0})


def jump_field(insn: Insn) -> Field:
    """The field that holds an offset."""
    return next(f for f in insn.fields if f.role == "imm")


def signed(value: int, bits: int) -> int:
    """The low bits as a signed number."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def corner(rng: random.Random, xlen: int) -> int:
    """A signed register value, often one at which arithmetic goes wrong."""
    kind = rng.randrange(8)
    if kind < 3:
        near = rng.choice(
            (0, 1 << 7, 1 << 8, 1 << 15, 1 << 16, 1 << 31, 1 << 32, 1 << 63, 0x5555555555555555, 0xAA << 24)
        )
        return signed(rng.choice((1, -1)) * near + rng.randint(-2, 2), xlen)
    if kind < 5:
        return signed(rng.choice((1, -1)) << rng.randrange(xlen), xlen)
    if kind == 5:
        return rng.randint(-70, 70)
    return signed(rng.getrandbits(xlen), xlen)


def computing(xlen: int, exts: tuple[str, ...]) -> list[Insn]:
    """Rows that read and write registers only."""
    return [
        i
        for i in INSNS
        if xlen in i.xlens and i.ext in exts and i.ext not in ("A", "Zicsr") and i.name not in CONTROL
        and i.name not in SPECIAL and not is_memory(i)
    ]  # fmt: skip


def is_memory(insn: Insn) -> bool:
    """Whether a row is a plain load or store."""
    base = insn.expands.partition(" ")[0] or insn.name
    return base in ("lb", "lh", "lw", "ld", "lbu", "lhu", "lwu", "sb", "sh", "sw", "sd", "flw", "fld", "fsw", "fsd")


class Generator:
    """Makes one program from a seed."""

    def __init__(self, seed: int, xlen: int, exts: tuple[str, ...] = UNICORN, size: int = 40) -> None:
        self.rng, self.xlen, self.exts, self.size = random.Random(seed), xlen, exts, size
        self.slots: list[Slot] = []
        self.starts: list[int] = []  # slots at which jumps may land
        self.jumps: list[int] = []  # slots whose target is to be chosen
        self.plain = computing(xlen, exts)
        rows = [i for i in INSNS if xlen in i.xlens and i.ext in exts]
        self.memory_rows = [i for i in rows if is_memory(i)]
        self.atomic_rows = [i for i in rows if i.ext == "A" and not i.name.startswith(("lr", "sc"))]
        self.jump_rows = [i for i in rows if i.name in CONTROL and i.name not in ("jalr", "c.jr", "c.jalr")]

    # ------------------------------------------------------------------------------------------------------- operands

    def pick(self, f: Field) -> int:
        """A value for an operand that no other rule fixes."""
        rng = self.rng
        if f.kind == "xreg":
            low = range(f.minimum, f.maximum + 1)
            pool = [r for r in (WRITABLE if f.role == "rd" else range(32)) if r in low and f.allows(r)]
            if f.role != "rd" and rng.random() < 0.4:
                pool = [r for r in CONSTANTS if r in pool] or pool
            return rng.choice(pool)
        if f.kind == "freg":
            return rng.randint(f.minimum, f.maximum)
        if f.kind == "rm":
            return rng.choice((*range(5), 7, 7)) if f.allows(7) else f.default
        if f.kind == "ignored":
            return f.default
        for _ in range(20):
            value = rng.choice((f.minimum, f.maximum, 0, f.scale, -f.scale, rng.randint(f.minimum, f.maximum)))
            value -= value % f.scale
            if f.allows(value):
                return value
        return f.minimum

    def operands(self, insn: Insn, **fixed: int) -> dict[str, int]:
        """Operands by field name; `fixed` by role."""
        return {f.name: fixed[f.role] if f.role in fixed else self.pick(f) for f in insn.fields}

    def put(self, name: str | Insn, target: int | None = None, origin: int | None = None, **fixed: int) -> None:
        """Append one instruction."""
        insn = lookup(name, self.xlen) if isinstance(name, str) else name
        self.slots.append(Slot(insn, self.operands(insn, **fixed), target, origin))

    # --------------------------------------------------------------------------------------------------------- groups

    def compute(self) -> None:
        """A register instruction."""
        self.put(self.rng.choice(self.plain))

    def memory(self) -> None:
        """A load or store through a pointer, at any alignment that its base gives."""
        insn = self.rng.choice(self.memory_rows)
        base = next((f for f in insn.fields if f.role == "rs1"), None)
        if base is None:
            self.put(insn)  # through sp
        else:
            self.put(insn, rs1=self.rng.choice([p for p in POINTERS if base.minimum <= p]))
        loaded = next((v for f, v in self.slots[-1].operands.items() if f.startswith("rd")), 0)
        if loaded and self.rng.random() < 0.3:
            self.put("add", **{self.rng.choice(("rs1", "rs2")): loaded})  # wants the value at once

    def address(self, register: int, size: int) -> int:
        """Make `register` an aligned pointer into the window; returns its offset from WIDE."""
        offset = self.rng.choice((0, 8, 64, 4096 // 2 - 8, self.rng.randrange(-2048, 2048) // size * size))
        self.put("addi", rd=register, rs1=WIDE, imm=offset)
        return offset

    def atomic(self) -> None:
        """An AMO."""
        insn = self.rng.choice(self.atomic_rows)
        self.address(POINTER, SIZES[insn.name[-1]])
        self.put(insn, rs1=POINTER)

    def reserve(self) -> None:
        """LR and SC, to the same address or another, perhaps with a store between them or no LR at all."""
        width = self.rng.choice("wd"[: self.xlen // 32])
        self.address(POINTER, SIZES[width])
        if self.rng.random() < 0.85:
            self.put(f"lr.{width}", rs1=POINTER)
        kind = self.rng.randrange(4)
        if kind == 0:
            self.compute()
        if kind == 1:
            self.put("addi", rd=POINTER, rs1=WIDE, imm=self.rng.randrange(-2048, 2048) // 8 * 8)
        self.put(f"sc.{width}", rs1=POINTER)
        if self.rng.random() < 0.2:
            self.put(f"sc.{width}", rs1=POINTER)

    def control(self) -> None:
        """A branch or jump forward."""
        self.jumps.append(len(self.slots))
        self.put(self.rng.choice(self.jump_rows), target=-1, imm=0)

    def indirect(self) -> None:
        """A jump through a register."""
        here, near = len(self.slots), self.rng.choice((NEAR, NEAR, 1, 5))
        self.put("auipc", rd=near, imm=0)
        name = self.rng.choice(("jalr", "c.jr", "c.jalr"))
        if name == "jalr":
            self.jumps.append(len(self.slots))
            rd = self.rng.choice((0, 1, 5, NEAR, *WRITABLE))
            self.put("jalr", target=-1, origin=here, rd=rd, rs1=near, imm=0)
        else:
            self.jumps.append(len(self.slots))
            self.put("addi", target=-1, origin=here, rd=near, rs1=near, imm=0)
            self.put(name, rs1=near)

    def call(self) -> None:
        """A subroutine right here, called and returned from: jal F; j END; F: …; ret; END:"""
        first, link = len(self.slots), self.rng.choice((1, 5))
        self.put("jal", target=first + 2, rd=link, imm=0)
        self.put("jal", target=-1, rd=0, imm=0)
        self.compute_except((1, 5))
        self.put("c.jr", rs1=link)
        self.slots[first + 1] = replace(self.slots[first + 1], target=len(self.slots))

    def compute_except(self, registers: tuple[int, ...]) -> None:
        """A register instruction that leaves some registers alone."""
        while True:
            self.compute()
            if not any(f.startswith("rd") and v in registers for f, v in self.slots[-1].operands.items()):
                return
            self.slots.pop()

    def csr(self) -> None:
        """A CSR instruction on a register that holds what it is given."""
        name = self.rng.choice(("csrrw", "csrrs", "csrrc", "csrrwi", "csrrsi", "csrrci"))
        self.put(name, csr=self.rng.choice(CSRS))

    def stack(self) -> None:
        """sp moves and comes back."""
        step = self.rng.choice([n for n in range(-512, 512, 16) if n])
        self.put("c.addi16sp", imm=step)
        if -512 <= -step < 512:
            self.put("c.addi16sp", imm=-step)
        else:
            self.put("addi", rd=SP, rs1=SP, imm=-step)

    def fences(self) -> None:
        """fence or fence.i."""
        self.put(self.rng.choice(("fence", "fence.i")))

    def loop(self) -> None:
        """A few groups, several times over."""
        self.put("addi", rd=COUNT, rs1=0, imm=self.rng.randint(1, 6))
        first, outer = len(self.slots), self.starts
        self.starts = [first]
        for _ in range(self.rng.randint(1, 6)):
            self.group(nested=True)
        self.starts = outer
        self.put("addi", rd=COUNT, rs1=COUNT, imm=-1)
        name = self.rng.choice(("bne", "bltu", "blt"))
        order = {"rs1": COUNT, "rs2": 0} if name == "bne" else {"rs1": 0, "rs2": COUNT}
        self.put(name, target=first, imm=0, **order)

    def group(self, nested: bool = False) -> None:
        """One of the above."""
        kinds = [self.compute] * 8 + [self.memory] * 7 + [self.atomic, self.reserve, self.csr, self.stack, self.fences]
        kinds += [self.control] * 2 + [self.indirect, self.call]
        if not nested:
            kinds += [self.loop]
        kinds = [k for k in kinds if k != self.fences or self.rng.random() < 0.3]
        self.starts.append(len(self.slots))
        self.rng.choice(kinds)()

    # ---------------------------------------------------------------------------------------------------------- whole

    def program(self) -> Program:
        """The program, its registers and data."""
        rng, xlen = self.rng, self.xlen
        while len(self.slots) < self.size:
            self.group()
        self.starts.append(len(self.slots))
        base = CODE + rng.choice((0, 2, 0x40, 4096 - 2, 4096 - 2 * rng.randint(1, 2 * self.size)))
        out = Program(xlen, base, self.slots, [corner(rng, xlen) for _ in range(32)], rng.randbytes(WINDOW_SIZE))
        self.aim(out)
        middle = WINDOW + WINDOW_SIZE // 2
        out.x[0] = 0
        out.x[SP], out.x[WIDE] = middle + rng.randrange(-256, 256) * 8, middle + rng.randrange(-256, 256) * 8
        out.x[ODD], out.x[ANY] = middle + rng.randint(-9, 9), middle + rng.randrange(-2048, 2048)
        return out

    def aim(self, program: Program) -> None:
        """Give each forward jump a landing place within its reach."""
        at = program.addresses()
        for k in self.jumps:
            slot = self.slots[k]
            here = at[k if slot.origin is None else slot.origin]
            places = [s for s in self.starts if s > k and jump_field(slot.insn).allows(at[s] - here)]
            near = [s for s in places if s > k + (1 if slot.insn.name == "addi" else 0)][:6]
            if near:
                self.slots[k] = replace(slot, target=self.rng.choice(near))
            else:
                self.slots[k] = nop(slot.insn.length, self.xlen)
                if slot.insn.name == "addi":
                    self.slots[k + 1] = nop(2, self.xlen)


def generate(seed: int, xlen: int, exts: tuple[str, ...] = UNICORN, size: int = 40) -> Program:
    """The random program of a seed."""
    return Generator(seed, xlen, exts, size).program()
