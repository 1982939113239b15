"""The memory scanner: find a value in a process's memory, then narrow the places down by how it changes (scanmem)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from emu.debug.control import memory
from emu.debug.control.alter_raw import parse_bytes
from emu.errors import EmuError, did_you_mean
from emu.kernel.mm.vma import VM_WRITE

if TYPE_CHECKING:
    from emu.debug.session import Session

PAGE = 4096
MOST_BYTES, MOST_MATCHES, RUN = 1 << 30, 16_000_000, 1 << 22
TYPES = {
    f"{letter}{bits}": f"<{'u' if letter == 'u' else 'i'}{bits // 8}" for letter in "ui" for bits in (8, 16, 32, 64)
}
TYPES |= {"f32": "<f4", "f64": "<f8"}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b, "=": lambda a, b: a == b, "!=": lambda a, b: a != b, ">": lambda a, b: a > b,
    "<": lambda a, b: a < b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
}  # fmt: skip
CHANGES: dict[str, Callable[[Any, Any], Any]] = {
    "changed": lambda new, old: new != old, "unchanged": lambda new, old: new == old,
    "increased": lambda new, old: new > old, "decreased": lambda new, old: new < old,
    ">": lambda new, old: new > old, "<": lambda new, old: new < old,
}  # fmt: skip


@dataclass(slots=True)
class Scan:
    """What is left: addresses, and the values when last looked at. kind: one of TYPES, or bytes."""

    pid: int
    kind: str
    addresses: np.ndarray
    values: np.ndarray
    pattern: bytes = b""
    rounds: int = 1


def start(session: Session, text: str, kind: str, everything: bool, unaligned: bool) -> Scan:
    """A first look at all memory that was ever touched (and, with `everything`, may only be read). EmuError."""
    task = session.task_of()
    if task.mm is None:
        raise EmuError(f"task {task.pid} has no memory any more")
    if text[:1] == '"' or kind == "bytes":
        pattern = parse_bytes(text)
        pattern = pattern[:-1] if text[:1] == '"' else pattern
        return _find_bytes(session, task, pattern, everything)
    if kind not in TYPES:
        raise EmuError(f"there is no type {kind!r} to look for", hint=did_you_mean(kind, TYPES) or ", ".join(TYPES))
    dtype = np.dtype(TYPES[kind])
    wanted = None if text == "?" else number(session, text, dtype)
    addresses, values, found = [], [], 0
    for at, data in runs(session.kernel, task.mm, everything):
        for shift in range(dtype.itemsize if unaligned else 1):
            cells = np.frombuffer(data, dtype, (len(data) - shift) // dtype.itemsize, shift)
            hits = np.arange(len(cells)) if wanted is None else np.flatnonzero(cells == wanted)
            addresses.append(at + shift + hits.astype(np.uint64) * np.uint64(dtype.itemsize))
            values.append(cells[hits])
            found += len(hits)
            if found > MOST_MATCHES:
                raise EmuError(f"more than {MOST_MATCHES:,} places", hint="look for a value that is less common")
    empty = np.zeros(0, np.uint64)
    where = np.concatenate(addresses) if addresses else empty
    order = np.argsort(where, kind="stable")
    return Scan(task.pid, kind, where[order], (np.concatenate(values) if values else np.zeros(0, dtype))[order])


def _find_bytes(session: Session, task: Any, pattern: bytes, everything: bool) -> Scan:
    found: list[int] = []
    for at, data in runs(session.kernel, task.mm, everything):
        here = data.find(pattern)
        while here >= 0 and len(found) < MOST_MATCHES:
            found.append(at + here)
            here = data.find(pattern, here + 1)
    return Scan(task.pid, "bytes", np.array(found, np.uint64), np.ones(len(found), np.uint8), pattern)


def number(session: Session, text: str, dtype: np.dtype) -> Any:
    """A value of a type. EmuError where it doesn't fit."""
    if dtype.kind == "f":
        try:
            return dtype.type(float(text))
        except ValueError:
            raise EmuError(f"{text!r} is no number") from None
    value, bits = session.value(text), dtype.itemsize * 8
    plain = value.number
    if not -(1 << bits - 1) <= plain < 1 << bits:
        raise EmuError(f"{plain} does not fit in {bits} bits", hint="--type=u64")
    return np.array([plain & (1 << bits) - 1], f"<u{dtype.itemsize}").view(dtype)[0]


