"""Make it run."""

from __future__ import annotations


class Runner:
    """stub"""

    def setup(self) -> None:
        """Nothing yet."""
