"""Fixtures: a guest of each width."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kernel_fake import Guest


@pytest.fixture(params=[64, 32], ids=["rv64", "rv32"])
def guest(request: pytest.FixtureRequest) -> Iterator[Guest]:
    """One process on a fake machine; all invariants hold at the end."""
    it = Guest(request.param)
    yield it
    it.check()


@pytest.fixture
def guest64() -> Iterator[Guest]:
    """The same, RV64 only."""
    it = Guest(64)
    yield it
    it.check()
