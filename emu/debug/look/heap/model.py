"""What is told of any heap: blocks, lists of free ones, facts; and how structures are read from a hostile guest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MOST = 100_000  # blocks that are looked at


@dataclass(slots=True)
class Block:
    """A piece of the heap. `address` is what malloc returns for it, `size` what its user has (with the library's
    rounding), `where` the list or bin that a free one is on.
    """

    address: int
    size: int
    state: str
    where: str = ""
    arena: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "address": self.address,
            "size": self.size,
            "state": self.state,
            "where": self.where,
            "arena": self.arena,
        }


@dataclass(slots=True)
class Heap:
    """All of it. `complaints`: where the structures contradict themselves, as after an overflow."""

    library: str
    blocks: list[Block] = field(default_factory=list)
    lists: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def complain(self, text: str) -> None:
        """Note a contradiction, a limited number of times."""
        if len(self.complaints) < 20:
            self.complaints.append(text)


class Reader:
    """Words of the selected task's memory; 0 where there is none."""

    def __init__(self, session: Any) -> None:
        self.session, self.width = session, session.machine.xlen // 8

    def unsigned(self, at: int, size: int) -> int:
        """A little-endian number."""
        data = self.session.read(at, size) if at > 0 else None
        return int.from_bytes(data, "little") if data else 0

    def word(self, at: int) -> int:
        """A pointer or a size_t."""
        return self.unsigned(at, self.width)

    def words(self, at: int, count: int) -> list[int]:
        """Several of them; zeroes where there is no memory."""
        data = self.session.read(at, count * self.width) or bytes(count * self.width)
        return [int.from_bytes(data[k : k + self.width], "little") for k in range(0, len(data), self.width)]
