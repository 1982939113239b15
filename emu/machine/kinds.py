"""The kinds of hardware events: what a, b and c mean in each, and groups of them by name. Needs no numba."""

from __future__ import annotations

from emu.errors import did_you_mean
from emu.machine.config import ConfigError

KINDS = {
    "trap": "a=tval c=cause",
    "walk": "a=va b=leaf PTE c=levels read",
    "walk_fault": "a=va c=cause",
    "tlb_fill": "a=va b=ppn c=unit (0 itlb 1 dtlb 2 l2tlb)",
    "tlb_evict": "a=vpn b=ppn c=unit",
    "tlb_flush": "a=va or -1 b=asid or -1",
    "cache_miss": "a=line address c=level (0 l1i 1 l1d 2 l2 3 llc)",
    "cache_fill": "a=line address b=state c=level",
    "cache_evict": "a=line address b=dirty c=level",
    "write_back": "a=line address c=level that wrote",
    "bus_read": "a=line address (BusRd)",
    "bus_read_exclusive": "a=line address (BusRdX)",
    "bus_upgrade": "a=line address (BusUpgr)",
    "intervention": "a=line address b=owner hart",
    "mesi": "a=line address b=hart whose copy changes c=old state << 4 | new state",
    "dram_read": "a=line address",
    "dram_write": "a=line address",
    "reserve": "a=physical address (LR)",
    "sc_fail": "a=physical address",
    "switch": "a=satp",
}

GROUPS = {
    "bus": ("bus_read", "bus_read_exclusive", "bus_upgrade", "intervention", "write_back", "dram_read", "dram_write"),
    "coherence": ("bus_read", "bus_read_exclusive", "bus_upgrade", "intervention", "mesi"),
    "cache": ("cache_miss", "cache_fill", "cache_evict", "write_back"),
    "tlb": ("tlb_fill", "tlb_evict", "tlb_flush", "walk", "walk_fault"),
    "lock": ("reserve", "sc_fail"),
    "all": tuple(KINDS),
}


def parse_kinds(text: str) -> tuple[str, ...]:
    """'bus,walk' -> the kinds in the table's order. Raises ConfigError with a suggestion."""
    wanted: set[str] = set()
    for word in filter(None, (part.strip() for part in text.lower().split(","))):
        if word not in GROUPS and word not in KINDS:
            known = (*GROUPS, *KINDS)
            raise ConfigError(f"no event is called {word!r}", hint=did_you_mean(word, known) or ", ".join(known))
        wanted.update(GROUPS.get(word, (word,)))
    return tuple(kind for kind in KINDS if kind in wanted)
