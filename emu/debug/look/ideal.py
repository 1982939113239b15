"""An ideal cache: fully associative, and what was used longest ago makes room. Its misses are those of capacity."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable


class Ideal:
    """Of so many entries."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.kept: OrderedDict[Hashable, None] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        return key in self.kept

    def touch(self, key: Hashable) -> bool:
        """Use an entry; whether it was there."""
        hit = key in self.kept
        self.kept[key] = None
        self.kept.move_to_end(key)
        if len(self.kept) > self.size:
            self.kept.popitem(last=False)
        return hit

    def drop(self, key: Hashable) -> None:
        """It is there no longer."""
        self.kept.pop(key, None)
