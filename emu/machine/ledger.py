"""The cycle ledger: every cycle of a hart's clock belongs to exactly one of these causes, and they sum to the clock."""

from __future__ import annotations

LEDGER = {
    "issue": "one cycle for every instruction that completes",
    "stall": "waiting for a load's value, a multiplication or a division (pipeline interlocks)",
    "branch": "fetch bubbles after taken branches and mispredictions",
    "l1i": "hits in the first-level instruction cache beyond the pipelined cycle",
    "l1d": "hits in the first-level data cache beyond the pipelined cycle, and write-through traffic",
    "l2": "lookups in the private second-level cache",
    "llc": "lookups in the shared last-level cache",
    "dram": "reads from memory",
    "walk": "second-level TLB lookups and page-table walks, with the memory accesses that they make",
    "coherence": "upgrades, invalidations and lines supplied by another hart's cache",
    "trap": "entering and leaving the kernel",
    "fault": "the kernel's handling of page faults",
    "swap": "waiting for the swap device, and reclaiming memory",
    "disk": "waiting for the disk that holds the files",
    "sched": "context and address-space switches",
    "ipi": "interrupts sent to other harts (TLB shootdowns, rescheduling)",
    "irq": "the top halves of interrupts: timer and devices",
    "softirq": "their bottom halves: softirqs, on the way out of an interrupt or in ksoftirqd",
    "idle": "nothing to run",
}

LEDGER_NAMES = tuple(LEDGER)
(
    LEDGER_ISSUE,
    LEDGER_STALL,
    LEDGER_BRANCH,
    LEDGER_L1I,
    LEDGER_L1D,
    LEDGER_L2,
    LEDGER_LLC,
    LEDGER_DRAM,
    LEDGER_WALK,
    LEDGER_COHERENCE,
    LEDGER_TRAP,
    LEDGER_FAULT,
    LEDGER_SWAP,
    LEDGER_DISK,
    LEDGER_SCHED,
    LEDGER_IPI,
    LEDGER_IRQ,
    LEDGER_SOFTIRQ,
    LEDGER_IDLE,
) = range(len(LEDGER_NAMES))
