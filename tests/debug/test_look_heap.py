"""`heap`: glibc's structures by hand and of real programs, mallocng's groups, zig's slabs; corrupt ones."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from debugged import Typist, assembled, debugged, session_of
from judges import GCC

from emu.cli.compiler import compile_to_elf
from emu.debug.session import Session
from emu.errors import EmuError

SOURCE = Path(__file__).with_name("heap.c")


def elf_of(library: str, folder: Path) -> bytes:
    """heap.c, linked with a C library."""
    if library == "zig":
        return compile_to_elf((str(SOURCE),), 64, ())
    out = folder / "heap"
    subprocess.run([GCC, "-static", "-g", "-O1", str(SOURCE), "-o", str(out)], check=True)
    return out.read_bytes()


def at_look(session: Session) -> Any:
    """The heap when the program comes to `look`."""
    return Typist(session)("break look", "continue", "heap").data


def words(session: Session, name: str, count: int) -> list[int]:
    """A C array of pointers."""
    data = session.read(session.symbols.by_name[name].start, 8 * count)
    return [int.from_bytes(data[k : k + 8], "little") for k in range(0, 8 * count, 8)]


@pytest.mark.parametrize("library", ["zig", *(["glibc"] if GCC else [])])
def test_heap_of_a_c_program(library: str, tmp_path: Path) -> None:
    """Every pointer that malloc gave is a block large enough; those that were freed are free, all others in use."""
    session = session_of(elf_of(library, tmp_path), "/heap")
    found = at_look(session)
    blocks = {row["address"]: row for row in found["blocks"]}
    keep, middle, small = words(session, "keep", 12), words(session, "middle", 6), words(session, "small", 9)
    assert all(blocks[at]["state"] == "in use" and blocks[at]["size"] >= 24 + 16 * n for n, at in enumerate(keep))
    assert all(blocks[at]["state"] == "in use" for at in middle[1::2])
    assert all(
        blocks[at]["state"] in ("free", "tcache", "fastbin", "top") for at in (*middle[::2], *small) if at in blocks
    )
    assert all(at in blocks for at in small)
    assert found["complaints"] == []
    (large,), (aligned,) = words(session, "large", 1), words(session, "aligned", 1)
    assert blocks[large]["state"] == "mmapped" and blocks[large]["size"] >= 1 << 20
    assert blocks[aligned]["state"] == "in use" and blocks[aligned]["size"] >= 100
    assert all(blocks[at]["state"] == "in use" and blocks[at]["size"] >= 1000 for at in words(session, "full", 64))
    if library == "glibc":
        assert found["facts"]["mmapped_chunks"] == 1
        states = [blocks[at]["state"] for at in small]
        assert states.count("tcache") == 7 and states.count("fastbin") + states.count("free") == 2
        assert {row["list"] for row in found["lists"]} >= {"tcache[1]", "unsorted[1]"}
    inside = Typist(session)(f"heap {keep[3] + 5}").data
    assert (inside["block"]["address"], inside["offset"]) == (keep[3], 5)


def test_heap_laid_out_by_hand() -> None:
    """programs/debug/heap.s: each chunk with its list; after an overflow, which header was overwritten."""
    session = debugged("debug/heap.s")
    typist = Typist(session)
    found = typist("break look", "continue", "heap").data
    assert [row["state"] for row in found["blocks"]] == [
        *("in use", "fastbin", "free", "in use", "free", "in use", "free", "in use", "top"),
    ]
    lists = {row["list"]: row["count"] for row in found["lists"]}
    assert lists == {"fastbin[1]": 1, "unsorted[1]": 1, "small[4]": 2}
    assert found["blocks"][6]["where"] == "unsorted[1], last remainder" and found["complaints"] == []
    near = typist("heap broken").data
    assert near["block"]["size"] == 56 and [row["state"] for row in near["near"]] == ["free", "in use", "free"]
    view = typist("break after", "continue", "heap")
    assert "its header was overwritten" in view.data["complaints"][0] and view.notes[0].startswith("corrupt: ")
    with pytest.raises(EmuError, match="no block"):
        typist("heap 8")


def test_what_contradicts_itself_is_said() -> None:
    """A size that no longer fits is told from one that was never there; the walk goes on where a list knows a chunk."""
    session = debugged("debug/heap.s")
    typist = Typist(session)
    found = typist("break look", "continue", "heap").data
    free = next(row["address"] for row in found["blocks"] if row["state"] == "free")
    behind = free + next(row["size"] for row in found["blocks"] if row["address"] == free) - 8
    size, top = session.read(behind + 8, 8), found["blocks"][-1]["address"]

    def complaints(at: int, word: int) -> list[str]:
        kept = session.read(at, 8)
        typist(f"set *(unsigned long *){at:#x} = {word}")
        told = typist("heap").data["complaints"]
        typist(f"set *(unsigned long *){at:#x} = {int.from_bytes(kept, 'little')}")
        return told

    number = int.from_bytes(size, "little")
    assert complaints(behind + 8, number | 1) == [
        f"the block at {free:#x} is free, the one behind it says in use (an overflow into its size?)"
    ]
    assert "the one behind it says 8" in complaints(behind, 8)[0]
    assert "more than its arena" in complaints(top - 8, 0x10001)[0]
    assert (
        "2 chunks were mmapped, 0 are to be found" in complaints(session.symbols.by_name["mp_"].start + 56, 2 << 32)[0]
    )
    assert typist("heap").data["complaints"] == []


MUSL = """
        .data
        .balign 8
        .globl __malloc_context
        .type __malloc_context, @object
        .size __malloc_context, 928
