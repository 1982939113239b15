"""Reading and writing the host's files with errors that say why and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from emu.errors import EmuError, Place, did_you_mean

LARGEST_FILE = 1 << 30


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """The content of a host file; EmuError when it can't be read or is over 1 GiB."""
    path = Path(path)
    try:
        if path.is_dir():
            raise EmuError("is a folder, not a file", Place(str(path)))
        if path.is_block_device() or (path.is_char_device() and str(path) != "/dev/null"):
            raise EmuError("is a device, not a file", Place(str(path)))
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise EmuError(f"cannot be read: {reason(error)}", Place(str(path)), near(path)) from None
    if len(data) > LARGEST_FILE:
        raise EmuError("is larger than 1 GiB", Place(str(path)))
    return data


def open_to_read(path: str | os.PathLike[str]) -> int:
    """A host descriptor to read from; EmuError when there can't be one."""
    try:
        if Path(path).is_dir():
            raise EmuError("is a folder, not a file", Place(str(path)))
        return os.open(path, os.O_RDONLY)
    except (OSError, ValueError) as error:
        raise EmuError(f"cannot be read: {reason(error)}", Place(str(path)), near(Path(path))) from None


def read_text(path: str | os.PathLike[str]) -> str:
    """The content of a host text file as UTF-8; EmuError names the first byte that isn't text."""
    data = read_bytes(path)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"is not text: byte {data[error.start]:#04x} at offset {error.start} is not UTF-8"
        raise EmuError(message, Place(str(path), line)) from None


def write_bytes(path: str | os.PathLike[str], data: bytes, *, executable: bool = False) -> None:
    """Write a host file; EmuError when that fails. A device or a pipe keeps its rights."""
    path = Path(path)
    try:
        path.write_bytes(data)
        if executable and path.is_file():
            path.chmod(path.stat().st_mode | 0o111)
    except (OSError, ValueError) as error:
        raise EmuError(f"cannot be written: {reason(error)}", Place(str(path))) from None


def keep_inputs(output: str, inputs: Iterable[str]) -> None:
    """EmuError when the output is one of the inputs, under whatever name or link."""
    for path in inputs:
        try:
            same = Path(output).is_file() and Path(output).samefile(path)
        except (OSError, ValueError):
            continue  # whoever reads it says why not
        if same:
            raise EmuError("the output would take the place of this input", Place(path), hint="give -o another name")


def reason(error: OSError | ValueError) -> str:
    """Why the host refused, in its own words and lower case."""
    text = (getattr(error, "strerror", None) or str(error)).strip()
    return text[:1].lower() + text[1:]


def near(path: Path) -> str:
    """A hint that names files beside `path` with a similar name; empty when there are none."""
    try:
        siblings = [entry.name for entry in path.parent.iterdir()] if not path.exists() else []
    except (OSError, ValueError):
        return ""
    return did_you_mean(path.name, siblings)
