"""Misses of the data TLB by class: cold, capacity, conflict, and those of entries that the kernel had dropped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emu.debug.look import tlbs
from emu.debug.look.ideal import Ideal
from emu.machine.counters import COUNTERS

CLASSES = {
    "cold": "the first use of the page by this hart",
    "capacity": "more pages were in use since than the TLB has entries",
    "conflict": "only its set was full: a fully associative TLB would have kept it",
    "flushed": "the kernel had dropped the entry (sfence.vma, or a shootdown from another hart)",
}
Page = tuple[int, int]  # ASID, number of the page


@dataclass(slots=True)
class HartPages:
    """What an ideal TLB of one hart would hold, the pages it ever had, and those that were dropped."""

    ideal: Ideal
    seen: set[Page] = field(default_factory=set)
    dropped: set[Page] = field(default_factory=set)

    def touch(self, page: Page) -> bool:
        """Use a page; whether an ideal TLB had it."""
        self.seen.add(page)
        return self.ideal.touch(page)

    def flush(self, va: int, asid: int) -> None:
        """SFENCE.VMA: -1 stands for all."""
        gone = {page for page in self.seen if asid in (-1, page[0]) and va in (-1, page[1] << 12)}
        self.dropped |= gone
        for page in gone:
            self.ideal.drop(page)


class TlbWatch:
    """The D-TLBs of all harts through a stretch of time. `classes` counts misses."""

    def __init__(self, session: Any) -> None:
        machine = session.machine
        _, sets, ways = tlbs.shape(machine, tlbs.DTLB, 0)
        self.session, self.harts = session, [HartPages(Ideal(sets * ways)) for _ in machine.harts]
        self.classes = dict.fromkeys(CLASSES, 0)
        self.since = int(machine.state.event_count)
        for k, pages in enumerate(self.harts):
            for entry in sorted(tlbs.contents(machine, tlbs.DTLB, k), key=lambda entry: entry.used):
                pages.touch((entry.asid, entry.va >> 12))

    def count(self, hart: int) -> int:
        """Misses of a hart's D-TLB so far."""
        return int(self.session.machine.state.hart[hart]["count"][COUNTERS["dtlb.miss"]])

    def flushes(self) -> None:
        """Take note of what has been dropped since; the machine records tlb_flush."""
        machine = self.session.machine
        total = int(machine.state.event_count)
        if total == self.since:
            return
        for event in machine.events(self.since):
            if event.kind == "tlb_flush":
                va = event.a if event.a == -1 else event.a & self.session.kernel.xlen_mask & -4096
                self.harts[event.hart].flush(va, event.b)
        self.since = total

    def note(self, hart: int, asid: int, va: int, missed: bool) -> None:
        """An access has been made."""
        page, pages = (asid, va >> 12), self.harts[hart]
        known, dropped = page in pages.seen, page in pages.dropped
        there = pages.touch(page)
        pages.dropped.discard(page)
        if missed:
            kind = "cold" if not known else "flushed" if dropped else "conflict" if there else "capacity"
            self.classes[kind] += 1
