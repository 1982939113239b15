"""TLBs and the walker, after docs/timing.md and the privileged manual."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from naive_policy import Set

from emu.isa.paging import PTE_A, PTE_D, PTE_G, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, SCHEMES

PAGE_FAULT = {"fetch": 12, "load": 13, "store": 15}
ACCESS_FAULT = {"fetch": 1, "load": 5, "store": 7}
NEEDS = {"fetch": PTE_X, "load": PTE_R, "store": PTE_W}


class Trap(Exception):
    """An exception: cause and tval."""

    def __init__(self, cause: int, tval: int) -> None:
        super().__init__(cause, tval)
        self.cause, self.tval = cause, tval


@dataclass(eq=False)
class Entry:
    """A translation: page number and first frame of a page of a level, with the leaf's low byte."""

    page: int
    frame: int
    asid: int
    bits: int
    level: int


class Tlb:
    """Sets of entries; `level_bits` address bits a level."""

    def __init__(self, config, unit: str, rng, level_bits: int) -> None:
        self.unit, self.level_bits = unit, level_bits
        self.ways = config[f"{unit}.ways"]
        self.count = config[f"{unit}.entries"] // self.ways
        self.sets = defaultdict(lambda: Set(self.ways, config[f"{unit}.replacement"], rng))

    def set_of(self, page: int) -> Set:
        return self.sets[page % self.count]

    def find(self, vpn: int, asid: int) -> Entry | None:
        """The entry that maps a 4 KB page; small pages first."""
        for level in range(4):
            page = vpn >> (level * self.level_bits)
            for e in self.set_of(page).ways:
                if e and e.level == level and e.page == page and (e.asid == asid or e.bits & PTE_G):
                    return e
        return None

    def use(self, entry: Entry) -> None:
        row = self.set_of(entry.page)
        row.policy.use(row.ways.index(entry))

    def drop(self, entry: Entry) -> None:
        row = self.set_of(entry.page)
        row.ways[row.ways.index(entry)] = None

    def put(self, entry: Entry) -> bool:
        """Returns whether another entry had to go."""
        row = self.set_of(entry.page)
        way = row.place()
        gone = row.ways[way] is not None
        row.put(way, entry)
        return gone

    def flush(self, va: int | None, asid: int | None) -> None:
        for row in self.sets.values():
            for way, e in enumerate(row.ways):
                if not e or (asid is not None and (e.asid != asid or e.bits & PTE_G)):
                    continue
                if va is None or va >> (12 + e.level * self.level_bits) == e.page:
                    row.ways[way] = None

    def contents(self) -> dict[int, list[tuple | None]]:
        """By set, what is in each way."""
        return {
            k: [e and (e.page, e.frame, e.asid, e.bits, e.level) for e in row.ways]
            for k, row in sorted(self.sets.items())
            if any(row.ways)
        }


