"""The whole system as something that can be copied and put back: the machine, the kernel, and what lies between.

Memory is kept as images that share pages; the kernel's objects as one frozen value, shared by all copies between which
the kernel was not entered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from emu.debug.engine.pages import Image, Pool, Region
from emu.debug.engine.scalars import Scalars
from emu.debug.engine.streams import Position, Streams
from emu.kernel.mm.page import PG_BUDDY
from emu.kernel.snapshot import Frozen, freeze, thaw
from emu.machine import snapshot

PAGE = 4096


@dataclass(slots=True)
class Copy:
    """The system at one tick. `pinned`: made by the user's hand, so that replay can't make it again."""

    tick: int
    images: dict[str, Image]
    header: bytes
    frozen: Frozen
    entries: int
    breaks: frozenset[int]
    streams: Position
    pinned: bool = False


class System:
    """A running machine and kernel, and the regions that watch their memory."""

    def __init__(self, pool: Pool, machine: Any, kernel: Any, streams: Streams) -> None:
        self.pool, self.machine, self.kernel, self.streams = pool, machine, kernel, streams
        self.scalars = Scalars(machine)
        self.regions = {name: Region(pool, words) for name, words in snapshot.parts(machine).items()}
        self.hardware = tuple(self.regions)
        self.regions["ram"] = Region(pool, snapshot.memory(machine))
        directory = snapshot.directory(machine)
        if directory is not None:
            self.regions["directory"] = Region(pool, directory)
        for name, words in kernel.pages.mem_map.arrays().items():
            self.regions["mem_map." + name] = Region(pool, words)
        swap = kernel.swap.area.memory()
        if swap is not None:
            self.regions["swap"] = Region(pool, swap)
        for name, region in self.regions.items():
            if name not in ("ram", "directory", "swap", "code"):
                region.use_first(len(region.live))
        self.columns = tuple(name for name in self.regions if name.startswith("mem_map."))
        self.frozen: Frozen | None = None  # the kernel's state at `entries`
        self.entries = -1

    # -- copying ------------------------------------------------------------------------------------------------------
    def take(self) -> Copy:
        """A copy of now. Full when the pool has no room."""
        kernel, machine = self.kernel, self.machine
        entered = self.frozen is None or kernel.entries != self.entries
        self.note_use()
        skip = () if entered else (*self.columns, "swap")
        images = {name: region.base if name in skip else region.take() for name, region in self.regions.items()}
        if entered:
            self.frozen, self.entries = freeze(kernel, self.frozen), kernel.entries
        return Copy(
            kernel.tick, images, snapshot.header(machine), self.frozen, kernel.entries, self.breaks(),
            self.streams.position(),
        )  # fmt: skip

    def note_use(self) -> None:
        """Which pages are in use at all: frames that the kernel has given out or not yet cleared, what follows them."""
        columns, regions = self.kernel.pages.mem_map.many, self.regions
        regions["ram"].use((columns.refcount > 0) | ((columns.flags & ~np.uint32(PG_BUDDY)) != 0))
        regions["code"].use_first(-(-snapshot.code_pages(self.machine) * snapshot.RECORDS // PAGE))
        if "directory" in regions:
            frames = regions["ram"].known
            each = max(1, len(frames) // max(1, len(regions["directory"].live)))
            groups = np.add.reduceat(frames, np.arange(0, len(frames), each)) > 0
            regions["directory"].use(groups[: len(regions["directory"].live)])
        if "swap" in regions:
            used = np.frombuffer(bytes(self.kernel.swap.area.used), np.uint8)
            regions["swap"].use(used[: len(regions["swap"].live)] != 0)

    def fresh_pages(self) -> int:
        """How many pages of memory and of swap have come into use since the last copy."""
        self.note_use()
        regions = [self.regions[name] for name in ("ram", "swap") if name in self.regions]
        return sum(len(region.order) - len(region.base.places) for region in regions)

    def breaks(self) -> frozenset[int]:
        """The physical addresses of breakpoints now."""
        count = self.scalars.break_count
        return frozenset(self.machine.state.break_at[:count].tolist()) if count else frozenset()

    def put(self, copy: Copy) -> None:
        """Be as at the time of the copy. `kernel` may be another object afterwards."""
        kernel = self.kernel
        self.note_use()  # frames that came into use since the last copy must become what they were, too
        same = copy.frozen is self.frozen and kernel.entries == copy.entries == self.entries
        self.note_use()  # what came into use since the last copy must be cleared
        with snapshot.Putback(self.machine, copy.header):
            for name, image in copy.images.items():
                if not (same and (name in self.columns or name == "swap")):
                    self.regions[name].put(image)
        snapshot.decode_anew(self.machine, copy.breaks | self.breaks())
        self.streams.go(copy.streams)
        if not same:
            self.kernel = thaw(copy.frozen, kernel)
            self.kernel.tracer = kernel.tracer
            self.frozen, self.entries = copy.frozen, copy.entries

    def touched(self) -> None:
        """Somebody changed the kernel without entering it: the next copy must look."""
        self.entries = -1

    # -- size ---------------------------------------------------------------------------------------------------------
    def size(self, copies: list[Copy]) -> int:
        """Bytes that copies take."""
        images = {id(image): image for copy in copies for image in copy.images.values()}
        frozen = {id(copy.frozen): copy.frozen for copy in copies}
        lists = sum(image.size for image in images.values()) + sum(len(copy.header) for copy in copies)
        return self.pool.used * PAGE + lists + sum(each.size for each in frozen.values())
