"""The C library's heap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.look.heap.view import heap as look_heap

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.view import View


def heap(session: Session, address: int | None) -> View:
    """All of it, or the block at an address."""
    return look_heap(session, address)


DETAILS = """Blocks in use and free, with the list that each is on: glibc's tcache, fast, unsorted, small, large
bins, top, last remainder and mmapped chunks; the groups of musl's mallocng; the slabs and mappings of zig's own.
With an address: the block that holds it. What contradicts itself, as after an overflow, is said."""

COMMANDS = (
    Command(
        "heap",
        "What malloc has made of its memory: blocks, free lists, mmapped chunks.",
        heap,
        (Arg("address", "expression", optional=True, help="an address in a block"),),
        details=DETAILS,
        group="memory",
        example=("programs/debug/heap.s", ("break look", "continue", "heap")),
    ),
)
