"""The machine's state as C structures: numpy record types that jitted code and Python read by the same names.

Storage is sized for the largest geometry and lies in lazily allocated host memory; the geometry itself is a handful of
run-time fields, so a change of cache size compiles nothing. A snapshot is a copy of these bytes and of physical memory.
"""

from __future__ import annotations

import mmap
import sys

import numpy as np

from emu.machine.counters import COUNTER_NAMES
from emu.machine.ledger import LEDGER_NAMES

MAX_HARTS = 64
MAX_LINES = 1 << 22  # cache lines of all caches together
MAX_TLB = 1 << 17  # TLB entries of all harts together
MAX_PAGES = 1 << 24  # frames: 64 GB of RAM
CODE_PAGES = 1 << 12  # physical pages with predecoded instructions
SLOTS = 2048  # halfwords in a page: places where an instruction can begin
DATA_FILTER = 1024
FETCH_FILTER = 256
GUESSES = 256  # where the TLB entry of a page was last found
EVENTS = 1 << 16
WATCHES = 16
BREAKS = 256
CATCHES = 16
DECODE_ROWS = 512
SEGMENTS = 10
REJECTS = 8  # reserved operand values of a row
NO_ADDRESS = -1
TESTED = 1  # in a fetch filter tag: stops are asked for first (MACHINE.halts), so it equals no address of a line
NEVER = 8  # a filter tag that no masked address equals: bit 3 is clear in all of them
FLOATS = 32  # where f0 stands in hart.x: one file of registers, x0..x31 and f0..f31
ZERO_SINK = 64  # behind them: predecode sends writes to x0 here


def _record(*fields: tuple) -> np.dtype:
    return np.dtype((np.record, list(fields)))


def _spread(*fields: tuple) -> np.dtype:
    """A record whose large arrays begin on host cache lines, and not all on the same set of the host's cache."""
    names, formats, offsets, at, large = [], [], [], 0, 0
    for name, kind, *shape in fields:
        one = np.dtype((kind, shape[0]) if shape else kind)
        if one.itemsize >= 4096:
            large += 1
            at = (at + 4095 & -4096) + large * 9 * 64 % 4096
        names.append(name)
        formats.append(one)
        offsets.append(at)
        at += one.itemsize
    layout = {"names": names, "formats": formats, "offsets": offsets, "itemsize": at + 63 & -64}
    return np.dtype((np.record, layout))


INSN = _record(("op", "u1"), ("rd", "u1"), ("rs1", "u1"), ("rs2", "u1"), ("imm", "i4"))

# One address line (or page, with timing off) whose translation and cache line are known to hit: see docs/timing.md
DATA_HIT = _record(("rtag", "i8"), ("wtag", "i8"), ("delta", "i8"), ("tlb", "u4"), ("line", "u4"))
FETCH_HIT = _record(("tag", "i8"), ("delta", "i8"), ("tlb", "u4"), ("line", "u4"))

TLB_ENTRY = _record(
    ("vpn", "i8"), ("ppn", "i8"), ("used", "i8"), ("filled", "i8"), ("asid", "i4"), ("pte", "u1"), ("valid", "u1"),
    ("level", "u1"), ("pad", "u1"), ("hits", "i8"),
)  # fmt: skip

# A cache line beside its tag and stamps. slot: the filter entry that points here, + 1. above: who may hold a copy
# nearer to the core (L2: bits of L1I and L1D; LLC: 1 if any hart; which ones, the directory says).
LINE = _record(("slot", "i4"), ("above", "u2"), ("state", "u1"), ("dirty", "u1"))

CACHE = _record(
    ("first", "i8"), ("stride", "i8"), ("sets", "i8"), ("ways", "i8"), ("policy", "i8"), ("through", "i8"),
    ("allocate", "i8"), ("inclusive", "i8"), ("latency", "i8"),
)  # fmt: skip

TLB = _record(("first", "i8"), ("stride", "i8"), ("sets", "i8"), ("ways", "i8"), ("policy", "i8"))

EVENT = _record(
    ("cycle", "i8"), ("pc", "i8"), ("a", "i8"), ("b", "i8"), ("kind", "u2"), ("hart", "u2"), ("c", "i4"), ("at", "i8"),
)  # fmt: skip

# Stop after an instruction that logs such an event: its kind, a in lo..hi, and the bits of c under mask equal value
CATCH = _record(("kind", "i8"), ("lo", "i8"), ("hi", "i8"), ("mask", "i8"), ("value", "i8"))

DECODE_ROW = _record(
    ("match", "i8"), ("mask", "i8"), ("op", "i4"), ("latency", "i4"), ("reads", "i4"), ("length", "i4"),
    ("reject", "i8", (REJECTS, 2)),
    ("const", "i8", (4,)), ("sign", "i8", (4,)), ("count", "i8", (4,)), ("seg", "i8", (4, SEGMENTS, 3)),
)  # fmt: skip

