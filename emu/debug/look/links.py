"""A link of a causal chain: the layer, what happened there, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Link:
    """One link of a chain: the layer, what happened there, the cycles it cost by cause, and figures for programs."""

    layer: str
    text: str
    costs: dict[str, int] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    depth: int = 0

    @property
    def cycles(self) -> int:
        """Of all causes."""
        return sum(self.costs.values())

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "layer": self.layer,
            "text": self.text,
            "cycles": self.cycles,
            "costs": self.costs,
            "depth": self.depth,
            **self.data,
        }
