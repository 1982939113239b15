"""The outside judge of the assembler: clang (from the PyPI package ziglang) on the same text, section by section."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import ziglang
from elftools.elf.elffile import ELFFile

from emu.asm import Source, assemble_object
from emu.asm.sections import SHF_ALLOC, SHT_NOBITS
from emu.cachedir import cache_root

FULL = "imafdc_zicsr_zifencei_zihintpause_zihintntl_zicond_zfa"
CACHE = cache_root() / "zig-judge"


def zig(*arguments: str, text: str | None = None, folder: Path | None = None) -> subprocess.CompletedProcess:
    """Runs the zig binary; its cache stays in emu's."""
    binary = Path(ziglang.__file__).parent / "zig"
    environment = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": str(CACHE), "ZIG_LOCAL_CACHE_DIR": str(CACHE)}
    coding = {"encoding": "utf-8", "errors": "surrogateescape"}
    return subprocess.run(
        [str(binary), *arguments], input=text, capture_output=True, cwd=folder, env=environment, **coding
    )


def target(xlen: int, arch: str) -> list[str]:
    """clang's options for a width and an architecture without its "rv64"."""
    abi = {64: "lp64", 32: "ilp32"}[xlen]
    return [f"--target=riscv{xlen}-unknown-elf", f"-march=rv{xlen}{arch}", f"-mabi={abi}", "-mno-relax"]


def clang_object(text: str, xlen: int, arch: str = FULL, folders: Sequence[Path] = ()) -> bytes:
    """clang's object for assembly text; AssertionError with its messages if it refuses. Includes are in `folders`."""
    with tempfile.TemporaryDirectory() as temporary:
        output = Path(temporary) / "out.o"
        includes = [f"-I{folder}" for folder in folders]
        done = zig("clang", *target(xlen, arch), *includes, "-c", "-x", "assembler", "-", "-o", str(output), text=text)
        assert done.returncode == 0, done.stderr[:4000]
        return output.read_bytes()


def refused_by_clang(text: str, xlen: int, arch: str = FULL) -> set[int]:
    """The numbers (from 0) of the lines that clang has errors in."""
    done = zig(
        "clang", *target(xlen, arch), "-c", "-x", "assembler", "-", "-o", os.devnull, "-ferror-limit=0", text=text
    )
    return {int(n) - 1 for n in re.findall(r"<stdin>:(\d+):\d+: error", done.stderr)}


def elf_sections(data: bytes) -> dict[str, bytes | int]:
    """Allocated sections of an ELF: bytes, or the size of one without bytes; empty ones left out."""
    found: dict[str, bytes | int] = {}
    for section in ELFFile(io.BytesIO(data)).iter_sections():
        if section["sh_flags"] & SHF_ALLOC and section["sh_size"]:
            found[section.name] = section["sh_size"] if section["sh_type"] == "SHT_NOBITS" else section.data()
    return found


def our_sections(text: str, xlen: int, arch: str | None = FULL, **more) -> dict[str, bytes | int]:
    """The same of our object."""
    obj = assemble_object(Source("test.s", text), xlen, f"rv{xlen}{arch}" if arch else None, **more)
    return {
        s.name: s.size if s.kind == SHT_NOBITS else bytes(s.data)
        for s in obj.sections
        if s.flags & SHF_ALLOC and s.size
    }


def compare(text: str, xlen: int, arch: str = FULL) -> None:
    """Asserts that both make the same sections of a text."""
    ours, theirs = our_sections(text, xlen, arch), elf_sections(clang_object(text, xlen, arch))
    assert ours.keys() == theirs.keys()
    for name, data in theirs.items():
        assert ours[name] == data, difference(name, ours[name], data)


def difference(name: str, ours: bytes | int, theirs: bytes | int) -> str:
    """Where two sections begin to differ."""
    if isinstance(ours, int) or isinstance(theirs, int):
        return f"{name}: size {ours}, clang {theirs}"
    at = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs)))
    low = max(at - 8, 0)
    return f"{name} at {at:#x}: ours {ours[low : at + 8].hex(' ', 2)}, clang {theirs[low : at + 8].hex(' ', 2)}"
