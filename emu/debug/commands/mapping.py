"""Virtual and physical memory: areas, page tables, frames, and the lists that the kernel keeps of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.look import areas, reclaim, zones
from emu.debug.look import frame as look_frame
from emu.debug.look import frames as look_frames
from emu.kernel.mm.lru import LIST_NAMES

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.view import View

PFN = Arg("pfn", "expression", help="a frame of physical memory: PA >> 12 (of calls: f N, info frame)")
PID = Arg("pid", "pid", optional=True)


def vmmap(session: Session, pid: int | None) -> View:
    """Areas."""
    return areas.vmmap(session, pid)


def pagetable(session: Session, pid: int | None) -> View:
    """Ranges of the page table."""
    return areas.pagetable(session, pid)


def frames(session: Session, ranges: bool) -> View:
    """The map of physical memory."""
    return look_frames.frames(session, ranges)


def frame(session: Session, pfn: int) -> View:
    """One frame."""
    view = look_frame.frame(session, pfn)
    if pfn < len(session.frames()):
        view.notes.append(f"this is frame {pfn} of physical memory: f {pfn} selects a call's frame")
    return view


def rmap(session: Session, pfn: int) -> View:
    """Who maps a frame."""
    return look_frame.rmap(session, pfn)


def lru(session: Session, which: str | None, count: int | None) -> View:
    """Reclaim's lists."""
    return reclaim.lru(session, which, 50 if count is None else max(0, count))


def swap(session: Session, slots: bool) -> View:
    """The swap area."""
    return reclaim.swap(session, slots)


def pagecache(session: Session, file: str | None) -> View:
    """Cached pages of files."""
    return reclaim.pagecache(session, file)


COMMANDS = (
    Command(
        "vmmap",
        "The areas of an address space, and how much of each is in memory or on swap.",
        vmmap,
        (PID,),
        aliases=("maps", "info mappings", "info proc mappings", "info files"),
        group="kernel",
        example=("programs/hello.s", ("vmmap",)),
    ),
    Command(
        "pagetable",
        "The page table as ranges: virtual, physical, rights.",
        pagetable,
        (PID,),
        aliases=("ptd",),
        group="kernel",
        example=("programs/hello.s", ("pagetable",)),
    ),
    Command(
        "frames",
        "A map of physical memory by owner.",
        frames,
        (),
        options={"ranges": "list every run of frames"},
        group="kernel",
        example=("programs/hello.s", ("frames",)),
    ),
    Command(
        "frame",
        "Who has a frame, its flags and counts, and who maps it.",
        frame,
        (PFN,),
        group="kernel",
        example=("programs/hello.s", ("frame 5",)),
    ),
    Command(
        "rmap",
        "Every page-table entry that maps a frame.",
        rmap,
        (PFN,),
        group="kernel",
        example=("programs/hello.s", ("stepi 5", "rmap 3")),
    ),
    Command(
        "buddy",
        "Free memory in blocks of 2^order frames.",
        zones.buddy,
        (),
        group="kernel",
        example=("programs/hello.s", ("buddy",)),
    ),
    Command(
        "zone", "Zones and their watermarks.", zones.zone, (), group="kernel", example=("programs/hello.s", ("zone",))
    ),
    Command(
        "slab", "The kernel's own objects.", zones.slab, (), group="kernel", example=("programs/hello.s", ("slab",))
    ),
    Command(
        "lru",
        "The lists from which reclaim chooses; of one of them the oldest frames.",
        lru,
        (Arg("which", "choice", optional=True, choices=LIST_NAMES), Arg("count", "number", optional=True)),
        group="kernel",
        example=("programs/hello.s", ("lru",)),
    ),
    Command(
        "swap",
        "The swap area and the swap cache.",
        swap,
        (),
        options={"slots": "who refers to each slot"},
        group="kernel",
        example=("programs/hello.s", ("swap",)),
    ),
    Command(
        "pagecache",
        "The files that have pages in memory; of one of them each page.",
        pagecache,
        (Arg("file", "cached", optional=True, help="the path of a file of the guest"),),
        group="kernel",
        example=("programs/hello.s", ("pagecache",)),
    ),
)