__malloc_context:
        .zero 56
        .dword area, area
        .zero 848
        .dword 0x5000
area:   .dword 0x1234, 0
        .word 2, 0
meta:   .dword meta, meta, group
        .word 0b1000, 0b0100            # slot 3 was never used, slot 2 is free
        .dword 3 | 2 << 6               # last slot 3, class 2: slots of 48 bytes
other:  .dword 0, 0, lost
        .word 0, 0
        .dword 3 | 2 << 6
        .balign 16
group:  .dword meta
        .word 0
        .byte 0, 0                      # the header of slot 0: its number, and how many units it lies behind the first
        .half 0
        .zero 44
        .byte 0, 1 | 2 << 5             # of slot 1, of which two bytes were not asked for
        .half 3
        .zero 42
spoilt: .zero 6 + 2 * 48
lost:   .dword 0, 0
        .text
        .globl _start
_start: la a0, group
        sd zero, 16(a0)
look:   nop
        la a0, spoilt
        li a1, 0x42
        sb a1, 0(a0)                    # a byte too much
        sb a1, -45(a0)                  # the slot's number
after:  ebreak
"""


def test_groups_of_mallocng() -> None:
    """A slot for each bit; a group whose header does not point back was overwritten."""
    session = assembled(MUSL)
    found = at_look(session)
    assert found["library"] == "musl mallocng" and found["facts"] == {"groups": 2, "brk": 0x5000}
    assert [(row["size"], row["state"], row["where"]) for row in found["blocks"]] == [
        (44, "in use", ""),
        (42, "in use", ""),
        (44, "free", "freed"),
        (44, "free", "not yet used"),
    ]
    (complaint,) = found["complaints"]
    assert "does not point back" in complaint
    group = session.symbols.by_name["group"].start
    typist = Typist(session)
    typist(f"until {session.symbols.by_name['after'].start - 4:#x}")
    told = typist("heap").data["complaints"]
    assert told[0] == f"the block at {group + 64:#x} was written beyond its end"
    typist("break after", "continue")
    told = typist("heap").data["complaints"]
    assert told[0] == f"the header of the block at {group + 64:#x} was overwritten (by the one before?)"


LOOP = """
        .data
        .balign 64
        .globl "heap.SmpAllocator.global"
        .type "heap.SmpAllocator.global", @object
        .size "heap.SmpAllocator.global", 32832
"heap.SmpAllocator.global":
        .zero 104 + 5 * 8
        .dword slot
        .zero 32832 - 104 - 6 * 8
slot:   .dword slot
        .text
        .globl _start
_start: la a0, slot
        sd a0, 0(a0)
look:   ebreak
"""


def test_a_list_that_bites_its_tail() -> None:
    """A slot that was freed twice is said, and ends the walk."""
    found = at_look(assembled(LOOP))
    assert found["library"] == "zig's SmpAllocator"
    assert "stands there twice" in found["complaints"][0] and found["lists"][0]["count"] == 1


def test_a_program_without_malloc() -> None:
    """An error that says what is missing."""
    with pytest.raises(EmuError, match="malloc is not known") as error:
        Typist(debugged("hello.s"))("heap")
    assert "statically" in error.value.hint
