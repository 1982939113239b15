"""A digest of everything that a guest could ever notice, and nothing else.

Recency stamps count as an order within their set, predecoded instructions and filters not at all: with other
breakpoints or watchpoints they may differ, and nobody can tell.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from emu.kernel.snapshot import digestible
from emu.machine.state import TLB_ENTRY

if TYPE_CHECKING:
    from emu.debug.engine.state import System

HART = (
    "pc", "x", "fcsr", "clock", "instret", "satp", "levels", "asid", "root", "priv", "online", "reserved",
    "reserved_line", "ledger", "count", "csr", "ras", "ras_top", "btb_pc", "btb_to", "bht",
)  # fmt: skip
SCALARS = ("rng", "reservations")


def state_hash(system: System) -> str:
    """Of the system as it is; System.note_use comes before."""
    digest = hashlib.sha256()
    for part in parts(system):
        digest.update(part)
    return digest.hexdigest()


def parts(system: System) -> Any:
    """The bytes that count, one thing after the other."""
    machine = system.machine
    m = machine.state
    for k in range(machine.hart_count):
        for name in HART:
            yield np.ascontiguousarray(m.hart[k][name]).tobytes()
    yield repr([int(m[name]) for name in SCALARS]).encode()
    yield from tlbs(machine)
    if machine.timed:
        yield from caches(machine)
    for name in ("ram", "directory", *system.columns):
        if name in system.regions:
            yield from pages(system.regions[name])
    for slot in np.flatnonzero(np.frombuffer(bytes(system.kernel.swap.area.used), np.uint8)).tolist():
        yield system.regions["swap"].live[slot].tobytes()
    yield digestible(system.kernel)


def tlbs(machine: Any) -> Any:
    """Entries of each set in their order of use."""
    m = machine.state
    size = 1 + sum(int(t.sets * t.ways) for t in m.tlb_shape) * machine.hart_count
    entries = np.array(m.tlb[:size])
    entries["hits"] = 0
    entries[entries["valid"] == 0] = np.zeros(1, TLB_ENTRY)[0]
    for t in m.tlb_shape:
        first, count = int(t.first), int(t.sets * t.ways) * machine.hart_count
        part = entries[first : first + count].reshape(-1, int(t.ways))
        for stamp in ("used", "filled"):
            part[stamp] = ranks(part[stamp])
    entries[0] = np.zeros(1, TLB_ENTRY)[0]
    yield entries.tobytes()


def caches(machine: Any) -> Any:
    """Lines of each set, with their order of use and of arrival."""
    m = machine.state
    for level, c in enumerate(m.cache):
        first, count = int(c.first), int(c.sets * c.ways) * (1 if level == 3 else machine.hart_count)
        here = slice(first, first + count)
        yield m.line_tag[here].tobytes()
        for name in ("line_used", "line_filled"):
            stamps = np.where(m.line_tag[here] == 0, 0, m[name][here])
            yield ranks(stamps.reshape(-1, int(c.ways))).tobytes()
        held = m.line_tag[here] != 0
        for name in ("above", "state", "dirty"):
            yield np.where(held, m.line[here][name], 0).tobytes()


def ranks(stamps: np.ndarray) -> np.ndarray:
    """Each row's stamps replaced by their order."""
    return np.argsort(np.argsort(stamps, axis=1, kind="stable"), axis=1, kind="stable")


def pages(region: Any) -> Any:
    """The pages in use that are not all zero, with their numbers."""
    for number in np.flatnonzero(region.known).tolist():
        page = region.live[number]
        if page.any():
            yield number.to_bytes(4, "little")
            yield page.tobytes()
    yield bytes(region.rest)
