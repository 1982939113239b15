"""What each unit and each counter means: one table, for the reports, `emu help counters` and docs/stat.md."""

from __future__ import annotations

_UNITS = """
insn   instructions
l1i    first-level instruction cache
l1d    first-level data cache
l2     private second-level cache
llc    last-level cache, shared by all harts
dram   main memory
itlb   instruction TLB
dtlb   data TLB
l2tlb  second-level TLB, for instructions and data
walk   page-table walks
tlb    TLB flushes
bus    coherence traffic (MESI)
lock   load-reserved / store-conditional
"""

_COUNTERS = """
insn.retired          instructions that completed
insn.load             loads
insn.store            stores
insn.amo              atomic memory operations, LR and SC
insn.branch           conditional branches
insn.mispredict       conditional branches and indirect jumps that were guessed wrong
insn.taken            jumps, and branches that were taken
insn.misaligned       accesses at an address that is no multiple of their size
insn.fp               floating-point instructions that compute: no loads, stores or moves
l1i.access            fetches: one for each line that execution enters
l1i.miss              fetches that were not in the cache
l1i.evict             lines that made room for others
l1d.access            loads, stores and AMOs, one for each line touched
l1d.read_miss         loads that were not in the cache
l1d.write_miss        stores that were not in the cache
l1d.evict             lines that made room for others
l1d.write_back        dirty lines sent to the next level
l1d.write_through     stores sent on at once (write-through only)
l2.access             lookups: misses of L1I and L1D, PTE reads
l2.miss               lookups that were not in the cache
l2.evict              lines that made room for others
l2.write_back         dirty lines sent to the next level
l2.write_through      writes sent on at once
llc.access            lookups
llc.miss              lookups that were not in the cache
llc.evict             lines that made room for others
llc.write_back        dirty lines sent to memory
llc.write_through     writes sent on at once
dram.read             lines read from memory
dram.write            lines written to memory
itlb.access           translations of fetches: one for each page that execution enters
itlb.miss             translations that were not in the TLB
itlb.evict            entries that made room for others
dtlb.access           translations of loads, stores and AMOs
dtlb.miss             translations that were not in the TLB
dtlb.evict            entries that made room for others
l2tlb.access          lookups: misses of the I-TLB and the D-TLB
l2tlb.miss            lookups that needed a walk
l2tlb.evict           entries that made room for others
walk.count            walks of the page table
walk.pte_read         page-table entries read by them: accesses to the caches
walk.set_accessed     A bits set
walk.set_dirty        D bits set
walk.fault            walks that ended in a fault
tlb.flush             flushes of TLB entries (sfence.vma)
bus.read              BusRd: a line wanted for reading
bus.read_exclusive    BusRdX: a line wanted for writing
bus.upgrade           BusUpgr: a shared line that is to be written
bus.intervention      lines supplied by another hart's cache
bus.invalidate        copies in other caches made invalid
bus.write_back        modified lines written back because another hart wanted them
bus.back_invalidate   copies made invalid because an inclusive cache below evicted the line
lock.reserve          LR: reservations made
lock.sc_fail          SC that was refused
lock.broken           reservations that another hart's store broke
"""


def _parse(text: str) -> dict[str, str]:
    return {name: meaning.strip() for name, meaning in (line.split(maxsplit=1) for line in text.strip().splitlines())}


UNITS = _parse(_UNITS)
COUNTERS = _parse(_COUNTERS)