def runs(kernel: Any, mm: Any, everything: bool) -> Iterator[tuple[int, bytes]]:
    """(address, bytes) of consecutive pages that hold something: in memory, on swap, or in a writable area's file."""
    begin, chunk, total = 0, bytearray(), 0
    for addr in pages(mm, everything):
        page = memory.page_of(kernel, mm, addr)
        total += PAGE
        if page is None or total > MOST_BYTES:
            continue
        if chunk and (addr != begin + len(chunk) or len(chunk) >= RUN):
            yield begin, bytes(chunk)
            chunk = bytearray()
        begin = begin if chunk else addr
        chunk += page
    if chunk:
        yield begin, bytes(chunk)


def pages(mm: Any, everything: bool) -> Iterator[int]:
    """The pages of areas that are worth a look, ascending."""
    for vma in mm.vmas:
        if not (everything or vma.vm_flags & VM_WRITE):
            continue
        if vma.vm_file is not None and vma.vm_end - vma.vm_start <= MOST_BYTES:
            yield from range(vma.vm_start, vma.vm_end, PAGE)
        else:
            yield from touched(mm, vma)


def touched(mm: Any, vma: Any) -> Iterator[int]:
    """The pages of an area that have an entry."""
    size = 1 << mm.pmd_shift
    first, last = vma.vm_start >> mm.pmd_shift, (vma.vm_end - 1) >> mm.pmd_shift
    for key in sorted(key for key in {*mm.ptes, *mm.huge} if first <= key <= last):
        low, high = max(vma.vm_start, key * size), min(vma.vm_end, (key + 1) * size)
        if key in mm.huge:
            yield from range(low, high, PAGE)
            continue
        base = mm.ptes[key] + (low >> 12 & mm.pte_mask)
        entries = mm.many_cells[base : base + ((high - low) >> 12)]
        for index in np.flatnonzero(entries).tolist():
            yield low + index * PAGE


def narrow(session: Session, scan: Scan, condition: str) -> Scan:
    """Keep the places whose value now fits: one of CHANGES, a comparison (`> 5`), or a value. EmuError."""
    words = condition.split(None, 1)
    now, alive = current(session, scan)
    if scan.kind == "bytes":
        if condition not in ("changed", "unchanged"):
            raise EmuError("bytes can be narrowed by changed and unchanged only")
        keep = now == (0 if condition == "changed" else 1)
    elif len(words) == 1 and words[0] in CHANGES:
        keep = CHANGES[words[0]](now, scan.values)
    else:
        sign, value = (words[0], words[1]) if len(words) == 2 and words[0] in COMPARE else ("==", condition)
        if not value[:1].isalnum() and value[:1] not in "$-(*&~'":
            raise EmuError(
                f"{condition!r} narrows nothing", hint="changed, unchanged, > , <, increased, decreased, or a value"
            )
        keep = COMPARE[sign](now, number(session, value, scan.values.dtype))
    keep = keep & alive
    return Scan(scan.pid, scan.kind, scan.addresses[keep], now[keep], scan.pattern, scan.rounds + 1)


def current(session: Session, scan: Scan) -> tuple[np.ndarray, np.ndarray]:
    """The values at all places now, and which of them are still mapped."""
    task = session.task_of(scan.pid)
    if task.mm is None:
        raise EmuError(f"task {scan.pid} has no memory any more")
    values, alive = np.zeros_like(scan.values), np.zeros(len(scan.values), bool)
    width = len(scan.pattern) if scan.kind == "bytes" else scan.values.dtype.itemsize
    for page in np.unique(scan.addresses >> np.uint64(12)).tolist():
        low, high = np.searchsorted(scan.addresses, [page << 12, (page + 1) << 12])
        data = memory.read(session.kernel, task.mm, page << 12, PAGE)
        if data is None:
            continue
        follows = memory.read(session.kernel, task.mm, (page + 1) << 12, width) or bytes(width)
        whole = np.frombuffer(data + follows, np.uint8)
        offsets = (scan.addresses[low:high] & np.uint64(PAGE - 1)).astype(np.int64)
        if scan.kind == "bytes":
            values[low:high] = [bytes(whole[o : o + width]) == scan.pattern for o in offsets]
        else:
            cells = whole[offsets[:, None] + np.arange(width)]
            values[low:high] = np.ascontiguousarray(cells).view(scan.values.dtype)[:, 0]
        alive[low:high] = True
    return values, alive
