"""Compares the fast machine with the slow one: registers, clocks, counters, ledger, caches, TLBs, memory."""

from __future__ import annotations

from emu.machine.config import CACHES, TLBS

STATES = " SEM"


def cache_contents(machine, level: int, hart: int) -> dict[int, list]:
    """A cache of the fast machine, in the form of `naive_cache.Cache.contents`."""
    shape, state = machine.state.cache[level], machine.state
    ways, count = int(shape.ways), int(shape.sets)
    first = int(shape.first) + hart * int(shape.stride)
    tags = state.line_tag[first : first + ways * count].tolist()
    out: dict[int, list] = {}
    for i, tag in enumerate(tags):
        if tag:
            line = state.line[first + i]
            out.setdefault(i // ways, [None] * ways)[i % ways] = tag - 1, STATES[line.state], bool(line.dirty)
    return out


def tlb_contents(machine, unit: int, hart: int) -> dict[int, list]:
    """A TLB of the fast machine, in the form of `naive_mmu.Tlb.contents`."""
    shape = machine.state.tlb_shape[unit]
    ways = int(shape.ways)
    first = int(shape.first) + hart * int(shape.stride)
    out: dict[int, list] = {}
    for i, e in enumerate(machine.state.tlb[first : first + ways * int(shape.sets)]):
        if e.valid:
            here = int(e.vpn), int(e.ppn), int(e.asid), int(e.pte), int(e.level)
            out.setdefault(i // ways, [None] * ways)[i % ways] = here
    return out


def hart_difference(machine, naive, k: int) -> str:
    """What differs in the small state of a hart (fast first), or ''."""
    fast, slow = machine.harts[k], naive.harts[k]
    pairs = {
        "pc": (fast.pc, slow.pc),
        "x": (fast.x.tolist(), slow.x),
        "f": ([v % (1 << 64) for v in fast.f.tolist()], slow.f),
        "clock": (fast.cycle, slow.clock),
        "instret": (fast.instret, slow.instret),
        "reserved": (fast.reserved, -1 if slow.reserved is None else slow.reserved),
        "fcsr": (fast.fcsr, slow.csrs[3]),
    }
    out = [f"{name}: {a} {b}" for name, (a, b) in pairs.items() if a != b]
    for fast_table, slow_table in ((machine.counters(k), slow.counts), (machine.ledger(k), slow.ledger)):
        out += [f"{name}: {a} {slow_table[name]}" for name, a in fast_table.items() if a != slow_table[name]]
        out += [f"{name} is unknown" for name in slow_table if name not in fast_table]
    return f"hart {k}: {'; '.join(out)}" if out else ""


def deep_difference(machine, naive) -> str:
    """What differs in caches, TLBs and memory, or ''."""
    out = []
    if naive.timed:
        for level, unit in enumerate(CACHES):
            for k, hart in enumerate(naive.harts if unit != "llc" else naive.harts[:1]):
                cache = naive.memory.llc if unit == "llc" else getattr(hart.private, unit)
                out += table_difference(f"{unit} of hart {k}", cache_contents(machine, level, k), cache.contents())
    for unit, name in enumerate(TLBS):
        for k, hart in enumerate(naive.harts):
            tlb = getattr(hart.mmu, name)
            out += table_difference(f"{name} of hart {k}", tlb_contents(machine, unit, k), tlb.contents())
    if machine.ram != naive.ram:
        at = next(i for i, (a, b) in enumerate(zip(machine.ram, naive.ram, strict=True)) if a != b)
        out.append(f"memory from {at:#x}: {bytes(machine.ram[at : at + 8]).hex()} {naive.ram[at : at + 8].hex()}")
    if int(machine.state.rng) % (1 << 64) != naive.rng.state:
        out.append("random numbers")
    return "\n".join(out)


def table_difference(name: str, fast: dict[int, list], slow: dict[int, list]) -> list[str]:
    """One line for each set that differs."""
    return [
        f"{name}, set {k}: {fast.get(k)} {slow.get(k)}" for k in sorted({*fast, *slow}) if fast.get(k) != slow.get(k)
    ]