HART = _spread(
    ("pc", "i8"), ("x", "i8", (72,)), ("fcsr", "i8"),
    ("clock", "i8"), ("extra", "i8"), ("tick", "i8"), ("instret", "i8"),
    ("satp", "i8"), ("levels", "i8"), ("asid", "i8"), ("root", "i8"), ("priv", "i8"),
    ("cause", "i8"), ("tval", "i8"), ("cycles", "i8"), ("local_instret", "i8"), ("online", "i8"), ("id", "i8"),
    ("reserved", "i8"), ("reserved_line", "i8"), ("walking", "i8"), ("pass_watch", "i8"),
    ("watch_va", "i8"), ("watch_kind", "i8"), ("ras_top", "i8"), ("large", "i8", (3,)), ("scratch", "u1", (16,)),
    ("scratch_at", "i8"), ("cross_low", "i8"), ("cross_high", "i8"), ("cross_first", "i8"),
    ("ledger", "i8", (len(LEDGER_NAMES),)), ("count", "i8", (len(COUNTER_NAMES),)),
    ("csr", "i8", (32,)), ("ras", "i8", (16,)), ("btb_pc", "i8", (256,)), ("btb_to", "i8", (256,)),
    ("bht", "u1", (4096,)), ("guess", "u4", (GUESSES,)), ("fhit", FETCH_HIT, (FETCH_FILTER,)),
    ("dhit", DATA_HIT, (DATA_FILTER,)),
)  # fmt: skip

MACHINE = _spread(
    ("ram_at", "i8"), ("ram_size", "i8"), ("dir_at", "i8"), ("tag_at", "i8"), ("used_at", "i8"),
    ("filled_at", "i8"), ("line_at", "i8"), ("xlen", "i8"), ("harts", "i8"), ("timed", "i8"), ("shallow", "i8"),
    ("line_shift", "i8"), ("stop", "i8"), ("stopped", "i8"), ("quantum", "i8"), ("time_shift", "i8"), ("rng", "i8"),
    ("tick", "i8"), ("reservations", "i8"), ("watch_count", "i8"), ("break_count", "i8"), ("code_pages", "i8"),
    ("cost_load_use", "i8"), ("cost_fp_add", "i8"), ("cost_fp_mul", "i8"), ("cost_fp_div", "i8"),
    ("cost_fp_sqrt", "i8"), ("cost_taken", "i8"), ("cost_mispredict", "i8"), ("cost_l2tlb", "i8"),
    ("cost_upgrade", "i8"), ("cost_invalidate", "i8"), ("cost_intervention", "i8"), ("cost_dram", "i8"),
    ("cost_write_through", "i8"), ("cost_fence", "i8"), ("cost_most", "i8"),
    ("event_mask", "i8"), ("event_count", "i8"), ("caught", "i8"), ("catch_count", "i8"),
    ("turn", "i8"), ("turn_pc", "i8"), ("turn_line", "i8"), ("turn_page", "i8"), ("turn_checked", "i8"),
    ("ahead", "i8"), ("halts", "i8"), ("break_lines", "i8"),
    ("cache", CACHE, (4,)), ("tlb_shape", TLB, (3,)),
    ("watch_lo", "i8", (WATCHES,)), ("watch_hi", "i8", (WATCHES,)), ("watch_kind", "i8", (WATCHES,)),
    ("break_at", "i8", (BREAKS,)), ("catch", CATCH, (CATCHES,)),
    ("bucket", "i4", (2, 257)), ("bucket_row", "i4", (4094,)), ("row", DECODE_ROW, (DECODE_ROWS,)),
    ("hart", HART, (MAX_HARTS,)), ("event", EVENT, (EVENTS,)), ("tlb", TLB_ENTRY, (MAX_TLB,)),
    ("line_tag", "i8", (MAX_LINES,)), ("line_used", "i8", (MAX_LINES,)), ("line_filled", "i8", (MAX_LINES,)),
    ("line", LINE, (MAX_LINES,)),
    ("code_slot", "i4", (MAX_PAGES,)), ("code_page", "i8", (CODE_PAGES,)),
    ("code", INSN, (CODE_PAGES * SLOTS,)),
)  # fmt: skip


MAP_NORESERVE = 0x4000 if sys.platform == "linux" else 0  # named in the mmap module only from Python 3.12 on


def lazy_memory(size: int) -> mmap.mmap:
    """Zeroed host memory that takes no room until it is touched."""
    flags = {}
    if hasattr(mmap, "MAP_ANONYMOUS"):
        flags["flags"] = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE
    return mmap.mmap(-1, size, **flags)
