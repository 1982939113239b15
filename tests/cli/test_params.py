"""Values from the command line: what is taken, and what is said about the rest."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from emu.cli.params import COUNT, KEY_VALUE, MOUNT, SIZE, SWAP, Mount, SwapArea


@pytest.mark.parametrize(
    ("text", "bytes"),
    [
        ("4096", 4096),
        ("64K", 65536),
        ("16m", 1 << 24),
        ("2G", 2 << 30),
        ("64KiB", 65536),
        ("1TB", 1 << 40),
        ("0x1000", 4096),
    ],
)
def test_sizes(text: str, bytes: int) -> None:
    """Powers of two, however they are written."""
    assert SIZE.convert(text, None, None) == bytes


@pytest.mark.parametrize(
    ("text", "number"), [("5000", 5000), ("1_000", 1000), ("10M", 10**7), ("2.5G", 2_500_000_000), ("1e9", 10**9)]
)
def test_counts(text: str, number: int) -> None:
    """Powers of ten."""
    assert COUNT.convert(text, None, None) == number


@pytest.mark.parametrize(("text", "pair"), [("A=1", ("A", "1")), ("A=", ("A", "")), ("A=b=c", ("A", "b=c"))])
def test_key_value(text: str, pair: tuple[str, str]) -> None:
    """Split at the first equal sign."""
    assert KEY_VALUE.convert(text, None, None) == pair


def test_mount(tmp_path: Path) -> None:
    """Read-only unless it says rw."""
    assert MOUNT.convert(f"{tmp_path}:/x", None, None) == Mount(tmp_path.resolve(), "/x", False)
    assert MOUNT.convert(f"{tmp_path}:/x:rw", None, None).writable
    assert not MOUNT.convert(f"{tmp_path}:/x:ro", None, None).writable


def test_swap(tmp_path: Path) -> None:
    """Whole pages; a file when one is named."""
    assert SWAP.convert("8K", None, None) == SwapArea(8192)
    assert SWAP.convert("10000", None, None) == SwapArea(8192)
    assert SWAP.convert(f"1G,{tmp_path}/a,b", None, None) == SwapArea(1 << 30, f"{tmp_path}/a,b")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (SIZE, ""), (SIZE, "-1"), (SIZE, "1.5K"), (SIZE, "K"), (SIZE, "1e3"), (SIZE, "٣"),
        (COUNT, "0"), (COUNT, "-3"), (COUNT, "9e99"), (COUNT, "x"), (COUNT, ""), (COUNT, "1e-3"),
        (KEY_VALUE, "A"), (KEY_VALUE, "=1"), (KEY_VALUE, " =1"),
        (MOUNT, "x"), (MOUNT, ".:"), (MOUNT, ":/x"), (MOUNT, ".:x"), (MOUNT, ".:/x:rx"), (MOUNT, "/no/such:/x"),
        (MOUNT, ".:/a/../b"), (MOUNT, ""),
        (SWAP, ""), (SWAP, "4K"), (SWAP, "0"), (SWAP, "9T"), (SWAP, "1M,"), (SWAP, "1M,/"), (SWAP, ",f"),
    ],
)  # fmt: skip
def test_refused(kind: click.ParamType, text: str) -> None:
    """A message about the form, never an exception of another kind."""
    with pytest.raises(click.BadParameter):
        kind.convert(text, None, None)