class Mmu:
    """One hart's address translation."""

    def __init__(self, config, rng, hart) -> None:
        self.hart = hart
        bits = 9 if hart.xlen == 64 else 10
        self.itlb, self.dtlb, self.l2tlb = (Tlb(config, unit, rng, bits) for unit in ("itlb", "dtlb", "l2tlb"))

    def permitted(self, bits: int, kind: str) -> bool:
        """Step 5 of the walk: the right, and U exactly in user mode."""
        return bool(bits & NEEDS[kind]) and bool(bits & PTE_U) == (self.hart.priv == 0)

    def translate(self, va: int, kind: str) -> int:
        """The physical address. Raises Trap."""
        hart = self.hart
        if hart.mode not in SCHEMES:
            if not 0 <= va < hart.ram_size:
                raise Trap(ACCESS_FAULT[kind], va)
            return va
        first = self.itlb if kind == "fetch" else self.dtlb
        entry = self.lookup(first, va, kind)
        offset = va & ((1 << (12 + entry.level * first.level_bits)) - 1)
        pa = (entry.frame << 12) + offset
        if pa >= hart.ram_size:  # a huge page may reach beyond the end of memory
            raise Trap(ACCESS_FAULT[kind], va)
        return pa

    def lookup(self, first: Tlb, va: int, kind: str) -> Entry:
        hart, vpn = self.hart, va >> 12
        hart.count(f"{first.unit}.access")
        entry = first.find(vpn, hart.asid)
        if entry:
            if not self.permitted(entry.bits, kind):
                raise Trap(PAGE_FAULT[kind], va)
            if kind != "store" or entry.bits & PTE_D:
                first.use(entry)
                return entry
            first.drop(entry)
        else:
            hart.count(f"{first.unit}.miss")
        entry = self.second(va, kind)
        entry = Entry(entry.page, entry.frame, hart.asid, entry.bits, entry.level)
        if first.put(entry):
            hart.count(f"{first.unit}.evict")
        return entry

    def second(self, va: int, kind: str) -> Entry:
        hart, vpn = self.hart, va >> 12
        hart.count("l2tlb.access")
        hart.charge("walk", hart.cost("l2tlb"))
        entry = self.l2tlb.find(vpn, hart.asid)
        if entry:
            if not self.permitted(entry.bits, kind):
                raise Trap(PAGE_FAULT[kind], va)
            if kind != "store" or entry.bits & PTE_D:
                self.l2tlb.use(entry)
                return entry
            self.l2tlb.drop(entry)
        else:
            hart.count("l2tlb.miss")
        hart.count("walk.count")
        hart.walking = True
        try:
            entry = self.walk(va, kind)
        except Trap:
            hart.count("walk.fault")
            raise
        finally:
            hart.walking = False
        if self.l2tlb.put(entry):
            hart.count("l2tlb.evict")
        return entry

    def walk(self, va: int, kind: str) -> Entry:
        hart, scheme = self.hart, SCHEMES[self.hart.mode]
        size = scheme.pte_size
        if hart.xlen == 64 and va >> (scheme.va_bits - 1) not in (0, -1):
            raise Trap(PAGE_FAULT[kind], va)
        table = hart.root << 12
        for depth, level in enumerate(scheme.levels):
            height = len(scheme.levels) - 1 - depth
            at = table + level.index(va) * size
            if at + size > hart.ram_size:
                raise Trap(ACCESS_FAULT[kind], va)
            hart.count("walk.pte_read")
            hart.cache_access(at, False)
            pte = hart.read(at, size)
            if not pte & PTE_V or (pte & PTE_W and not pte & PTE_R) or (size == 8 and pte >> 54):
                raise Trap(PAGE_FAULT[kind], va)
            frame = pte >> 10 & ((1 << 44) - 1)
            if pte & (PTE_R | PTE_X):
                return self.leaf(va, kind, at, pte, frame, height)
            if pte & (PTE_A | PTE_D | PTE_U):
                raise Trap(PAGE_FAULT[kind], va)
            table = frame << 12
            if table >= hart.ram_size:
                raise Trap(ACCESS_FAULT[kind], va)
        raise Trap(PAGE_FAULT[kind], va)

    def leaf(self, va: int, kind: str, at: int, pte: int, frame: int, height: int) -> Entry:
        hart = self.hart
        shift = height * self.l2tlb.level_bits
        if not self.permitted(pte, kind) or frame % (1 << shift):
            raise Trap(PAGE_FAULT[kind], va)
        page = va >> 12 >> shift
        here = frame + ((va >> 12) - (page << shift))
        if (here + 1) << 12 > hart.ram_size:
            raise Trap(ACCESS_FAULT[kind], va)
        new = pte | PTE_A | (PTE_D if kind == "store" else 0)
        if new != pte:
            hart.count("walk.set_accessed", not pte & PTE_A)
            hart.count("walk.set_dirty", bool(new & ~pte & PTE_D))
            hart.cache_access(at, True)
            hart.write(at, new, 8 if hart.xlen == 64 else 4)
        return Entry(page, frame, hart.asid, new & 255, height)
