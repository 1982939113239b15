"""Values that people type: sizes, counts, mounts, swap areas, KEY=VALUE. Each refuses with the form that it expects."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import NamedTuple

import click

BINARY = {"": 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
MAX_SWAP_PAGES = 1 << 26  # 256 GB: the kernel keeps 3 bytes for each
DECIMAL = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class Mount(NamedTuple):
    """A host folder that is handed to the guest, read-only unless `writable`."""

    host: Path
    guest: str
    writable: bool


class SwapArea(NamedTuple):
    """Bytes of swap, and the host file that holds them (None: a nameless temporary file)."""

    size: int
    path: str | None = None


class Size(click.ParamType):
    """Bytes: 4096, 64K, 16M, 2G, also 0x1000, 64KB and 64KiB; powers of two."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(0x[0-9a-f]+|\d+)\s*([bkmgt]?)(?:ib|b)?", str(value).strip(), re.IGNORECASE | re.ASCII)
        if not match:
            self.fail(f"{value!r} is not a size like 4096, 64K, 16M or 2G", param, ctx)
        return int(match[1], 0 if match[1][:2].lower() == "0x" else 10) * BINARY[match[2].upper()]


class Count(click.ParamType):
    """A positive number: 5000, 1_000_000, 10M, 2.5G, 1e9; powers of ten."""

    name = "count"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = re.fullmatch(
            r"(\d[\d_]*(?:\.\d+)?(?:e\d{1,2})?)([kmgt]?)", str(value).strip(), re.IGNORECASE | re.ASCII
        )
        number = float(match[1]) * DECIMAL[match[2].upper()] if match else 0
        if not match or number < 1 or number >= 2**63:
            self.fail(f"{value!r} is not a number like 5000, 10M or 1e9", param, ctx)
        return int(match[1].replace("_", "")) * DECIMAL[match[2].upper()] if match[1].isdigit() else int(number)


class KeyValue(click.ParamType):
    """KEY=VALUE, as a pair; the value may hold further equal signs and may be empty."""

    name = "KEY=VALUE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        key, equals, rest = str(value).partition("=")
        if not equals or not key.strip():
            self.fail(f"{value!r} is not of the form KEY=VALUE", param, ctx)
        return key.strip(), rest


class MountType(click.ParamType):
    """HOST:GUEST or HOST:GUEST:rw; HOST must be a folder, GUEST an absolute path."""

    name = "HOST:GUEST[:rw]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Mount:
        if isinstance(value, Mount):
            return value
        parts = str(value).split(":")
        writable = parts[-1] == "rw"
        if parts[-1] in ("rw", "ro"):
            parts.pop()
        if len(parts) != 2 or not all(parts):
            self.fail(f"{value!r} is not of the form HOST:GUEST or HOST:GUEST:rw", param, ctx)
        host, guest = Path(parts[0]), parts[1]
        if not host.is_dir():
            self.fail(f"{str(host)!r} is not a folder of this host", param, ctx)
        if not guest.startswith("/") or ".." in guest.split("/"):
            self.fail(f"{guest!r} must be an absolute path of the guest, without '..'", param, ctx)
        return Mount(host.resolve(), guest, writable)


class SwapType(click.ParamType):
    """SIZE or SIZE,FILE; FILE may be new, but not a folder."""

    name = "SIZE[,FILE]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> SwapArea:
        if isinstance(value, SwapArea):
            return value
        size, comma, path = str(value).partition(",")
        pages = SIZE.convert(size, param, ctx) >> 12
        if not 2 <= pages <= MAX_SWAP_PAGES:
            self.fail(f"{size!r}: the swap area must have between 8K and {MAX_SWAP_PAGES >> 18}G", param, ctx)
        if comma and (not path or Path(path).is_dir()):
            self.fail(f"{path!r} can't be the file of the swap area", param, ctx)
        return SwapArea(pages << 12, path or None)


class Words(click.ParamType):
    """Words as a shell splits them: quotes hold blanks together."""

    name = "words"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        try:
            return tuple(shlex.split(str(value)))
        except ValueError as error:
            self.fail(f"{value!r}: {str(error).lower()}", param, ctx)


SIZE, COUNT, KEY_VALUE, MOUNT, SWAP, WORDS = Size(), Count(), KeyValue(), MountType(), SwapType(), Words()
