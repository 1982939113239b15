"""The heap as a view: totals, lists of free blocks, the blocks themselves; or the one block that an address lies in."""

from __future__ import annotations

from typing import Any

from emu.debug.look.heap import glibc, musl, zig
from emu.debug.look.heap.model import Block, Heap
from emu.debug.look.subject import mm_of
from emu.debug.look.words import number, plural
from emu.debug.view import Facts, Line, Table, View
from emu.errors import EmuError

LIBRARIES = (glibc, musl, zig)
MOST_ROWS = 100
STATES = ("in use", "mmapped", "tcache", "fastbin", "free", "group", "top", "fencepost")


def heap(session: Any, address: int | None = None) -> View:
    """All blocks, or the one that holds an address. EmuError where the program's malloc is not one of those known."""
    mm_of(session)
    library = next((each for each in LIBRARIES if each.known(session)), None)
    if library is None:
        raise unknown(session)
    found = library.read(session)
    if address is not None:
        return one(session, found, address)
    totals = {state: summed(found.blocks, state) for state in STATES}
    data = {
        "library": found.library,
        "facts": found.facts,
        "totals": totals,
        "lists": found.lists,
        "blocks": [block.as_dict() for block in found.blocks],
        "complaints": found.complaints,
    }
    return View("heap", data, blocks(session, found, totals), notes(found))


def unknown(session: Any) -> EmuError:
    """Why the heap can't be told."""
    arena, par = (session.symbols.by_name.get(name) for name in ("main_arena", "mp_"))
    if arena is not None and par is not None:
        return EmuError(
            f"this layout of glibc's malloc is not known: a main_arena of {arena.size} bytes, an mp_ of {par.size}",
            hint="64-bit programs with glibc 2.26 to 2.43 are",
        )
    return EmuError(
        "the program's malloc is not known: no main_arena, __malloc_context or SmpAllocator among its symbols",
        hint="link it statically and don't strip it: emu cc, or gcc -static",
    )


def summed(blocks: list[Block], state: str) -> dict[str, int]:
    """How many, and how many bytes."""
    chosen = [block for block in blocks if block.state == state]
    return {"blocks": len(chosen), "bytes": sum(block.size for block in chosen)}


def notes(found: Heap) -> list[str]:
    """What is wrong with it."""
    if not found.blocks:
        return ["nothing has been allocated yet"]
    return [f"corrupt: {text}" for text in found.complaints]


def blocks(session: Any, found: Heap, totals: dict[str, dict[str, int]]) -> list[Any]:
    """The same for people."""
    facts = [
        ("malloc", found.library),
        *(
            (name.replace("_", " "), f"{value:#x}" if name == "brk" else f"{value:,}")
            for name, value in found.facts.items()
        ),
    ]
    sums = [[state, number(row["blocks"]), number(row["bytes"])] for state, row in totals.items() if row["blocks"]]
    lists: list[list[Line]] = [
        [
            r["list"],
            r["arena"],
            number(r["count"]),
            number(r["chunk_size"]) if r["chunk_size"] else "",
            " ".join(f"{at:#x}" for at in r["blocks"][:4]),
        ]
        for r in found.lists
        if r["count"]
    ]
    rows = [block_row(block) for block in found.blocks[:MOST_ROWS]]
    title = plural(len(found.blocks), "block") + (
        f", the first {MOST_ROWS}; `--json` has all" if len(found.blocks) > MOST_ROWS else ""
    )
    return [
        Facts(facts),
        Table(("state", "blocks", "bytes"), sums, right=(1, 2)),
        Table(("free list", "of", "blocks", "chunk size", "first ones"), lists, "free lists", right=(2, 3)),
        Table(("address", "bytes", "state", "list", "arena"), rows, title, right=(1,)),
    ]


def block_row(block: Block) -> list[Line]:
    """A block."""
    style = "good" if block.state in ("in use", "mmapped") else "dim"
    return [[(f"{block.address:#x}", "addr")], number(block.size), [(block.state, style)], block.where, block.arena]


def one(session: Any, found: Heap, address: int) -> View:
    """The block that holds an address, with its neighbours. EmuError if none does."""
    order = sorted(found.blocks, key=lambda block: block.address)
    at = next(
        (k for k, block in enumerate(order) if block.address <= address < block.address + max(block.size, 1)), None
    )
    if at is None:
        raise EmuError(
            f"{address:#x} lies in no block of the heap", hint="`heap` lists them; `vmmap` shows what it lies in"
        )
    block, near = order[at], order[max(0, at - 1) : at + 2]
    data = {
        "library": found.library,
        "offset": address - block.address,
        "block": block.as_dict(),
        "near": [b.as_dict() for b in near],
    }
    rows: list[list[Line]] = [["=>" if each is block else "", *block_row(each)] for each in near]
    name = session.symbolize(address)
    facts = Facts(
        [
            ("address", [(f"{address:#x} ", "addr"), *([(name, "symbol")] if name else [])]),
            ("offset", f"{data['offset']} of {block.size} bytes, {block.state}"),
        ]
    )
    return View(
        "heap",
        data,
        [facts, Table(("", "address", "bytes", "state", "list", "arena"), rows, right=(2,))],
        [f"corrupt: {text}" for text in found.complaints],
    )
