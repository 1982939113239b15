"""What programs have asked memory for, and given back: brk, mmap and mremap, calls and bytes, for `emu stat`."""

from __future__ import annotations


class Requests:
    """Sums over all processes. A call that fails, or only asks where the heap ends, moves no bytes."""

    __slots__ = (
        "brk_bytes",
        "brk_calls",
        "brk_returned_bytes",
        "mmap_bytes",
        "mmap_calls",
        "mremap_bytes",
        "mremap_calls",
        "mremap_returned_bytes",
        "munmap_bytes",
        "munmap_calls",
    )

    def __init__(self) -> None:
        for name in self.__slots__:
            setattr(self, name, 0)

    def brk(self, before: int, after: int) -> None:
        """The end of the heap moved, or didn't."""
        self.brk_calls += 1
        self.brk_bytes += max(0, after - before)
        self.brk_returned_bytes += max(0, before - after)

    def mmap(self, length: int) -> None:
        """A mapping of so many bytes was made."""
        self.mmap_calls += 1
        self.mmap_bytes += length

    def mremap(self, before: int, after: int) -> None:
        """A mapping grew or shrank, perhaps at another place."""
        self.mremap_calls += 1
        self.mremap_bytes += max(0, after - before)
        self.mremap_returned_bytes += max(0, before - after)

    def munmap(self, length: int) -> None:
        """So many bytes of addresses were given back."""
        self.munmap_calls += 1
        self.munmap_bytes += length

    def as_dict(self) -> dict[str, int]:
        """For the report."""
        return {name: getattr(self, name) for name in self.__slots__}
