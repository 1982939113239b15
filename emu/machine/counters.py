"""The hardware counters of a hart, by name; `unit.event`.

One table: the state's layout and every view derive from it.
"""

from __future__ import annotations

_TABLE = """
insn.retired insn.load insn.store insn.amo insn.branch insn.mispredict insn.taken insn.misaligned insn.fp
l1i.access l1i.miss l1i.evict
l1d.access l1d.read_miss l1d.write_miss l1d.evict l1d.write_back l1d.write_through
l2.access l2.miss l2.evict l2.write_back l2.write_through
llc.access llc.miss llc.evict llc.write_back llc.write_through
dram.read dram.write
itlb.access itlb.miss itlb.evict
dtlb.access dtlb.miss dtlb.evict
l2tlb.access l2tlb.miss l2tlb.evict
walk.count walk.pte_read walk.set_accessed walk.set_dirty walk.fault
tlb.flush
bus.read bus.read_exclusive bus.upgrade bus.intervention bus.invalidate bus.write_back bus.back_invalidate
lock.reserve lock.sc_fail lock.broken
"""
COUNTER_NAMES = tuple(_TABLE.split())
COUNTERS = {name: number for number, name in enumerate(COUNTER_NAMES)}
globals().update({name.upper().replace(".", "_"): number for name, number in COUNTERS.items()})
