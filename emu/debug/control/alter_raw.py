"""Changes below the program's own view: bytes of any process, physical memory, page-table entries, cache lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emu.debug.control import cachelines
from emu.debug.control.alter import changed, intervene, write
from emu.debug.view import View
from emu.errors import EmuError
from emu.isa.paging import PTE_V, pte_flags

if TYPE_CHECKING:
    from emu.debug.session import Session

LARGEST = 1 << 20
LETTERS = {letter: 1 << n for n, letter in enumerate("VRWXUGAD")}


def set_memory(session: Session, pid: int, address: int, text: str) -> View:
    """T3: another process's memory, through its page table."""
    data = parse_bytes(text)
    old = session.read(address, len(data), pid)
    write(session, pid, address, data)
    return changed(
        "set memory", f"pid {pid}, {len(data)} bytes at {address:#x}", old.hex(" ") if old else "", data.hex(" ")
    )


def set_physical(session: Session, address: int, text: str) -> View:
    """Physical memory, as it is."""
    data = parse_bytes(text)
    old = session.read_physical(address, len(data))
    if old is None:
        raise EmuError(f"physical memory ends at {len(session.machine.ram):#x}")

    def action() -> None:
        session.machine.ram[address : address + len(data)] = data
        for pfn in range(address >> 12, (address + len(data) - 1 >> 12) + 1):
            session.machine.code_changed(pfn)
        for hart in session.machine.harts:  # the bytes may be page-table entries
            hart.sfence()

    intervene(session, action)
    return changed("set physical", f"{len(data)} bytes at {address:#x}", old.hex(" "), data.hex(" "))


def parse_bytes(text: str) -> bytes:
    """`01 02 ff`, `4:1234` (a number of so many bytes) or `"text"`. EmuError."""
    text = text.strip()
    if len(text) > LARGEST:
        raise EmuError(f"more than {LARGEST:,} characters")
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return (
            text[1:-1].encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1", "replace")
            + b"\0"
        )
    sized = re.fullmatch(r"([1248]):(-?\w+)", text)
    try:
        if sized:
            return (int(sized[2], 0) & (1 << 8 * int(sized[1])) - 1).to_bytes(int(sized[1]), "little")
        data = bytes.fromhex(text.replace("0x", " "))
    except ValueError:
        data = b""
    if not data:
        raise EmuError(f"{text!r} are no bytes", hint='01 02 ff, 4:1234 (a number of four bytes) or "text"')
    return data


def set_pte(session: Session, address: int, change: str) -> View:
    """Bits of the leaf entry of an address."""
    address &= session.kernel.xlen_mask
    task = session.task_of()
    if task.mm is None:
        raise EmuError(f"task {task.pid} has no memory any more")
    walk = session.machine.walk((task.mm.scheme.mode, task.mm.pgd), address)
    if not walk.steps or (len(walk.steps) < len(task.mm.scheme.levels) and walk.pa is None):
        raise EmuError(
            f"there is no page-table entry for {address:#x}: a table above it is missing", hint=f"walk {address:#x}"
        )
    step = walk.steps[-1]
    new = changed_bits(step.pte, change)
    if new and not new & PTE_V:
        raise EmuError("without V the kernel would take the entry for one of a page on swap", hint="=0 takes it away")
    if new and new >> 10 >= session.machine.page_count:
        last = session.machine.page_count - 1
        raise EmuError(f"there is no frame {new >> 10:#x}", hint=f"the last one is {last:#x}: bits 10 and up")
    size, pid = task.mm.scheme.pte_size, session.pid

    def action() -> None:
        cells = session.machine.ram64 if size == 8 else session.machine.ram32
        cells[step.pte_address // size] = new & (1 << 8 * size) - 1
        for hart in session.machine.harts:
            hart.sfence(address, session.kernel.tasks[pid].mm.asid)
        pfn = new >> 10
        if new & PTE_V and pfn < session.machine.page_count:
            session.machine.code_changed(pfn)

    intervene(session, action)
    view = changed("set pte", f"{step.level}[{step.index}] of {address:#x}", step.pte, new)
    view.notes.append(f"{pte_flags(step.pte)} became {pte_flags(new)}; the kernel was not told")
    return view


def changed_bits(pte: int, change: str) -> int:
    """+W -D … or =value. EmuError."""
    for word in change.split():
        if word[0] == "=" or word[:2].lower() == "0x":
            try:
                pte = int(word.lstrip("="), 0) & (1 << 64) - 1
            except ValueError:
                raise EmuError(f"{word!r} is no value") from None
            continue
        letters = word[1:].upper()
        if word[0] not in "+-" or not letters or any(letter not in LETTERS for letter in letters):
            raise EmuError(f"{word!r} changes no bit", hint="+W, -R, +A-D …: letters are V R W X U G A D; or =VALUE")
        for letter in letters:
            pte = pte | LETTERS[letter] if word[0] == "+" else pte & ~LETTERS[letter]
    return pte


def set_line(session: Session, address: int, change: str) -> View:
    """The state of a line in the selected hart's private caches."""
    state = change.upper()
    if state not in ("M", "E", "S", "I"):
        raise EmuError(f"{change!r} is no state of a line", hint="M, E, S or I")
    old = cachelines.states(session, address)
    if not old:
        raise EmuError(
            f"hart {session.hart} has no copy of the line at {address:#x}", hint=f"line {address:#x} shows who has one"
        )
    intervene(session, lambda: cachelines.set_state(session, address, state))
    return changed(
        "set line",
        f"line {address:#x} of hart {session.hart}",
        " ".join(old),
        " ".join(cachelines.states(session, address)) or "gone",
    )
